import type { Distribution } from "../value-statistics.js";
import type { ActivationRange } from "./activation-range.js";

/**
 * The range that holds `percentile` percent of the elements, half of the rest on either side: compute_percentile of ONNX
 * Runtime's HistogramCollector (onnxruntime/python/tools/quantization/calibrate.py), but within a bin elements count as
 * evenly spread, where that takes the bin's edge.
 */
export function percentileRange(
  { counts, reach, minimum, maximum }: Pick<Distribution, "counts" | "reach" | "minimum" | "maximum">,
  percentile: number,
): ActivationRange {
  const half = counts.length / 2;
  const width = reach / half;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const cut = (total * (100 - percentile)) / 200;
  return {
    minimum: Math.max(minimum, quantile(counts, cut) * width - reach),
    maximum: Math.min(maximum, reach - quantile(Float64Array.from(counts).reverse(), cut) * width),
  };
}

/** After how many bins, from the left, so many elements have passed. */
function quantile(counts: Float64Array, elements: number): number {
  let passed = 0;
  for (const [bin, count] of counts.entries()) {
    if (passed + count > elements) return bin + (elements - passed) / count;
    passed += count;
  }
  return counts.length;
}
