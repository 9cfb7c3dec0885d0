import { total } from "./normalize-rows";
import { rowAt, touchRowsOf } from "./table-row";

/**
 * `scores[i]`: the dot product of the query and table row `rowIds[i]`, or row `firstRow + i` where `rowIds` is 0.
 * Products and sums are float32. Eight partial sums a row (elements i with equal i modulo 8), added as
 * ((0+4)+(2+6)) + ((1+5)+(3+7)).
 *
 * One row after the other: memory is read in the order of its addresses, at 27 GB/s of the 31 that loads alone reach
 * (an AMD EPYC, Node 20). Four rows at a time, which share the loads of the query, read 17. `stride` is a multiple of 32.
 */
export function dotFloat32(
  table: usize,
  stride: usize,
  query: usize,
  rowIds: usize,
  firstRow: usize,
  count: usize,
  scores: usize,
): void {
  const bytesPerRow = stride << 2;
  const endOfIds = rowIds + (count << 2);
  let touched = rowIds;
  for (let index: usize = 0; index < count; index++) {
    const id = rowIds + (index << 2);
    if (rowIds !== 0 && id === touched) touched = touchRowsOf(touched, id, endOfIds, table, 0, bytesPerRow);
    const row = table + rowAt(rowIds, firstRow, index) * bytesPerRow;
    let lefts = v128.splat<f32>(0);
    let rights = lefts;
    for (let column: usize = 0; column < bytesPerRow; column += 128) {
      const values = query + column;
      const here = row + column;
      lefts = f32x4.add(lefts, f32x4.mul(v128.load(values), v128.load(here)));
      rights = f32x4.add(rights, f32x4.mul(v128.load(values, 16), v128.load(here, 16)));
      lefts = f32x4.add(lefts, f32x4.mul(v128.load(values, 32), v128.load(here, 32)));
      rights = f32x4.add(rights, f32x4.mul(v128.load(values, 48), v128.load(here, 48)));
      lefts = f32x4.add(lefts, f32x4.mul(v128.load(values, 64), v128.load(here, 64)));
      rights = f32x4.add(rights, f32x4.mul(v128.load(values, 80), v128.load(here, 80)));
      lefts = f32x4.add(lefts, f32x4.mul(v128.load(values, 96), v128.load(here, 96)));
      rights = f32x4.add(rights, f32x4.mul(v128.load(values, 112), v128.load(here, 112)));
    }
    store<f32>(scores + (index << 2), total(lefts, rights));
  }
}

/** dotFloat32 for four queries, one behind the other: score i of query q goes to `scores + q * bytesOfScores`. */
export function dotFloat32Four(
  table: usize,
  stride: usize,
  queries: usize,
  rowIds: usize,
  firstRow: usize,
  count: usize,
  scores: usize,
  bytesOfScores: usize,
): void {
  const bytesPerRow = stride << 2;
  const query1 = queries + bytesPerRow;
  const query2 = query1 + bytesPerRow;
  const query3 = query2 + bytesPerRow;
  for (let index: usize = 0; index < count; index++) {
    const row = table + rowAt(rowIds, firstRow, index) * bytesPerRow;
    let left0 = v128.splat<f32>(0);
    let left1 = left0;
    let left2 = left0;
    let left3 = left0;
    let right0 = left0;
    let right1 = left0;
    let right2 = left0;
    let right3 = left0;
    for (let column: usize = 0; column < bytesPerRow; column += 32) {
      const left = v128.load(row + column);
      const right = v128.load(row + column, 16);
      left0 = f32x4.add(left0, f32x4.mul(v128.load(queries + column), left));
      left1 = f32x4.add(left1, f32x4.mul(v128.load(query1 + column), left));
      left2 = f32x4.add(left2, f32x4.mul(v128.load(query2 + column), left));
      left3 = f32x4.add(left3, f32x4.mul(v128.load(query3 + column), left));
      right0 = f32x4.add(right0, f32x4.mul(v128.load(queries + column, 16), right));
      right1 = f32x4.add(right1, f32x4.mul(v128.load(query1 + column, 16), right));
      right2 = f32x4.add(right2, f32x4.mul(v128.load(query2 + column, 16), right));
      right3 = f32x4.add(right3, f32x4.mul(v128.load(query3 + column, 16), right));
    }
    const target = scores + (index << 2);
    store<f32>(target, total(left0, right0));
    store<f32>(target + bytesOfScores, total(left1, right1));
    store<f32>(target + 2 * bytesOfScores, total(left2, right2));
    store<f32>(target + 3 * bytesOfScores, total(left3, right3));
  }
}
