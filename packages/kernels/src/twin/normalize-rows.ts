import type { MemoryViews } from "../memory-views.js";
import { sumOfProducts } from "./sum-of-products.js";

/** Twin of assembly/normalize-rows.ts. */
export function normalizeRows({ float32 }: MemoryViews, data: number, stride: number, rows: number): void {
  for (let row = data / 4; row < data / 4 + rows * stride; row += stride) {
    const squares = sumOfProducts(float32, row, row, stride);
    if (!(squares > Math.fround(1e-20) && squares < Math.fround(1e20))) {
      normalizeExtremeRow(float32, row, row + stride);
      continue;
    }
    const reciprocal = Math.fround(1 / Math.fround(Math.sqrt(squares)));
    for (let column = row; column < row + stride; column++) {
      float32[column] = (float32[column] as number) * reciprocal;
    }
  }
}

function normalizeExtremeRow(float32: Float32Array, start: number, end: number): void {
  let squares = 0;
  for (let column = start; column < end; column++) squares += (float32[column] as number) ** 2;
  if (squares === 0) return;
  const length = Math.sqrt(squares);
  for (let column = start; column < end; column++) float32[column] = (float32[column] as number) / length;
}
