import type { MemoryViews } from "../memory-views.js";

/** The row of an id, where ids share rows. */
export function rowOfId({ uint32 }: MemoryViews, rowOf: number, id: number): number {
  return rowOf === 0 ? id : (uint32[rowOf / 4 + id] as number);
}

/** The `index`-th of the chosen rows, or of consecutive rows where none are chosen. */
export function rowAt({ uint32 }: MemoryViews, rowIds: number, firstRow: number, index: number): number {
  return rowIds === 0 ? firstRow + index : (uint32[rowIds / 4 + index] as number);
}
