import type { ValueStatistics } from "../calibration/value-statistics.js";
import { type ActivationScale, codesOf } from "./activation-scale.js";

/** What a dense layer takes on average, one number a column. */
export interface ExpectedInputs {
  /** Of the activations as they are. */
  mean: Float64Array;
  /** Of the activations as bytes hold them. */
  quantizedMean: Float64Array;
}

/**
 * The mean of activations before and after they are cut to what bytes of this scale hold; rounding is taken to even out.
 * Cut off is what the histogram of a column has beyond the ends, elements counted as evenly spread in their bins.
 */
export function expectedInputs(
  value: ValueStatistics,
  scale: ActivationScale | undefined,
  factors?: Float32Array,
): ExpectedInputs {
  const mean = value.means(factors);
  if (scale === undefined) return { mean, quantizedMean: mean };
  const [least, greatest] = codesOf[scale.type];
  const low = (least - scale.zeroPoint) * scale.scale;
  const high = (greatest - scale.zeroPoint) * scale.scale;
  const quantizedMean = mean.map((expected, channel) => {
    const inverse = 1 / (factors?.[channel] ?? 1);
    const minimum = (value.minima[channel] as number) * inverse;
    const maximum = (value.maxima[channel] as number) * inverse;
    if (minimum >= low && maximum <= high) return expected;
    let moved = 0;
    value.eachBin(channel, (begin, end, count) => {
      const from = Math.max(begin * inverse, minimum);
      const to = Math.min(end * inverse, maximum);
      moved += count * (meanBeyond(-to, -from, -low) - meanBeyond(from, to, high));
    });
    return expected + moved / value.positions;
  });
  return { mean, quantizedMean };
}

/** The mean of max(0, x - limit) for x spread evenly from `from` to `to`. */
function meanBeyond(from: number, to: number, limit: number): number {
  if (to <= limit) return 0;
  if (from >= limit || from >= to) return (from + to) / 2 - limit;
  return (to - limit) ** 2 / (2 * (to - from));
}
