import type { Distribution } from "../value-statistics.js";
import type { ActivationRange } from "./activation-range.js";

/** Codes of a byte. */
const levels = 256;

/**
 * What stands for the probability of a bin that has elements while its level has none: smooth_distribution of ONNX
 * Runtime adds as much to every empty bin.
 */
const epsilon = 1e-4;

/**
 * The range around 0 with the least Kullback-Leibler divergence between the distribution cut to it and the same
 * distribution in 256 levels: Migacz, "8-bit inference with TensorRT" (GTC 2017), and compute_entropy of ONNX Runtime's
 * HistogramCollector (onnxruntime/python/tools/quantization/calibrate.py). As there, elements beyond the range count for
 * its outermost bins, empty bins stay empty when a level is spread over its bins, and the range does not exceed the
 * extremes. Where bins do not divide evenly among levels they are dealt out evenly, as NVIDIA's pytorch-quantization does,
 * instead of leaving the remainder to the last level.
 */
export function entropyRange({ counts, reach, minimum, maximum }: Distribution): ActivationRange {
  const half = counts.length / 2;
  const before = runningSums(counts);
  const filled = runningSums(counts.map((count) => (count > 0 ? 1 : 0)));
  const total = before.at(-1) as number;
  let best = half;
  let least = Number.POSITIVE_INFINITY;
  for (let side = levels / 2; side <= half; side++) {
    const divergence = divergenceOf(counts, { before, filled, total, start: half - side, end: half + side });
    if (divergence < least) {
      least = divergence;
      best = side;
    }
  }
  const threshold = (best * reach) / half;
  return { minimum: Math.max(minimum, -threshold), maximum: Math.min(maximum, threshold) };
}

interface Slice {
  /** Elements in the bins before each bin, and how many of those bins have any. */
  before: Float64Array;
  filled: Float64Array;
  total: number;
  start: number;
  end: number;
}

function divergenceOf(counts: Float64Array, { before, filled, total, start, end }: Slice): number {
  const size = end - start;
  const at = (sums: Float64Array, bin: number): number => sums[bin] as number;
  const below = at(before, start);
  const above = total - at(before, end);
  // The levels hold what lies within the range alone.
  const within = at(before, end) - below;
  if (within === 0) return Number.POSITIVE_INFINITY;
  let divergence = 0;
  for (let level = 0; level < levels; level++) {
    const first = start + Math.ceil((level * size) / levels);
    const last = start + Math.ceil(((level + 1) * size) / levels);
    const elements = at(before, last) - at(before, first);
    let occupied = at(filled, last) - at(filled, first);
    // Bins at the edges are not empty when there is something beyond.
    if (first === start && below > 0 && counts[first] === 0) occupied++;
    if (last === end && above > 0 && counts[last - 1] === 0) occupied++;
    const share = Math.max(elements / occupied, epsilon) / within;
    for (let bin = first; bin < last; bin++) {
      let count = counts[bin] as number;
      if (bin === start) count += below;
      if (bin === end - 1) count += above;
      if (count > 0) divergence += (count / total) * Math.log(count / total / share);
    }
  }
  return divergence;
}

/** The sum of all elements before each place, the whole at the end. */
function runningSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, index) => (sums[index + 1] = (sums[index] as number) + value));
  return sums;
}
