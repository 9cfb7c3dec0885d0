import { mean } from "./correlation.js";

/** How sure a ranker is of a query, each by what the scores of its documents show. */
export interface Confidence {
  /** The greatest score. */
  readonly max: number;
  /** Standard deviation of the scores, over all that were found. */
  readonly std: number;
  /** The greatest score less the second; 0 for a single document. */
  readonly diff1: number;
}

/** Of a query for which nothing was found: it is the first to give up. */
const none: Confidence = { max: -Infinity, std: -Infinity, diff1: -Infinity };

/** The confidence functions of Gisserot-Boukhlef et al. 2024, section 3.1 (https://arxiv.org/abs/2402.12997). */
export function confidenceOf(scores: ArrayLike<number>): Confidence {
  if (scores.length === 0) return none;
  let [max, second, sum] = [-Infinity, -Infinity, 0];
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    sum += score;
    if (score > max) [max, second] = [score, max];
    else if (score > second) second = score;
  }
  const mean = sum / scores.length;
  let squares = 0;
  for (let i = 0; i < scores.length; i++) squares += ((scores[i] as number) - mean) ** 2;
  return {
    max,
    std: Math.sqrt(squares / scores.length),
    diff1: scores.length === 1 ? 0 : max - second,
  };
}

/** Shares of the queries that are given up: 0 to 0.9. */
const rates = Array.from({ length: 10 }, (_, index) => index * 0.1);

/**
 * Normalised area under the abstention curve: what is gained by giving up the queries of which the ranker is least sure.
 * 1: as much as if it knew which go wrong; 0: no more than by giving up any; below 0: the sure ones go wrong. As MTEB's
 * `nauc` (mteb/_evaluators/retrieval_metrics.py at 30158eb) after the paper above, section 3.3; undefined where all values
 * are the same, for which MTEB has NaN.
 *
 * @param order the queries from the least sure, as `leastSureFirst` gives them
 * @param values what a measure gives each query
 */
export function normalizedAbstentionArea(order: Uint32Array, values: Float64Array): number | undefined {
  const oracle = areaUnderMeans(values.slice().sort());
  const flat = mean(values) * ((rates.at(-1) as number) - (rates[0] as number));
  // Equal values differ by rounding; MTEB compares them exactly, and divides by the rounding.
  if (Math.abs(oracle - flat) < 1e-12) return undefined;
  const area = areaUnderMeans(Float64Array.from(order, (query) => values[query] as number));
  return (area - flat) / (oracle - flat);
}

/** Queries by ascending confidence, equal ones in their order, as NumPy's stable argsort. */
export function leastSureFirst(confidences: Float64Array): Uint32Array {
  return Uint32Array.from(confidences, (_, query) => query).sort((a, b) => {
    const [first, second] = [confidences[a] as number, confidences[b] as number];
    return first === second ? a - b : first < second ? -1 : 1;
  });
}

/** Trapezoids under the mean of what is left when each rate of the values, from the first on, is given up. */
function areaUnderMeans(values: Float64Array): number {
  const curve = rates.map((rate) => {
    const givenUp = Math.min(roundHalfToEven(rate * values.length), values.length - 1);
    return mean(values.subarray(givenUp));
  });
  let area = 0;
  for (let i = 1; i < curve.length; i++) {
    const step = (rates[i] as number) - (rates[i - 1] as number);
    area += (step * ((curve[i] as number) + (curve[i - 1] as number))) / 2;
  }
  return area;
}

/** Python's `round`, which decides how many queries are given up. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor + (floor % 2);
}
