import { rowAt, touchRowsOf } from "./table-row";

/** Rows that are touched before they are summed: a third of the first cache. */
const bytesTouched: usize = 16_384;

/**
 * `sums[i]`: the dot product, as int32, of a query of int16 and table row `rowIds[i]` of int8, or row `firstRow + i`
 * where `rowIds` is 0. The caller keeps 128 * sum |query| below 2^31. `stride` is a multiple of 32.
 */
export function dotInt8(
  table: usize,
  stride: usize,
  query: usize,
  rowIds: usize,
  firstRow: usize,
  count: usize,
  sums: usize,
): void {
  if (rowIds === 0) {
    dotRows(table, stride, query, 0, firstRow, count, sums);
    return;
  }
  const end = rowIds + (count << 2);
  const ahead = max(bytesTouched / stride, 16) << 2;
  for (let touched = rowIds, ids = rowIds; ids < end; ids = touched) {
    touched = touchRowsOf(touched, ids, end, table, 0, stride, ahead);
    dotRows(table, stride, query, ids, 0, (touched - ids) >> 2, sums + (ids - rowIds));
  }
}

/**
 * Two rows at a time share the loads of the query: twice as fast from memory as four, which are read in too many places
 * at once for the processor to run ahead, and a little faster than one.
 */
function dotRows(
  table: usize,
  stride: usize,
  query: usize,
  rowIds: usize,
  firstRow: usize,
  count: usize,
  sums: usize,
): void {
  for (let index: usize = 0; index < count; index += 2) {
    const row0 = table + rowAt(rowIds, firstRow, index) * stride;
    // An odd last row is its own neighbour.
    const other = min(index + 1, count - 1);
    const row1 = table + rowAt(rowIds, firstRow, other) * stride;
    let left0 = v128.splat<i32>(0);
    let left1 = left0;
    let right0 = left0;
    let right1 = left0;
    for (let column: usize = 0; column < stride; column += 32) {
      const values = query + (column << 1);
      const values0 = v128.load(values);
      const values1 = v128.load(values, 16);
      const values2 = v128.load(values, 32);
      const values3 = v128.load(values, 48);
      const codes0 = row0 + column;
      left0 = i32x4.add(left0, i32x4.dot_i16x8_s(values0, v128.load_ext<i8>(codes0)));
      right0 = i32x4.add(right0, i32x4.dot_i16x8_s(values1, v128.load_ext<i8>(codes0, 8)));
      left0 = i32x4.add(left0, i32x4.dot_i16x8_s(values2, v128.load_ext<i8>(codes0, 16)));
      right0 = i32x4.add(right0, i32x4.dot_i16x8_s(values3, v128.load_ext<i8>(codes0, 24)));
      const codes1 = row1 + column;
      left1 = i32x4.add(left1, i32x4.dot_i16x8_s(values0, v128.load_ext<i8>(codes1)));
      right1 = i32x4.add(right1, i32x4.dot_i16x8_s(values1, v128.load_ext<i8>(codes1, 8)));
      left1 = i32x4.add(left1, i32x4.dot_i16x8_s(values2, v128.load_ext<i8>(codes1, 16)));
      right1 = i32x4.add(right1, i32x4.dot_i16x8_s(values3, v128.load_ext<i8>(codes1, 24)));
    }
    const both = totals(left0, right0, left1, right1);
    store<i32>(sums + (other << 2), i32x4.extract_lane(both, 2) + i32x4.extract_lane(both, 3));
    store<i32>(sums + (index << 2), i32x4.extract_lane(both, 0) + i32x4.extract_lane(both, 1));
  }
}

/**
 * dotInt8 for four queries, one behind the other: sum i of query q goes to `sums + q * bytesOfSums`. Four queries share
 * each load of the codes, two rows each load of the queries.
 */
export function dotInt8Four(
  table: usize,
  stride: usize,
  queries: usize,
  rowIds: usize,
  firstRow: usize,
  count: usize,
  sums: usize,
  bytesOfSums: usize,
): void {
  const bytesOfQuery = stride << 1;
  const query1 = queries + bytesOfQuery;
  const query2 = query1 + bytesOfQuery;
  const query3 = query2 + bytesOfQuery;
  for (let index: usize = 0; index < count; index += 2) {
    const row0 = table + rowAt(rowIds, firstRow, index) * stride;
    // An odd last row is its own neighbour.
    const other = min(index + 1, count - 1);
    const row1 = table + rowAt(rowIds, firstRow, other) * stride;
    let sum00 = v128.splat<i32>(0);
    let sum01 = sum00;
    let sum02 = sum00;
    let sum03 = sum00;
    let sum10 = sum00;
    let sum11 = sum00;
    let sum12 = sum00;
    let sum13 = sum00;
    for (let column: usize = 0; column < stride; column += 8) {
      const codes0 = v128.load_ext<i8>(row0 + column);
      const codes1 = v128.load_ext<i8>(row1 + column);
      const offset = column << 1;
      const values0 = v128.load(queries + offset);
      sum00 = i32x4.add(sum00, i32x4.dot_i16x8_s(codes0, values0));
      sum10 = i32x4.add(sum10, i32x4.dot_i16x8_s(codes1, values0));
      const values1 = v128.load(query1 + offset);
      sum01 = i32x4.add(sum01, i32x4.dot_i16x8_s(codes0, values1));
      sum11 = i32x4.add(sum11, i32x4.dot_i16x8_s(codes1, values1));
      const values2 = v128.load(query2 + offset);
      sum02 = i32x4.add(sum02, i32x4.dot_i16x8_s(codes0, values2));
      sum12 = i32x4.add(sum12, i32x4.dot_i16x8_s(codes1, values2));
      const values3 = v128.load(query3 + offset);
      sum03 = i32x4.add(sum03, i32x4.dot_i16x8_s(codes0, values3));
      sum13 = i32x4.add(sum13, i32x4.dot_i16x8_s(codes1, values3));
    }
    storeFour(sums + (index << 2), bytesOfSums, totals(sum00, sum01, sum02, sum03));
    storeFour(sums + (other << 2), bytesOfSums, totals(sum10, sum11, sum12, sum13));
  }
}

function storeFour(target: usize, step: usize, values: v128): void {
  store<i32>(target, i32x4.extract_lane(values, 0));
  store<i32>(target + step, i32x4.extract_lane(values, 1));
  store<i32>(target + 2 * step, i32x4.extract_lane(values, 2));
  store<i32>(target + 3 * step, i32x4.extract_lane(values, 3));
}

/** The totals of four vectors: a transposition by shuffles and adds. */
function totals(sum0: v128, sum1: v128, sum2: v128, sum3: v128): v128 {
  const pairs01 = i32x4.add(
    v128.shuffle<i32>(sum0, sum1, 0, 4, 1, 5),
    v128.shuffle<i32>(sum0, sum1, 2, 6, 3, 7),
  );
  const pairs23 = i32x4.add(
    v128.shuffle<i32>(sum2, sum3, 0, 4, 1, 5),
    v128.shuffle<i32>(sum2, sum3, 2, 6, 3, 7),
  );
  return i32x4.add(v128.shuffle<i64>(pairs01, pairs23, 0, 2), v128.shuffle<i64>(pairs01, pairs23, 1, 3));
}
