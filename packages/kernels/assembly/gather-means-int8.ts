import { rowOfId, touchRow } from "./table-row";

const idsAtATime: usize = 64;

/** Types whose size is the number of terms: the compiler makes a function of each. */
type OneTerm = u8;
type TwoTerms = u16;

/**
 * As gatherMeansFloat32, for a table of int8 where id i stands for `multipliers[i] * unit * values`. `stride` is a
 * multiple of 16.
 *
 * The sums of 64 ids at a time are whole numbers, and exact; they are added as float32. A multiplier is
 * high * 2^15 + low, kept as two int16, low first. Two ids are multiplied and added in one instruction:
 * `i32x4.dot_i16x8_s` on their interleaved values and multipliers. Nothing overflows: 64 * 128 * 2^15 = 2^28.
 *
 * @param multipliers one of each id
 * @param terms 1 where the low half of every multiplier is 0, otherwise 2
 * @param pairs scratch of 512 bytes: 16 for each two of 64 ids
 */
export function gatherMeansInt8(
  table: usize,
  stride: usize,
  rowOf: usize,
  multipliers: usize,
  terms: i32,
  unit: f64,
  ids: usize,
  starts: usize,
  rows: usize,
  pairs: usize,
  means: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    const first = <usize>load<u32>(starts + (row << 2));
    const end = <usize>load<u32>(starts + (row << 2), 4);
    if (first === end) memory.fill(means, 0, stride << 2);
    for (let start = first; start < end; start += idsAtATime) {
      const count = min(idsAtATime, end - start);
      preparePairs(table, stride, rowOf, multipliers, ids + (start << 2), count, pairs);
      const endOfPairs = pairs + (((count + 1) >> 1) << 4);
      const isFirst = start === first;
      const reciprocal = v128.splat<f32>(start + count === end ? <f32>(unit / <f64>(end - first)) : 1);
      if (terms === 1) {
        for (let column: usize = 0; column < stride; column += 16) {
          addColumns<OneTerm>(pairs, endOfPairs, column, isFirst, means + (column << 2), reciprocal);
        }
      } else {
        for (let column: usize = 0; column < stride; column += 16) {
          addColumns<TwoTerms>(pairs, endOfPairs, column, isFirst, means + (column << 2), reciprocal);
        }
      }
    }
    means += stride << 2;
  }
}

/** For each two ids: the addresses of their rows, the high and the low halves of their multipliers. */
function preparePairs(
  table: usize,
  stride: usize,
  rowOf: usize,
  multipliers: usize,
  ids: usize,
  count: usize,
  pairs: usize,
): void {
  for (let index: usize = 0; index < count; index += 2) {
    const id = load<u32>(ids + (index << 2));
    const row = table + rowOfId(rowOf, id) * stride;
    const multiplier = load<u32>(multipliers + ((<usize>id) << 2));
    touchRow(row, stride);
    // An odd last id goes with itself times 0.
    let otherRow = row;
    let otherMultiplier: u32 = 0;
    if (index + 1 < count) {
      const otherId = load<u32>(ids + (index << 2), 4);
      otherRow = table + rowOfId(rowOf, otherId) * stride;
      otherMultiplier = load<u32>(multipliers + ((<usize>otherId) << 2));
      touchRow(otherRow, stride);
    }
    store<u32>(pairs, <u32>row);
    store<u32>(pairs, <u32>otherRow, 4);
    store<u32>(pairs, (multiplier >> 16) | (otherMultiplier & 0xffff0000), 8);
    store<u32>(pairs, (multiplier & 0xffff) | (otherMultiplier << 16), 12);
    pairs += 16;
  }
}

/** Adds up to 64 ids to the sums of 16 columns. */
function addColumns<Terms>(
  pairs: usize,
  endOfPairs: usize,
  column: usize,
  isFirst: bool,
  target: usize,
  reciprocal: v128,
): void {
  let high0 = v128.splat<i32>(0);
  let high1 = high0;
  let high2 = high0;
  let high3 = high0;
  let low0 = high0;
  let low1 = high0;
  let low2 = high0;
  let low3 = high0;
  for (let pair = pairs; pair < endOfPairs; pair += 16) {
    const one = <usize>load<u32>(pair) + column;
    const other = <usize>load<u32>(pair, 4) + column;
    const left = v128.load_ext<i8>(one);
    const leftOther = v128.load_ext<i8>(other);
    const right = v128.load_ext<i8>(one, 8);
    const rightOther = v128.load_ext<i8>(other, 8);
    const values0 = v128.shuffle<i16>(left, leftOther, 0, 8, 1, 9, 2, 10, 3, 11);
    const values1 = v128.shuffle<i16>(left, leftOther, 4, 12, 5, 13, 6, 14, 7, 15);
    const values2 = v128.shuffle<i16>(right, rightOther, 0, 8, 1, 9, 2, 10, 3, 11);
    const values3 = v128.shuffle<i16>(right, rightOther, 4, 12, 5, 13, 6, 14, 7, 15);
    const highs = v128.load32_splat(pair, 8);
    high0 = i32x4.add(high0, i32x4.dot_i16x8_s(values0, highs));
    high1 = i32x4.add(high1, i32x4.dot_i16x8_s(values1, highs));
    high2 = i32x4.add(high2, i32x4.dot_i16x8_s(values2, highs));
    high3 = i32x4.add(high3, i32x4.dot_i16x8_s(values3, highs));
    if (sizeof<Terms>() === 2) {
      const lows = v128.load32_splat(pair, 12);
      low0 = i32x4.add(low0, i32x4.dot_i16x8_s(values0, lows));
      low1 = i32x4.add(low1, i32x4.dot_i16x8_s(values1, lows));
      low2 = i32x4.add(low2, i32x4.dot_i16x8_s(values2, lows));
      low3 = i32x4.add(low3, i32x4.dot_i16x8_s(values3, lows));
    }
  }
  addSums(target, isFirst, whole<Terms>(high0, low0), reciprocal);
  addSums(target + 16, isFirst, whole<Terms>(high1, low1), reciprocal);
  addSums(target + 32, isFirst, whole<Terms>(high2, low2), reciprocal);
  addSums(target + 48, isFirst, whole<Terms>(high3, low3), reciprocal);
}

/** high * 2^15 + low, as float32. */
function whole<Terms>(high: v128, low: v128): v128 {
  const highs = f32x4.mul(f32x4.convert_i32x4_s(high), v128.splat<f32>(32768));
  return sizeof<Terms>() === 1 ? highs : f32x4.add(highs, f32x4.convert_i32x4_s(low));
}

/** Adds the sums of a block of ids to those before it; after the last, `reciprocal` makes them means. */
function addSums(target: usize, isFirst: bool, sums: v128, reciprocal: v128): void {
  if (!isFirst) sums = f32x4.add(v128.load(target), sums);
  v128.store(target, f32x4.mul(sums, reciprocal));
}
