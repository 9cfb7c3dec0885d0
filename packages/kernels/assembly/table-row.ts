/** The row of an id, where ids share rows. */
export function rowOfId(rowOf: usize, id: u32): usize {
  return rowOf === 0 ? <usize>id : <usize>load<u32>(rowOf + ((<usize>id) << 2));
}

/** The `index`-th of the chosen rows, or of consecutive rows where none are chosen. */
export function rowAt(rowIds: usize, firstRow: usize, index: usize): usize {
  return rowIds === 0 ? firstRow + index : <usize>load<u32>(rowIds + (index << 2));
}

/** Ids that are touched beyond those that are summed next: 16, which are most of a text. */
const bytesOfIdsAhead: usize = 64;

/**
 * Reads a byte of each cache line of the rows of ids, from address `touched` on to `ahead` behind `next`. WebAssembly
 * has no prefetch, but a pass of nothing but loads keeps far more of them under way at once than sums do that need
 * the rows next. Returns the address of the first id that was not touched.
 */
export function touchRowsOf(
  touched: usize,
  next: usize,
  end: usize,
  table: usize,
  rowOf: usize,
  bytesPerRow: usize,
  ahead: usize = bytesOfIdsAhead,
): usize {
  for (const stop = min(end, next + ahead); touched < stop; touched += 4) {
    let line = table + rowOfId(rowOf, load<u32>(touched)) * bytesPerRow;
    for (const endOfRow = line + bytesPerRow; line < endOfRow; line += 64) load<u8>(line);
  }
  return touched;
}
