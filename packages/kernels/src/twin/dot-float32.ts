import type { MemoryViews } from "../memory-views.js";
import { sumOfProducts } from "./sum-of-products.js";
import { rowAt } from "./table-row.js";

/** Twin of assembly/dot-float32.ts. */
export function dotFloat32(
  views: MemoryViews,
  table: number,
  stride: number,
  query: number,
  rowIds: number,
  firstRow: number,
  count: number,
  scores: number,
): void {
  const { float32 } = views;
  for (let index = 0; index < count; index++) {
    const row = table / 4 + rowAt(views, rowIds, firstRow, index) * stride;
    float32[scores / 4 + index] = sumOfProducts(float32, query / 4, row, stride);
  }
}
