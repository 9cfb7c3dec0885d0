/**
 * Divides each row of float32 by its Euclidean length, in place; a row of zeros stays. `stride` is a multiple of 16.
 *
 * Squares are summed in float32, in eight partial sums (elements i with equal i modulo 8) that are added as
 * ((0+4)+(2+6)) + ((1+5)+(3+7)). Rows so long or so short that float32 squares overflow or lose digits take a second,
 * slower way in float64.
 */
export function normalizeRows(data: usize, stride: usize, rows: usize): void {
  const bytesPerRow = stride << 2;
  for (const end = data + rows * bytesPerRow; data < end; data += bytesPerRow) {
    let lefts = v128.splat<f32>(0);
    let rights = lefts;
    for (let column: usize = 0; column < bytesPerRow; column += 32) {
      const left = v128.load(data + column);
      const right = v128.load(data + column, 16);
      lefts = f32x4.add(lefts, f32x4.mul(left, left));
      rights = f32x4.add(rights, f32x4.mul(right, right));
    }
    const squares = total(lefts, rights);
    if (!(squares > 1e-20 && squares < 1e20)) {
      normalizeExtremeRow(data, bytesPerRow);
      continue;
    }
    const reciprocal = v128.splat<f32>(1 / sqrt<f32>(squares));
    for (let column: usize = 0; column < bytesPerRow; column += 16) {
      v128.store(data + column, f32x4.mul(v128.load(data + column), reciprocal));
    }
  }
}

/** The sum of eight partial sums. */
export function total(lefts: v128, rights: v128): f32 {
  const four = f32x4.add(lefts, rights);
  const two = f32x4.add(four, v128.shuffle<i32>(four, four, 2, 3, 2, 3));
  return f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1);
}

/** In the order of the columns, one after the other. */
function normalizeExtremeRow(data: usize, bytesPerRow: usize): void {
  let squares: f64 = 0;
  const end = data + bytesPerRow;
  for (let column = data; column < end; column += 4) {
    const value = <f64>load<f32>(column);
    squares += value * value;
  }
  if (squares === 0) return;
  const length = sqrt<f64>(squares);
  for (let column = data; column < end; column += 4) {
    store<f32>(column, <f32>(<f64>load<f32>(column) / length));
  }
}
