import { normalizeRow } from "./normalize-rows";
import { rowOfId, touchRowsOf } from "./table-row";
import { boundOfWeights, hasOtherWeights, sumOfWeights } from "./weights";

const idsAtATime: usize = 64;

/**
 * Puts rows of int8 into the order in which gatherMeansInt8 reads them, in place. Of 16 columns, word i holds column i,
 * plus 128, in its low byte and column i + 8 in its high byte: the sum of words is then 256 times that of the high bytes
 * plus that of the low ones, which need not be taken out of the words at all.
 *
 * @param bytes a multiple of 16
 */
export function arrangeInt8(address: usize, bytes: usize): void {
  for (const end = address + bytes; address < end; address += 16) {
    const columns = v128.load(address);
    const words = v128.shuffle<i8>(columns, columns, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    v128.store(address, v128.xor(words, v128.splat<i16>(0x80)));
  }
}

/**
 * As gatherMeansFloat32, for a table of int8, arranged by arrangeInt8, where id i stands for
 * `multipliers[i] * unit * values`. `stride` is a multiple of 32.
 *
 * The sums of 64 ids at a time are whole numbers, and exact; they are added as float32. A multiplier is
 * high * 2^15 + low, kept as two int16, low first. Two ids are multiplied and added in one instruction:
 * `i32x4.dot_i16x8_s` on their interleaved words and multipliers. Sums of words wrap around, but not those of bytes:
 * 64 * 128 * 2^15 = 2^28.
 *
 * Where a weight is not 1, the multipliers of the row are multiplied by the weights and rounded, to two halves.
 *
 * @param multipliers one of each id
 * @param weights float32 weight of each of `ids`, or 0 where all are 1
 * @param terms 1 where the low half of every multiplier is 0, otherwise 2
 * @param pairs scratch of 528 bytes: 16 for each two of 64 ids, and for what stands behind them
 */
export function gatherMeansInt8(
  table: usize,
  stride: usize,
  rowOf: usize,
  multipliers: usize,
  terms: i32,
  unit: f64,
  ids: usize,
  weights: usize,
  starts: usize,
  rows: usize,
  normalize: bool,
  pairs: usize,
  means: usize,
): void {
  const endOfIds = ids + ((<usize>load<u32>(starts + (rows << 2))) << 2);
  let touched = ids + ((<usize>load<u32>(starts)) << 2);
  for (let row: usize = 0; row < rows; row++) {
    const first = <usize>load<u32>(starts + (row << 2));
    const end = <usize>load<u32>(starts + (row << 2), 4);
    const isWeighted = hasOtherWeights(weights, first, end);
    const isOneTerm = terms === 1 && !isWeighted;
    const bound = isWeighted ? boundOfWeights(weights, first, end) : 1;
    const total = isWeighted ? sumOfWeights(weights, first, end) : <f64>(end - first);
    const unitOfSums = unit * bound * (isOneTerm ? 32768 : 1);
    if (first === end) memory.fill(means, 0, stride << 2);
    for (let start = first; start < end; start += idsAtATime) {
      const count = min(idsAtATime, end - start);
      touched = touchRowsOf(touched, ids + ((start + count) << 2), endOfIds, table, rowOf, stride);
      const endOfPairs = pairs + (((count + 1) >> 1) << 4);
      const weightsOfBlock = isWeighted ? weights + (start << 2) : 0;
      preparePairs(
        table,
        stride,
        rowOf,
        multipliers,
        ids + (start << 2),
        weightsOfBlock,
        1 / bound,
        count,
        pairs,
      );
      // Through memory, see multiplyRow.
      store<f32>(endOfPairs, start + count === end ? <f32>(unitOfSums / total) : 1, 8);
      const isFirst = start === first;
      if (isOneTerm) {
        for (let column: usize = 0; column < stride; column += 32) {
          addColumnsOfOneTerm(pairs, endOfPairs, column, isFirst, means + (column << 2));
        }
      } else {
        for (let column: usize = 0; column < stride; column += 16) {
          addColumnsOfTwoTerms(pairs, endOfPairs, column, isFirst, means + (column << 2));
        }
      }
    }
    if (normalize) normalizeRow(means, stride << 2);
    means += stride << 2;
  }
}

/**
 * For each two ids: the addresses of their rows, the high and the low halves of their multipliers. Behind them, 128 times
 * the sum of the halves, high and low, negative.
 */
function preparePairs(
  table: usize,
  stride: usize,
  rowOf: usize,
  multipliers: usize,
  ids: usize,
  weights: usize,
  unitOfWeights: f64,
  count: usize,
  pairs: usize,
): void {
  let sumOfHighs: i32 = 0;
  let sumOfLows: i32 = 0;
  for (let index: usize = 0; index < count; index += 2) {
    const id = load<u32>(ids + (index << 2));
    const row = table + rowOfId(rowOf, id) * stride;
    const multiplier = weigh(load<u32>(multipliers + ((<usize>id) << 2)), weights, index, unitOfWeights);
    // An odd last id goes with itself times 0.
    let otherRow = row;
    let otherMultiplier: u32 = 0;
    if (index + 1 < count) {
      const otherId = load<u32>(ids + (index << 2), 4);
      otherRow = table + rowOfId(rowOf, otherId) * stride;
      const ofOtherId = load<u32>(multipliers + ((<usize>otherId) << 2));
      otherMultiplier = weigh(ofOtherId, weights, index + 1, unitOfWeights);
    }
    store<u32>(pairs, <u32>row);
    store<u32>(pairs, <u32>otherRow, 4);
    store<u32>(pairs, (multiplier >> 16) | (otherMultiplier & 0xffff0000), 8);
    store<u32>(pairs, (multiplier & 0xffff) | (otherMultiplier << 16), 12);
    sumOfHighs += ((<i32>multiplier) >> 16) + ((<i32>otherMultiplier) >> 16);
    sumOfLows += (multiplier & 0xffff) + (otherMultiplier & 0xffff);
    pairs += 16;
  }
  store<i32>(pairs, -128 * sumOfHighs);
  store<i32>(pairs, -128 * sumOfLows, 4);
}

/** The product of a multiplier and a weight, rounded: two halves as the multiplier. */
function weigh(multiplier: u32, weights: usize, index: usize, unitOfWeights: f64): u32 {
  if (weights === 0) return multiplier;
  const whole = ((<i32>multiplier) >> 16) * 32768 + <i32>(multiplier & 0xffff);
  const weight = <f64>load<f32>(weights + (index << 2)) * unitOfWeights;
  const product = <i32>Math.floor(<f64>whole * weight + 0.5);
  return ((<u32>(product >> 15)) << 16) | ((<u32>product) & 0x7fff);
}

/** Adds up to 64 ids to the sums of 32 columns, by the high halves of their multipliers. */
function addColumnsOfOneTerm(
  pairs: usize,
  endOfPairs: usize,
  column: usize,
  isFirst: bool,
  target: usize,
): void {
  const bias = v128.load32_splat(endOfPairs);
  let words0 = bias;
  let words1 = bias;
  let words2 = bias;
  let words3 = bias;
  let sum2 = v128.splat<i32>(0);
  let sum3 = sum2;
  let sum6 = sum2;
  let sum7 = sum2;
  for (let pair = pairs; pair < endOfPairs; pair += 16) {
    const one = <usize>load<u32>(pair) + column;
    const other = <usize>load<u32>(pair, 4) + column;
    const highs = v128.load32_splat(pair, 8);
    const left = v128.load(one);
    const leftOther = v128.load(other);
    const right = v128.load(one, 16);
    const rightOther = v128.load(other, 16);
    const values0 = lowsOf(left, leftOther);
    words0 = i32x4.add(words0, i32x4.dot_i16x8_s(values0, highs));
    sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(i16x8.shr_s(values0, 8), highs));
    const values1 = highsOf(left, leftOther);
    words1 = i32x4.add(words1, i32x4.dot_i16x8_s(values1, highs));
    sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(i16x8.shr_s(values1, 8), highs));
    const values2 = lowsOf(right, rightOther);
    words2 = i32x4.add(words2, i32x4.dot_i16x8_s(values2, highs));
    sum6 = i32x4.add(sum6, i32x4.dot_i16x8_s(i16x8.shr_s(values2, 8), highs));
    const values3 = highsOf(right, rightOther);
    words3 = i32x4.add(words3, i32x4.dot_i16x8_s(values3, highs));
    sum7 = i32x4.add(sum7, i32x4.dot_i16x8_s(i16x8.shr_s(values3, 8), highs));
  }
  const reciprocal = v128.load32_splat(endOfPairs, 8);
  addSums(target, isFirst, f32x4.convert_i32x4_s(lowBytes(words0, sum2)), reciprocal);
  addSums(target + 16, isFirst, f32x4.convert_i32x4_s(lowBytes(words1, sum3)), reciprocal);
  addSums(target + 32, isFirst, f32x4.convert_i32x4_s(sum2), reciprocal);
  addSums(target + 48, isFirst, f32x4.convert_i32x4_s(sum3), reciprocal);
  addSums(target + 64, isFirst, f32x4.convert_i32x4_s(lowBytes(words2, sum6)), reciprocal);
  addSums(target + 80, isFirst, f32x4.convert_i32x4_s(lowBytes(words3, sum7)), reciprocal);
  addSums(target + 96, isFirst, f32x4.convert_i32x4_s(sum6), reciprocal);
  addSums(target + 112, isFirst, f32x4.convert_i32x4_s(sum7), reciprocal);
}

