import type { MemoryViews } from "../memory-views.js";
import { normalizeRow } from "./normalize-rows.js";
import { rowOfId } from "./table-row.js";
import { boundOfWeights, otherWeights, sumOfWeights } from "./weights.js";

const idsAtATime = 64;

/** Twin of assembly/gather-means-int8.ts. */
export function arrangeInt8({ int8 }: MemoryViews, address: number, bytes: number): void {
  for (const end = address + bytes; address < end; address += 16) {
    const columns = int8.slice(address, address + 16);
    for (let word = 0; word < 8; word++) {
      int8[address + 2 * word] = (columns[word] as number) ^ 0x80;
      int8[address + 2 * word + 1] = columns[word + 8] as number;
    }
  }
}

/** Twin of assembly/gather-means-int8.ts, without its pairs: whole numbers add up the same in any order. */
export function gatherMeansInt8(
  views: MemoryViews,
  table: number,
  stride: number,
  rowOf: number,
  multipliers: number,
  terms: number,
  unit: number,
  ids: number,
  weights: number,
  starts: number,
  rows: number,
  normalize: boolean,
  _pairs: number,
  means: number,
): void {
  const { uint32, uint8, int8, int16, float32 } = views;
  const highs = new Int32Array(stride);
  const lows = new Int32Array(stride);
  const sums = new Float32Array(stride);
  for (let row = 0; row < rows; row++) {
    const first = uint32[starts / 4 + row] as number;
    const end = uint32[starts / 4 + row + 1] as number;
    const weightsOfRow = otherWeights(views, weights, first, end);
    const isOneTerm = terms === 1 && weightsOfRow === undefined;
    const bound = weightsOfRow === undefined ? 1 : boundOfWeights(weightsOfRow);
    const total = weightsOfRow === undefined ? end - first : sumOfWeights(weightsOfRow);
    // Where there are only high halves, their 2^15 goes into the unit.
    const scaleOfHighs = isOneTerm ? 1 : 32_768;
    const unitOfSums = unit * bound * (isOneTerm ? 32_768 : 1);
    const target = means / 4 + row * stride;
    float32.fill(0, target, target + stride);
    for (let start = first; start < end; start += idsAtATime) {
      const stop = Math.min(end, start + idsAtATime);
      highs.fill(0);
      lows.fill(0);
      for (let index = start; index < stop; index++) {
        const id = uint32[ids / 4 + index] as number;
        const source = table + rowOfId(views, rowOf, id) * stride;
        let low = int16[multipliers / 2 + 2 * id] as number;
        let high = int16[multipliers / 2 + 2 * id + 1] as number;
        if (weightsOfRow !== undefined) {
          const weight = (weightsOfRow[index - first] as number) * (1 / bound);
          const product = Math.floor((high * 32_768 + low) * weight + 0.5);
          high = product >> 15;
          low = product & 0x7fff;
        }
        for (let column = 0; column < stride; column++) {
          const byte = source + (column & ~15) + 2 * (column & 7);
          const value = (column & 8) === 0 ? (uint8[byte] as number) - 128 : (int8[byte + 1] as number);
          highs[column] = (highs[column] as number) + high * value;
          if (!isOneTerm) lows[column] = (lows[column] as number) + low * value;
        }
      }
      for (let column = 0; column < stride; column++) {
        sums[column] =
          Math.fround(highs[column] as number) * scaleOfHighs + Math.fround(lows[column] as number);
      }
      const reciprocal = Math.fround(stop === end ? unitOfSums / total : 1);
      addSums(float32, target, sums, start === first, reciprocal);
    }
    if (normalize) normalizeRow(float32, target, stride);
  }
}

/** Adds the sums of a block of ids to those before it; after the last, `reciprocal` makes them means. */
function addSums(
  float32: Float32Array,
  target: number,
  sums: Float32Array,
  isFirst: boolean,
  reciprocal: number,
): void {
  for (let column = 0; column < sums.length; column++) {
    const sum = sums[column] as number;
    float32[target + column] =
      (isFirst ? sum : Math.fround((float32[target + column] as number) + sum)) * reciprocal;
  }
}
