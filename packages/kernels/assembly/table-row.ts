/** The row of an id, where ids share rows. */
export function rowOfId(rowOf: usize, id: u32): usize {
  return rowOf === 0 ? <usize>id : <usize>load<u32>(rowOf + ((<usize>id) << 2));
}

/** The `index`-th of the chosen rows, or of consecutive rows where none are chosen. */
export function rowAt(rowIds: usize, firstRow: usize, index: usize): usize {
  return rowIds === 0 ? firstRow + index : <usize>load<u32>(rowIds + (index << 2));
}

/**
 * Reads a byte of each cache line of a row. A pass of nothing but loads keeps far more of them under way at once than
 * the sums do that need the rows next.
 */
export function touchRow(row: usize, bytes: usize): void {
  let line = row;
  for (const end = row + bytes; line < end; line += 64) load<u8>(line);
}
