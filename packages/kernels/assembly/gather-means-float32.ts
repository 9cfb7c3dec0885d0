import { rowOfId, touchRow } from "./table-row";

const bytesOf16Ids: usize = 64;

/**
 * Row i of `means`: the mean of the table rows of `ids[starts[i]]` to `ids[starts[i + 1] - 1]`, zeros where there is
 * none. `stride` is a multiple of 32.
 *
 * All arithmetic is float32. 16 ids at a time are summed in their order, and the sums of the sixteens in theirs: rows of
 * 16 ids stay in the first cache while one block of 32 columns after the other is summed in registers, and long texts
 * lose less to rounding.
 *
 * @param rowOf row of each id, or 0 where an id is its row
 * @param factors float32 factor of each id, or 0 where all are 1
 */
export function gatherMeansFloat32(
  table: usize,
  stride: usize,
  rowOf: usize,
  factors: usize,
  ids: usize,
  starts: usize,
  rows: usize,
  means: usize,
): void {
  const bytesPerRow = stride << 2;
  for (let row: usize = 0; row < rows; row++) {
    const first = ids + ((<usize>load<u32>(starts + (row << 2))) << 2);
    const end = ids + ((<usize>load<u32>(starts + (row << 2), 4)) << 2);
    if (first === end) memory.fill(means, 0, bytesPerRow);
    for (let start = first; start < end; start += bytesOf16Ids) {
      const stop = min(end, start + bytesOf16Ids);
      for (let next = start; next < stop; next += 4) {
        touchRow(table + rowOfId(rowOf, load<u32>(next)) * bytesPerRow, bytesPerRow);
      }
      const reciprocal = v128.splat<f32>(stop === end ? 1 / <f32>((end - first) >> 2) : 1);
      for (let column: usize = 0; column < bytesPerRow; column += 128) {
        let sum0 = v128.splat<f32>(0);
        let sum1 = sum0;
        let sum2 = sum0;
        let sum3 = sum0;
        let sum4 = sum0;
        let sum5 = sum0;
        let sum6 = sum0;
        let sum7 = sum0;
        if (factors === 0) {
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
            const factor = v128.load32_splat(factors + ((<usize>id) << 2));
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
        const target = means + column;
        const isFirst = start === first;
        addSums(target, isFirst, sum0, reciprocal);
        addSums(target + 16, isFirst, sum1, reciprocal);
        addSums(target + 32, isFirst, sum2, reciprocal);
        addSums(target + 48, isFirst, sum3, reciprocal);
        addSums(target + 64, isFirst, sum4, reciprocal);
        addSums(target + 80, isFirst, sum5, reciprocal);
        addSums(target + 96, isFirst, sum6, reciprocal);
        addSums(target + 112, isFirst, sum7, reciprocal);
      }
    }
    means += bytesPerRow;
  }
}

/** Adds the sums of a block of ids to those before it; after the last, `reciprocal` makes them means. */
export function addSums(target: usize, isFirst: bool, sums: v128, reciprocal: v128): void {
  if (!isFirst) sums = f32x4.add(v128.load(target), sums);
  v128.store(target, f32x4.mul(sums, reciprocal));
}
