import { normalizeRow } from "./normalize-rows";
import { rowOfId, touchRowsOf } from "./table-row";
import { hasOtherWeights, sumOfWeights } from "./weights";

const bytesOf16Ids: usize = 64;

/**
 * Row i of `means`: the weighted mean of the table rows of `ids[starts[i]]` to `ids[starts[i + 1] - 1]`, zeros where
 * there is none. `stride` is a multiple of 32.
 *
 * All arithmetic is float32, and ids are summed in their order, as numpy, torch and Rust loops sum them: the mean of a
 * thousand tokens loses several 1e-6 to rounding, the same that theirs loses. Ids are taken 16 at a time: their rows stay
 * in the first cache while one block of 32 columns after the other is summed in registers.
 *
 * @param rowOf row of each id, or 0 where an id is its row
 * @param factors float32 factor of each id, or 0 where all are 1
 * @param weights float32 weight of each of `ids`, or 0 where all are 1
 */
export function gatherMeansFloat32(
  table: usize,
  stride: usize,
  rowOf: usize,
  factors: usize,
  ids: usize,
  weights: usize,
  starts: usize,
  rows: usize,
  normalize: bool,
  means: usize,
): void {
  const bytesPerRow = stride << 2;
  const endOfIds = ids + ((<usize>load<u32>(starts + (rows << 2))) << 2);
  let touched = ids + ((<usize>load<u32>(starts)) << 2);
  for (let row: usize = 0; row < rows; row++) {
    const firstIndex = <usize>load<u32>(starts + (row << 2));
    const endIndex = <usize>load<u32>(starts + (row << 2), 4);
    const isWeighted = hasOtherWeights(weights, firstIndex, endIndex);
    const total = isWeighted ? sumOfWeights(weights, firstIndex, endIndex) : <f64>(endIndex - firstIndex);
    const first = ids + (firstIndex << 2);
    const end = ids + (endIndex << 2);
    // What takes the address of an id to that of its weight.
    const toWeight = weights - ids;
    if (first === end) memory.fill(means, 0, bytesPerRow);
    for (let start = first; start < end; start += bytesOf16Ids) {
      const stop = min(end, start + bytesOf16Ids);
      touched = touchRowsOf(touched, stop, endOfIds, table, rowOf, bytesPerRow);
      // Through memory, see multiplyRow.
      reciprocalOfBlock = stop === end ? 1 / <f32>total : 1;
      const reciprocal = v128.splat<f32>(reciprocalOfBlock);
      for (let column: usize = 0; column < bytesPerRow; column += 128) {
        const target = means + column;
        const isFirst = start === first;
        let sum0 = sumSoFar(target, isFirst);
        let sum1 = sumSoFar(target + 16, isFirst);
        let sum2 = sumSoFar(target + 32, isFirst);
        let sum3 = sumSoFar(target + 48, isFirst);
        let sum4 = sumSoFar(target + 64, isFirst);
        let sum5 = sumSoFar(target + 80, isFirst);
        let sum6 = sumSoFar(target + 96, isFirst);
        let sum7 = sumSoFar(target + 112, isFirst);
        if (factors === 0 && !isWeighted) {
          for (let next = start; next < stop; next += 4) {
            const source = table + rowOfId(rowOf, load<u32>(next)) * bytesPerRow + column;
            sum0 = f32x4.add(sum0, v128.load(source));
            sum1 = f32x4.add(sum1, v128.load(source, 16));
            sum2 = f32x4.add(sum2, v128.load(source, 32));
            sum3 = f32x4.add(sum3, v128.load(source, 48));
            sum4 = f32x4.add(sum4, v128.load(source, 64));
            sum5 = f32x4.add(sum5, v128.load(source, 80));
            sum6 = f32x4.add(sum6, v128.load(source, 96));
            sum7 = f32x4.add(sum7, v128.load(source, 112));
          }
        } else {
          for (let next = start; next < stop; next += 4) {
            const id = load<u32>(next);
            let product: f32 = factors === 0 ? 1 : load<f32>(factors + ((<usize>id) << 2));
            if (isWeighted) product *= load<f32>(next + toWeight);
            const factor = v128.splat<f32>(product);
            const source = table + rowOfId(rowOf, id) * bytesPerRow + column;
            sum0 = f32x4.add(sum0, f32x4.mul(factor, v128.load(source)));
            sum1 = f32x4.add(sum1, f32x4.mul(factor, v128.load(source, 16)));
            sum2 = f32x4.add(sum2, f32x4.mul(factor, v128.load(source, 32)));
            sum3 = f32x4.add(sum3, f32x4.mul(factor, v128.load(source, 48)));
            sum4 = f32x4.add(sum4, f32x4.mul(factor, v128.load(source, 64)));
            sum5 = f32x4.add(sum5, f32x4.mul(factor, v128.load(source, 80)));
            sum6 = f32x4.add(sum6, f32x4.mul(factor, v128.load(source, 96)));
            sum7 = f32x4.add(sum7, f32x4.mul(factor, v128.load(source, 112)));
          }
        }
        v128.store(target, f32x4.mul(sum0, reciprocal));
        v128.store(target, f32x4.mul(sum1, reciprocal), 16);
        v128.store(target, f32x4.mul(sum2, reciprocal), 32);
        v128.store(target, f32x4.mul(sum3, reciprocal), 48);
        v128.store(target, f32x4.mul(sum4, reciprocal), 64);
        v128.store(target, f32x4.mul(sum5, reciprocal), 80);
        v128.store(target, f32x4.mul(sum6, reciprocal), 96);
        v128.store(target, f32x4.mul(sum7, reciprocal), 112);
      }
    }
    if (normalize) normalizeRow(means, bytesPerRow);
    means += bytesPerRow;
  }
}

let reciprocalOfBlock: f32 = 1;

/** The sum of the ids of earlier blocks. */
function sumSoFar(target: usize, isFirst: bool): v128 {
  return isFirst ? v128.splat<f32>(0) : v128.load(target);
}