/** Adds up to 64 ids to the sums of 16 columns. */
function addColumnsOfTwoTerms(
  pairs: usize,
  endOfPairs: usize,
  column: usize,
  isFirst: bool,
  target: usize,
): void {
  let highWords0 = v128.load32_splat(endOfPairs);
  let highWords1 = highWords0;
  let lowWords0 = v128.load32_splat(endOfPairs, 4);
  let lowWords1 = lowWords0;
  let high2 = v128.splat<i32>(0);
  let high3 = high2;
  let low2 = high2;
  let low3 = high2;
  for (let pair = pairs; pair < endOfPairs; pair += 16) {
    const left = v128.load(<usize>load<u32>(pair) + column);
    const right = v128.load(<usize>load<u32>(pair, 4) + column);
    const highs = v128.load32_splat(pair, 8);
    const lows = v128.load32_splat(pair, 12);
    const values0 = lowsOf(left, right);
    highWords0 = i32x4.add(highWords0, i32x4.dot_i16x8_s(values0, highs));
    lowWords0 = i32x4.add(lowWords0, i32x4.dot_i16x8_s(values0, lows));
    const values2 = i16x8.shr_s(values0, 8);
    high2 = i32x4.add(high2, i32x4.dot_i16x8_s(values2, highs));
    low2 = i32x4.add(low2, i32x4.dot_i16x8_s(values2, lows));
    const values1 = highsOf(left, right);
    highWords1 = i32x4.add(highWords1, i32x4.dot_i16x8_s(values1, highs));
    lowWords1 = i32x4.add(lowWords1, i32x4.dot_i16x8_s(values1, lows));
    const values3 = i16x8.shr_s(values1, 8);
    high3 = i32x4.add(high3, i32x4.dot_i16x8_s(values3, highs));
    low3 = i32x4.add(low3, i32x4.dot_i16x8_s(values3, lows));
  }
  const reciprocal = v128.load32_splat(endOfPairs, 8);
  addSums(target, isFirst, whole(lowBytes(highWords0, high2), lowBytes(lowWords0, low2)), reciprocal);
  addSums(target + 16, isFirst, whole(lowBytes(highWords1, high3), lowBytes(lowWords1, low3)), reciprocal);
  addSums(target + 32, isFirst, whole(high2, low2), reciprocal);
  addSums(target + 48, isFirst, whole(high3, low3), reciprocal);
}

/** Each of the first four words of one row, followed by that of the other. */
function lowsOf(one: v128, other: v128): v128 {
  return v128.shuffle<i16>(one, other, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** The same of the last four. */
function highsOf(one: v128, other: v128): v128 {
  return v128.shuffle<i16>(one, other, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** The sums of the low bytes, from those of the words and of their high bytes. */
function lowBytes(words: v128, highBytes: v128): v128 {
  return i32x4.sub(words, i32x4.shl(highBytes, 8));
}

/** high * 2^15 + low, as float32. */
function whole(high: v128, low: v128): v128 {
  return f32x4.add(
    f32x4.mul(f32x4.convert_i32x4_s(high), v128.splat<f32>(32768)),
    f32x4.convert_i32x4_s(low),
  );
}

/** Adds the sums of a block of ids to those before it; after the last, `reciprocal` makes them means. */
function addSums(target: usize, isFirst: bool, sums: v128, reciprocal: v128): void {
  if (!isFirst) sums = f32x4.add(v128.load(target), sums);
  v128.store(target, f32x4.mul(sums, reciprocal));
}
