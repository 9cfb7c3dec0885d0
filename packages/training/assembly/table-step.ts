// The sparse half of a training step, compiled to WebAssembly SIMD by `npm run prepare-wasm`. Arguments are addresses in
// the one memory, or counts; nothing is allocated and nothing is checked here: `../src/table/trainable-table.ts` does both.
// Rows are `dimensions` float32 without padding, of any number: what is beyond the last 16 columns is done one by one.

/** Row i of `means`: the mean of the table rows of `ids[starts[i]]` to `ids[starts[i + 1] - 1]`, zeros without any. */
export function gatherMeans(
  table: usize,
  dimensions: usize,
  ids: usize,
  starts: usize,
  texts: usize,
  means: usize,
): void {
  const bytesPerRow = dimensions << 2;
  const bytesOfBlocks = bytesPerRow & ~63;
  for (let text: usize = 0; text < texts; text++) {
    const first = ids + ((<usize>load<u32>(starts + (text << 2))) << 2);
    const end = ids + ((<usize>load<u32>(starts + (text << 2), 4)) << 2);
    scale = end > first ? 1 / <f32>((end - first) >> 2) : 0;
    touchRows(table, bytesPerRow, first, end);
    const reciprocal = v128.splat<f32>(scale);
    for (let column: usize = 0; column < bytesOfBlocks; column += 64) {
      let sum0 = v128.splat<f32>(0);
      let sum1 = sum0;
      let sum2 = sum0;
      let sum3 = sum0;
      for (let next = first; next < end; next += 4) {
        const source = table + <usize>load<u32>(next) * bytesPerRow + column;
        sum0 = f32x4.add(sum0, v128.load(source));
        sum1 = f32x4.add(sum1, v128.load(source, 16));
        sum2 = f32x4.add(sum2, v128.load(source, 32));
        sum3 = f32x4.add(sum3, v128.load(source, 48));
      }
      v128.store(means + column, f32x4.mul(sum0, reciprocal));
      v128.store(means + column, f32x4.mul(sum1, reciprocal), 16);
      v128.store(means + column, f32x4.mul(sum2, reciprocal), 32);
      v128.store(means + column, f32x4.mul(sum3, reciprocal), 48);
    }
    for (let column = bytesOfBlocks; column < bytesPerRow; column += 4) {
      let sum: f32 = 0;
      for (let next = first; next < end; next += 4)
        sum += load<f32>(table + <usize>load<u32>(next) * bytesPerRow + column);
      store<f32>(means + column, sum * scale);
    }
    means += bytesPerRow;
  }
}

/** Through memory: V8 11.3 would compute a quotient anew in each turn of a loop that uses it. */
let scale: f32 = 0;

/**
 * Reads a byte of each cache line of the rows. WebAssembly has no prefetch, but a pass of nothing but loads keeps far
 * more of them under way at once than sums do that need the rows next.
 */
function touchRows(table: usize, bytesPerRow: usize, first: usize, end: usize): void {
  for (let next = first; next < end; next += 4) {
    let line = table + <usize>load<u32>(next) * bytesPerRow;
    for (const endOfRow = line + bytesPerRow; line < endOfRow; line += 64) load<u8>(line);
  }
}

/** Multiplies row i by 1 / (starts[i + 1] - starts[i]): what each token of a text gets of the text's gradient. */
export function shareAmongTokens(gradients: usize, dimensions: usize, starts: usize, texts: usize): void {
  const bytesPerRow = dimensions << 2;
  const bytesOfBlocks = bytesPerRow & ~15;
  for (let text: usize = 0; text < texts; text++) {
    const tokens = load<u32>(starts + (text << 2), 4) - load<u32>(starts + (text << 2));
    scale = tokens > 0 ? 1 / <f32>tokens : 0;
    const share = v128.splat<f32>(scale);
    for (let column: usize = 0; column < bytesOfBlocks; column += 16)
      v128.store(gradients + column, f32x4.mul(v128.load(gradients + column), share));
    for (let column = bytesOfBlocks; column < bytesPerRow; column += 4)
      store<f32>(gradients + column, load<f32>(gradients + column) * scale);
    gradients += bytesPerRow;
  }
}

/**
 * Adam (Kingma and Ba 2015) on the `count` rows named in `rows`. The gradient of row i is the sum of the rows
 * `texts[starts[i]]` to `texts[starts[i + 1] - 1]` of `gradients`.
 *
 * @param gradient room for one row
 * @param stepSize learning rate / (1 - beta1^t)
 * @param secondCorrection 1 / (1 - beta2^t)
 */
