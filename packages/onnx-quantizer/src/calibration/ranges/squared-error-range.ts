import { type ActivationScaleOptions, scaleOfRange } from "../../quantize/activation-scale.js";
import type { Distribution } from "../value-statistics.js";
import type { ActivationRange } from "./activation-range.js";

/** Candidates for an end of the range: the extreme times 2^(-k/8), down to 1/1,024 of it, and 0. */
const fractions = [...Array.from({ length: 81 }, (_, step) => 2 ** (-step / 8)), 0];

/**
 * The range whose bytes are nearest to the elements, in the mean of squares: rounding costs more the wider it is, cutting
 * the narrower (Banner et al. 2019, "Post training 4-bit quantization of convolutional networks for rapid-deployment",
 * section 3, which assumes a Laplace or normal distribution where this goes by the histogram). Either end in turn takes
 * its best fraction of the extreme until both stay; where they are to be symmetric, both together.
 */
export function squaredErrorRange(
  distribution: Distribution,
  { symmetricActivations = false }: Pick<ActivationScaleOptions, "symmetricActivations"> = {},
): ActivationRange {
  const { minimum, maximum } = distribution;
  const extremes = { minimum: Math.min(minimum, 0), maximum: Math.max(maximum, 0) };
  if (symmetricActivations) {
    const largest = Math.max(-minimum, maximum);
    const ranges = fractions.map((fraction) => ({
      minimum: -largest * fraction,
      maximum: largest * fraction,
    }));
    const errors = ranges.map((range) => squaredError(distribution, range, { symmetricActivations }));
    return ranges[errors.indexOf(Math.min(...errors))] as ActivationRange;
  }
  const range = { ...extremes };
  let least = squaredError(distribution, range);
  for (let improved = true; improved;) {
    improved = false;
    for (const end of ["maximum", "minimum"] as const) {
      for (const fraction of fractions) {
        const candidate = { ...range, [end]: extremes[end] * fraction };
        const error = squaredError(distribution, candidate);
        if (error >= least) continue;
        least = error;
        range[end] = candidate[end];
        improved = true;
      }
    }
  }
  return range;
}

/** The sum over all elements of the squared distance to their bytes. */
export function squaredError(
  { counts, reach }: Distribution,
  { minimum, maximum }: ActivationRange,
  options: Pick<ActivationScaleOptions, "symmetricActivations"> = {},
): number {
  const half = counts.length / 2;
  const width = reach / half;
  const { scale, zeroPoint } = scaleOfRange(minimum, maximum, options);
  const low = -zeroPoint * scale;
  const high = (255 - zeroPoint) * scale;
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] as number;
    if (count === 0) continue;
    const centre = (bin - half + 0.5) * width;
    if (centre < low || centre > high || scale > width) {
      const byte = Math.max(low, Math.min(high, Math.round(centre / scale) * scale));
      // Elements are spread over the bin: the square of the centre's distance, and the variance within.
      sum += count * ((centre - byte) ** 2 + width ** 2 / 12);
    } else {
      // Several codes in a bin: distances are even between 0 and half a step.
      sum += (count * scale ** 2) / 12;
    }
  }
  return sum;
}
