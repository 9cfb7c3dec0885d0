import { InvalidArgumentError } from "@kokeshi/core";
import { part } from "../../part.js";
import type { Distribution } from "../value-statistics.js";
import type { ActivationRange } from "./activation-range.js";
import { entropyRange } from "./entropy-range.js";
import { percentileRange } from "./percentile-range.js";
import { squaredErrorRange } from "./squared-error-range.js";

/**
 * How the range of activations is chosen.
 *
 * - "min-max": from the least to the greatest element; nothing is cut.
 * - "moving-average": from the average over texts of the least element of a text to that of the greatest, as ONNX Runtime's
 *   MinMaxCalibrater with moving_average takes it over batches, here of one text: a rare extreme counts for little.
 * - "percentile": the range that holds this share of the elements.
 * - "entropy": the range whose 256 levels lose the least information.
 * - "mse": the range whose bytes are nearest to the elements.
 */
export type RangeMethod = "min-max" | "moving-average" | "percentile" | "entropy" | "mse";

export const rangeMethods: readonly RangeMethod[] = [
  "min-max",
  "moving-average",
  "percentile",
  "entropy",
  "mse",
];

export interface RangeOptions {
  /** Default: "min-max". */
  rangeMethod?: RangeMethod;
  /** For "percentile", between 50 and 100. Default: 99.99. */
  percentile?: number;
  /** Whether the range reaches as far below 0 as above. Default: false. */
  symmetricActivations?: boolean;
}

/** The range of one distribution. */
export function rangeOf(distribution: Distribution, options: RangeOptions = {}): ActivationRange {
  const range = chosenRange(distribution, options);
  if (options.symmetricActivations !== true) return range;
  const largest = Math.max(-range.minimum, range.maximum, 0);
  return { minimum: -largest, maximum: largest };
}

function chosenRange(
  distribution: Distribution,
  { rangeMethod = "min-max", percentile = 99.99, symmetricActivations }: RangeOptions,
): ActivationRange {
  switch (rangeMethod) {
    case "min-max":
      return { minimum: distribution.minimum, maximum: distribution.maximum };
    case "moving-average":
      return { minimum: distribution.averageMinimum, maximum: distribution.averageMaximum };
    case "percentile":
      if (!(percentile > 50 && percentile <= 100)) {
        throw new InvalidArgumentError({
          part,
          problem: `the percentile is ${percentile}`,
          remedy: "choose one above 50 and up to 100, such as 99.99",
        });
      }
      return percentileRange(distribution, percentile);
    case "entropy":
      return entropyRange(distribution);
    case "mse":
      return squaredErrorRange(distribution, { symmetricActivations });
    default:
      throw new InvalidArgumentError({
        part,
        problem: `the range method is ${JSON.stringify(rangeMethod)}`,
        remedy: `choose one of ${rangeMethods.join(", ")}`,
      });
  }
}