export function updateRows(
  table: usize,
  firstMoments: usize,
  secondMoments: usize,
  dimensions: usize,
  gradients: usize,
  rows: usize,
  starts: usize,
  texts: usize,
  count: usize,
  gradient: usize,
  stepSize: f32,
  secondCorrection: f32,
): void {
  const bytesPerRow = dimensions << 2;
  for (let row: usize = 0; row < count; row++) {
    const first = texts + ((<usize>load<u32>(starts + (row << 2))) << 2);
    const end = texts + ((<usize>load<u32>(starts + (row << 2), 4)) << 2);
    sumRows(gradients, bytesPerRow, first, end, gradient);
    const offset = <usize>load<u32>(rows + (row << 2)) * bytesPerRow;
    moveRow(
      table + offset,
      firstMoments + offset,
      secondMoments + offset,
      bytesPerRow,
      gradient,
      stepSize,
      secondCorrection,
    );
  }
}

function sumRows(rows: usize, bytesPerRow: usize, first: usize, end: usize, sum: usize): void {
  const bytesOfBlocks = bytesPerRow & ~63;
  touchRows(rows, bytesPerRow, first, end);
  for (let column: usize = 0; column < bytesOfBlocks; column += 64) {
    let sum0 = v128.splat<f32>(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    for (let next = first; next < end; next += 4) {
      const source = rows + <usize>load<u32>(next) * bytesPerRow + column;
      sum0 = f32x4.add(sum0, v128.load(source));
      sum1 = f32x4.add(sum1, v128.load(source, 16));
      sum2 = f32x4.add(sum2, v128.load(source, 32));
      sum3 = f32x4.add(sum3, v128.load(source, 48));
    }
    v128.store(sum + column, sum0);
    v128.store(sum + column, sum1, 16);
    v128.store(sum + column, sum2, 32);
    v128.store(sum + column, sum3, 48);
  }
  for (let column = bytesOfBlocks; column < bytesPerRow; column += 4) {
    let single: f32 = 0;
    for (let next = first; next < end; next += 4)
      single += load<f32>(rows + <usize>load<u32>(next) * bytesPerRow + column);
    store<f32>(sum + column, single);
  }
}

const beta1: f32 = 0.9;
const beta2: f32 = 0.999;
const epsilon: f32 = 1e-8;

function moveRow(
  values: usize,
  firstMoments: usize,
  secondMoments: usize,
  bytesPerRow: usize,
  gradients: usize,
  stepSize: f32,
  secondCorrection: f32,
): void {
  const bytesOfBlocks = bytesPerRow & ~15;
  for (let column: usize = 0; column < bytesOfBlocks; column += 16) {
    const gradient = v128.load(gradients + column);
    const mean = f32x4.add(
      f32x4.mul(v128.splat<f32>(beta1), v128.load(firstMoments + column)),
      f32x4.mul(v128.splat<f32>(1 - beta1), gradient),
    );
    const square = f32x4.add(
      f32x4.mul(v128.splat<f32>(beta2), v128.load(secondMoments + column)),
      f32x4.mul(f32x4.mul(v128.splat<f32>(1 - beta2), gradient), gradient),
    );
    v128.store(firstMoments + column, mean);
    v128.store(secondMoments + column, square);
    const length = f32x4.add(
      f32x4.sqrt(f32x4.mul(square, v128.splat<f32>(secondCorrection))),
      v128.splat<f32>(epsilon),
    );
    const move = f32x4.div(f32x4.mul(v128.splat<f32>(stepSize), mean), length);
    v128.store(values + column, f32x4.sub(v128.load(values + column), move));
  }
  for (let column = bytesOfBlocks; column < bytesPerRow; column += 4) {
    const gradient = load<f32>(gradients + column);
    const mean = beta1 * load<f32>(firstMoments + column) + (1 - beta1) * gradient;
    const square = beta2 * load<f32>(secondMoments + column) + (1 - beta2) * gradient * gradient;
    store<f32>(firstMoments + column, mean);
    store<f32>(secondMoments + column, square);
    const move = (stepSize * mean) / (sqrt<f32>(square * secondCorrection) + epsilon);
    store<f32>(values + column, load<f32>(values + column) - move);
  }
}
