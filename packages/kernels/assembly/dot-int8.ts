import { rowAt } from "./table-row";

/**
 * `sums[i]`: the dot product, as int32, of a query of int16 and table row `rowIds[i]` of int8, or row `firstRow + i`
 * where `rowIds` is 0. The caller keeps 128 * sum |query| below 2^31.
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
  let index: usize = 0;
  for (; index + 4 <= count; index += 4) {
    const row0 = table + rowAt(rowIds, firstRow, index) * stride;
    const row1 = table + rowAt(rowIds, firstRow, index + 1) * stride;
    const row2 = table + rowAt(rowIds, firstRow, index + 2) * stride;
    const row3 = table + rowAt(rowIds, firstRow, index + 3) * stride;
    let sum0 = v128.splat<i32>(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    for (let column: usize = 0; column < stride; column += 16) {
      const left = v128.load(query + (column << 1));
      const right = v128.load(query + (column << 1), 16);
      sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(left, v128.load_ext<i8>(row0 + column)));
      sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(left, v128.load_ext<i8>(row1 + column)));
      sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(left, v128.load_ext<i8>(row2 + column)));
      sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(left, v128.load_ext<i8>(row3 + column)));
      sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(right, v128.load_ext<i8>(row0 + column, 8)));
      sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(right, v128.load_ext<i8>(row1 + column, 8)));
      sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(right, v128.load_ext<i8>(row2 + column, 8)));
      sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(right, v128.load_ext<i8>(row3 + column, 8)));
    }
    // The four totals at once: a transposition by shuffles and adds.
    const pairs01 = i32x4.add(
      v128.shuffle<i32>(sum0, sum1, 0, 4, 1, 5),
      v128.shuffle<i32>(sum0, sum1, 2, 6, 3, 7),
    );
    const pairs23 = i32x4.add(
      v128.shuffle<i32>(sum2, sum3, 0, 4, 1, 5),
      v128.shuffle<i32>(sum2, sum3, 2, 6, 3, 7),
    );
    v128.store(
      sums + (index << 2),
      i32x4.add(v128.shuffle<i64>(pairs01, pairs23, 0, 2), v128.shuffle<i64>(pairs01, pairs23, 1, 3)),
    );
  }
  for (; index < count; index++) {
    const row = table + rowAt(rowIds, firstRow, index) * stride;
    let sum = v128.splat<i32>(0);
    for (let column: usize = 0; column < stride; column += 8) {
      sum = i32x4.add(
        sum,
        i32x4.dot_i16x8_s(v128.load(query + (column << 1)), v128.load_ext<i8>(row + column)),
      );
    }
    sum = i32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 2, 3));
    store<i32>(sums + (index << 2), i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1));
  }
}
