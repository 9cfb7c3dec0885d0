import { matryoshkaLevels } from "@kokeshi/matryoshka";

export interface GradedLoss {
  /** Sum over the Matryoshka sizes, by their weights. */
  loss: number;
  /** d loss / d vectors, the shape of each side. */
  firstGradient: Float32Array;
  secondGradient: Float32Array;
}

/** Keeps vectors of zeros (texts without a token) from dividing by zero. */
const epsilon = 1e-12;

/**
 * CoSENT loss of graded pairs (Su 2022, https://kexue.fm/archives/8847; CoSENTLoss in sentence-transformers), with its
 * gradient: `log(1 + sum over s_i < s_j of exp(scale * (cos_i - cos_j)))`, which is small where the cosines have the
 * order of the scores. Summed over the Matryoshka `dimensions`, each of which sees the first components only.
 *
 * The double sum is one pass over the pairs in the order of their scores, with the sums of `exp(scale * cos)` of all
 * lower pairs and of `exp(-scale * cos)` of all higher ones; the vectors are read twice, however many sizes there are.
 *
 * @param first one vector a row, `dimensions[0]` wide, of any length
 * @param second row i belongs to row i of `first`
 * @param scores the grade of each pair; only their order matters
 * @param weights how much each size counts. Default: 1 each
 */
export function cosentLoss(
  first: Float32Array,
  second: Float32Array,
  scores: ArrayLike<number>,
  dimensions: readonly number[],
  scale: number,
  weights?: readonly number[],
): GradedLoss {
  const levels = matryoshkaLevels(dimensions, weights);
  const width = dimensions[0] as number;
  const rows = scores.length;
  const { xx, yy, xy } = ladderProducts(first, second, rows, dimensions);
  let loss = 0;
  // d cos / d x = y / (|x| |y|) - cos * x / |x|^2, and the same with x and y exchanged: for each row and size, what to
  // multiply the partner and the vector itself by.
  const ofPartner = new Float64Array(xx.length);
  const ofFirst = new Float64Array(xx.length);
  const ofSecond = new Float64Array(xx.length);
  levels.forEach(({ weight }, level) => {
    const cosines = new Float64Array(rows);
    const place = (row: number): number => row * levels.length + level;
    for (let row = 0; row < rows; row++) {
      const at = place(row);
      cosines[row] = (xy[at] as number) / Math.sqrt((xx[at] as number) * (yy[at] as number));
    }
    const graded = cosentOfCosines(cosines, scores, scale);
    loss += weight * graded.loss;
    for (let row = 0; row < rows; row++) {
      const at = place(row);
      // Zeros have no direction that a small move would change.
      const isDirected = (xx[at] as number) > 2 * epsilon && (yy[at] as number) > 2 * epsilon;
      const slope = isDirected ? weight * (graded.gradient[row] as number) : 0;
      ofPartner[at] = slope / Math.sqrt((xx[at] as number) * (yy[at] as number));
      ofFirst[at] = (-slope * (cosines[row] as number)) / (xx[at] as number);
      ofSecond[at] = (-slope * (cosines[row] as number)) / (yy[at] as number);
    }
  });

  const firstGradient = new Float32Array(first.length);
  const secondGradient = new Float32Array(second.length);
  for (let row = 0; row < rows; row++) {
    let [partner, ownFirst, ownSecond] = [0, 0, 0];
    // From the widest size inwards: components of the inner sizes belong to all.
    for (let level = 0; level < levels.length; level++) {
      partner += ofPartner[row * levels.length + level] as number;
      ownFirst += ofFirst[row * levels.length + level] as number;
      ownSecond += ofSecond[row * levels.length + level] as number;
      const start = row * width + (dimensions[level + 1] ?? 0);
      const end = row * width + (dimensions[level] as number);
      for (let k = start; k < end; k++) {
        const x = first[k] as number;
        const y = second[k] as number;
        firstGradient[k] = partner * y + ownFirst * x;
        secondGradient[k] = partner * x + ownSecond * y;
      }
    }
  }
  return { loss, firstGradient, secondGradient };
}

/** Dot products of each row's vectors over the components of each size: row-major, rows x sizes. */
interface LadderProducts {
  xx: Float64Array;
  yy: Float64Array;
  xy: Float64Array;
}

function ladderProducts(
  first: Float32Array,
  second: Float32Array,
  rows: number,
  dimensions: readonly number[],
): LadderProducts {
  const width = dimensions[0] as number;
  const sizes = dimensions.length;
  const products = {
    xx: new Float64Array(rows * sizes),
    yy: new Float64Array(rows * sizes),
    xy: new Float64Array(rows * sizes),
  };
  for (let row = 0; row < rows; row++) {
    let [xx, yy, xy] = [epsilon, epsilon, 0];
    // From the smallest size outwards: each adds its own components to those within it.
    for (let size = sizes - 1; size >= 0; size--) {
      const start = row * width + (dimensions[size + 1] ?? 0);
      const end = row * width + (dimensions[size] as number);
      for (let k = start; k < end; k++) {
        const x = first[k] as number;
        const y = second[k] as number;
        xx += x * x;
        yy += y * y;
        xy += x * y;
      }
      products.xx[row * sizes + size] = xx;
      products.yy[row * sizes + size] = yy;
      products.xy[row * sizes + size] = xy;
    }
  }
  return products;
}

function cosentOfCosines(
  cosines: Float64Array,
  scores: ArrayLike<number>,
  scale: number,
): { loss: number; gradient: Float64Array } {
  const order = Uint32Array.from(cosines, (_, row) => row).sort(
    (i, j) => (scores[i] as number) - (scores[j] as number),
  );
  const up = cosines.map((cosine) => Math.exp(scale * cosine));
  const down = cosines.map((cosine) => Math.exp(-scale * cosine));
  const lower = sumsBefore(order, scores, up);
  const higher = sumsBefore(order.slice().reverse(), scores, down);
  let total = 1;
  for (let row = 0; row < cosines.length; row++) total += (down[row] as number) * (lower[row] as number);
  const gradient = cosines.map(
    (_, row) =>
      (scale / total) *
      ((up[row] as number) * (higher[row] as number) - (down[row] as number) * (lower[row] as number)),
  );
  return { loss: Math.log(total), gradient };
}

/** For each row the sum of `values` over the rows that come before it in `order` with another score. */
function sumsBefore(order: Uint32Array, scores: ArrayLike<number>, values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length);
  let sum = 0;
  let start = 0;
  while (start < order.length) {
    const score = scores[order[start] as number];
    let end = start;
    while (end < order.length && scores[order[end] as number] === score) sums[order[end++] as number] = sum;
    while (start < end) sum += values[order[start++] as number] as number;
  }
  return sums;
}
