// The sparse half of a training step, compiled to WebAssembly SIMD by `npm run prepare-wasm`. Arguments are addresses in
// the one memory, or counts; nothing is allocated and nothing is checked here: `../src/table/trainable-table.ts` does both.
// Rows are `dimensions` float32 without padding, of any number: what is beyond the last 16 columns is done one by one.

/**
 * Row i of `means`: the weighted mean of the table rows of `ids[starts[i]]` to `ids[starts[i + 1] - 1]`, zeros without any.
 *
 * @param weights one float32 an id, or 0 where all are 1
 */
export function gatherMeans(
  table: usize,
  dimensions: usize,
  ids: usize,
  starts: usize,
  texts: usize,
  weights: usize,
  means: usize,
): void {
  const bytesPerRow = dimensions << 2;
  const toWeights = weights === 0 ? 0 : weights - ids;
  for (let text: usize = 0; text < texts; text++) {
    const first = ids + ((<usize>load<u32>(starts + (text << 2))) << 2);
    const end = ids + ((<usize>load<u32>(starts + (text << 2), 4)) << 2);
    scale = reciprocalOfWeights(first, end, toWeights);
    sumRows(table, bytesPerRow, first, end, toWeights, means);
    means += bytesPerRow;
  }
}

/** Through memory: V8 11.3 would compute a quotient anew in each turn of a loop that uses it. */
let scale: f32 = 0;

/**
 * 1 / the sum of the weights of the words from `first` to before `end`; 0 where there are none.
 *
 * @param toWeights bytes from each word to its weight, or 0 where all weigh 1
 */
function reciprocalOfWeights(first: usize, end: usize, toWeights: usize): f32 {
  if (end <= first) return 0;
  if (toWeights === 0) return 1 / <f32>((end - first) >> 2);
  let sum: f32 = 0;
  for (let next = first; next < end; next += 4) sum += load<f32>(next + toWeights);
  return 1 / sum;
}

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

/** Multiplies row i by 1 / the weights of text i: what a token of weight 1 gets of the text's gradient. */
export function shareAmongTokens(
  gradients: usize,
  dimensions: usize,
  starts: usize,
  texts: usize,
  weights: usize,
): void {
  const bytesPerRow = dimensions << 2;
  const bytesOfBlocks = bytesPerRow & ~15;
  for (let text: usize = 0; text < texts; text++) {
    const first = (<usize>load<u32>(starts + (text << 2))) << 2;
    const end = (<usize>load<u32>(starts + (text << 2), 4)) << 2;
    scale = reciprocalOfWeights(first, end, weights);
    const share = v128.splat<f32>(scale);
    for (let column: usize = 0; column < bytesOfBlocks; column += 16)
      v128.store(gradients + column, f32x4.mul(v128.load(gradients + column), share));
    for (let column = bytesOfBlocks; column < bytesPerRow; column += 4)
      store<f32>(gradients + column, load<f32>(gradients + column) * scale);
    gradients += bytesPerRow;
  }
}

/**
 * Adam (Kingma and Ba 2015) on the `count` rows named in `rows`. The gradient of row i is the weighted sum of the rows
 * `texts[starts[i]]` to `texts[starts[i + 1] - 1]` of `gradients`.
 *
 * @param weights one float32 for each of `texts`, or 0 where all are 1
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
  weights: usize,
  count: usize,
  gradient: usize,
  stepSize: f32,
  secondCorrection: f32,
): void {
  const bytesPerRow = dimensions << 2;
  const toWeights = weights === 0 ? 0 : weights - texts;
  scale = 1;
  for (let row: usize = 0; row < count; row++) {
    const first = texts + ((<usize>load<u32>(starts + (row << 2))) << 2);
    const end = texts + ((<usize>load<u32>(starts + (row << 2), 4)) << 2);
    sumRows(gradients, bytesPerRow, first, end, toWeights, gradient);
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

/** `scale` times the weighted sum of the rows that the words from `first` to before `end` name; weights as above. */
function sumRows(
  rows: usize,
  bytesPerRow: usize,
  first: usize,
  end: usize,
  toWeights: usize,
  sum: usize,
): void {
  touchRows(rows, bytesPerRow, first, end);
  if (toWeights !== 0) return sumWeightedRows(rows, bytesPerRow, first, end, toWeights, sum);
  const bytesOfBlocks = bytesPerRow & ~63;
  const factor = v128.splat<f32>(scale);
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
    v128.store(sum + column, f32x4.mul(sum0, factor));
    v128.store(sum + column, f32x4.mul(sum1, factor), 16);
    v128.store(sum + column, f32x4.mul(sum2, factor), 32);
    v128.store(sum + column, f32x4.mul(sum3, factor), 48);
  }
  for (let column = bytesOfBlocks; column < bytesPerRow; column += 4) {
    let single: f32 = 0;
    for (let next = first; next < end; next += 4)
      single += load<f32>(rows + <usize>load<u32>(next) * bytesPerRow + column);
    store<f32>(sum + column, single * scale);
  }
}

function sumWeightedRows(
  rows: usize,
  bytesPerRow: usize,
  first: usize,
  end: usize,
  toWeights: usize,
  sum: usize,
): void {
  const bytesOfBlocks = bytesPerRow & ~63;
  const factor = v128.splat<f32>(scale);
  for (let column: usize = 0; column < bytesOfBlocks; column += 64) {
    let sum0 = v128.splat<f32>(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    for (let next = first; next < end; next += 4) {
      const source = rows + <usize>load<u32>(next) * bytesPerRow + column;
      const weight = v128.load32_splat(next + toWeights);
      sum0 = f32x4.add(sum0, f32x4.mul(weight, v128.load(source)));
      sum1 = f32x4.add(sum1, f32x4.mul(weight, v128.load(source, 16)));
      sum2 = f32x4.add(sum2, f32x4.mul(weight, v128.load(source, 32)));
      sum3 = f32x4.add(sum3, f32x4.mul(weight, v128.load(source, 48)));
    }
    v128.store(sum + column, f32x4.mul(sum0, factor));
    v128.store(sum + column, f32x4.mul(sum1, factor), 16);
    v128.store(sum + column, f32x4.mul(sum2, factor), 32);
    v128.store(sum + column, f32x4.mul(sum3, factor), 48);
  }
  for (let column = bytesOfBlocks; column < bytesPerRow; column += 4) {
    let single: f32 = 0;
    for (let next = first; next < end; next += 4)
      single += load<f32>(next + toWeights) * load<f32>(rows + <usize>load<u32>(next) * bytesPerRow + column);
    store<f32>(sum + column, single * scale);
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
