import { rowAt } from "./table-row";

// Packed bits lie in blocks of 16 rows, byte by byte: first byte 0 of all 16, then byte 1, and so on. `stride`, the
// bytes of a row, is a multiple of 4.

/**
 * `scores[i]`: the sum of what `values` has for each four bits of table row `rowIds[i]`, or of row `firstRow + i`, a
 * multiple of 16, where `rowIds` is 0. `values` has 32 bytes for each byte of a row: 16 for its higher four bits, then
 * 16 for its lower four; of each four bytes of a row they add up to at most 255. Behind them are 64 bytes of room.
 * Consecutive rows get their scores sixteen at a time: up to 15 more than `count`.
 *
 * `i8x16.swizzle` looks up for 16 rows at once, so that any weights of the bits cost what the population count of their
 * differences would ("fast scan": André et al., "Cache locality is not enough", VLDB 2015).
 */
export function lookUpBits(
  table: usize,
  stride: usize,
  values: usize,
  rowIds: usize,
  firstRow: usize,
  count: usize,
  scores: usize,
): void {
  const bytesPerBlock = stride << 4;
  if (rowIds === 0) {
    let block = table + (firstRow >> 4) * bytesPerBlock;
    for (let index: usize = 0; index < count; index += 16) {
      scoreBlock(block, stride, values, scores + (index << 2));
      block += bytesPerBlock;
    }
    return;
  }
  const room = values + (stride << 5);
  let scored = <usize>-1;
  for (let index: usize = 0; index < count; index++) {
    const row = load<u32>(rowIds + (index << 2));
    const block = <usize>(row >> 4);
    if (block !== scored) scoreBlock(table + block * bytesPerBlock, stride, values, room);
    scored = block;
    store<i32>(scores + (index << 2), load<i32>(room + ((row & 15) << 2)));
  }
}

/** Four bytes of a row add at most 255 to a sum of 16 bits. */
const bytesPerSum: usize = 1024;

function scoreBlock(block: usize, stride: usize, values: usize, scores: usize): void {
  const four = i8x16.splat(15);
  for (let start: usize = 0; start < stride; start += bytesPerSum) {
    let even = i16x8.splat(0);
    let odd = even;
    for (const end = block + (min(bytesPerSum, stride - start) << 4); block < end; block += 64) {
      let bits = v128.load(block);
      let higher = i8x16.swizzle(v128.load(values), v128.and(i16x8.shr_u(bits, 4), four));
      let lower = i8x16.swizzle(v128.load(values, 16), v128.and(bits, four));
      bits = v128.load(block, 16);
      higher = i8x16.add(higher, i8x16.swizzle(v128.load(values, 32), v128.and(i16x8.shr_u(bits, 4), four)));
      lower = i8x16.add(lower, i8x16.swizzle(v128.load(values, 48), v128.and(bits, four)));
      bits = v128.load(block, 32);
      higher = i8x16.add(higher, i8x16.swizzle(v128.load(values, 64), v128.and(i16x8.shr_u(bits, 4), four)));
      lower = i8x16.add(lower, i8x16.swizzle(v128.load(values, 80), v128.and(bits, four)));
      bits = v128.load(block, 48);
      higher = i8x16.add(higher, i8x16.swizzle(v128.load(values, 96), v128.and(i16x8.shr_u(bits, 4), four)));
      lower = i8x16.add(lower, i8x16.swizzle(v128.load(values, 112), v128.and(bits, four)));
      const sums = i8x16.add(higher, lower);
      // With the odd ones above them, which are taken away at the end.
      even = i16x8.add(even, sums);
      odd = i16x8.add(odd, i16x8.shr_u(sums, 8));
      values += 128;
    }
    even = i16x8.sub(even, i16x8.shl(odd, 8));
    const left = v128.shuffle<i16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11);
    const right = v128.shuffle<i16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
    let sums0 = i32x4.extend_low_i16x8_u(left);
    let sums1 = i32x4.extend_high_i16x8_u(left);
    let sums2 = i32x4.extend_low_i16x8_u(right);
    let sums3 = i32x4.extend_high_i16x8_u(right);
    if (start > 0) {
      sums0 = i32x4.add(sums0, v128.load(scores));
      sums1 = i32x4.add(sums1, v128.load(scores, 16));
      sums2 = i32x4.add(sums2, v128.load(scores, 32));
      sums3 = i32x4.add(sums3, v128.load(scores, 48));
    }
    v128.store(scores, sums0);
    v128.store(scores, sums1, 16);
    v128.store(scores, sums2, 32);
    v128.store(scores, sums3, 48);
  }
}

/**
 * `scores[i]`: the dot product of a float32 query and the bits, as 0 and 1, of table row `rowIds[i]`, or row
 * `firstRow + i` where `rowIds` is 0. `sums` has 32 float32 for each byte of a row: the sums of the components whose
 * bits are set, by its higher four bits and then by its lower four. Bytes take turns with two pairs of sums: an addition
 * need not wait for the one before.
 */
export function dotBits(
  table: usize,
  stride: usize,
  sums: usize,
  rowIds: usize,
  firstRow: usize,
  count: usize,
  scores: usize,
): void {
  for (let index: usize = 0; index < count; index++) {
    const row = rowAt(rowIds, firstRow, index);
    let byte = table + (row >> 4) * (stride << 4) + (row & 15);
    let sum0: f32 = 0;
    let sum1: f32 = 0;
    let sum2: f32 = 0;
    let sum3: f32 = 0;
    let here = sums;
    for (const end = byte + (stride << 4); byte < end; byte += 32) {
      const left = <usize>load<u8>(byte);
      const right = <usize>load<u8>(byte, 16);
      sum0 += load<f32>(here + ((left >> 4) << 2));
      sum1 += load<f32>(here + ((left & 15) << 2), 64);
      sum2 += load<f32>(here + ((right >> 4) << 2), 128);
      sum3 += load<f32>(here + ((right & 15) << 2), 192);
      here += 256;
    }
    store<f32>(scores + (index << 2), sum0 + sum1 + (sum2 + sum3));
  }
}
