import { InvalidFileError } from "@kokeshi/core";
import { part } from "../part.js";
import { ActivationStatistics } from "./activation-statistics.js";
import { unpackCounts } from "./packed-counts.js";
import { statisticsFormat, statisticsVersion } from "./statistics-file.js";
import { ValueStatistics } from "./value-statistics.js";

/** More columns than any encoder has; what is reserved before the counts are read is this many kilobytes. */
const mostChannels = 2 ** 20;

/**
 * Statistics from the JSON that `JSON.stringify(statistics)` wrote. Throws InvalidFileError for anything else, and for
 * numbers that contradict each other.
 */
export function parseStatistics(text: string): ActivationStatistics {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw fault("the statistics are no JSON", cause);
  }
  const file = record(json, "the statistics");
  if (file["format"] !== statisticsFormat) throw fault(`the statistics do not say "${statisticsFormat}"`);
  if (file["version"] !== statisticsVersion) {
    throw fault(`the statistics have the version ${JSON.stringify(file["version"])}`);
  }
  const statistics = new ActivationStatistics();
  statistics.batches = count(file, "batches");
  statistics.texts = count(file, "texts");
  statistics.tokens = count(file, "tokens");
  const values = file["values"];
  if (!Array.isArray(values)) throw fault("the statistics have no list of values");
  statistics.values = values.map((value: unknown, index) => parseValue(record(value, `value ${index}`)));
  const layers = statistics.values.flatMap((value) => value.layers);
  if (new Set(layers).size !== layers.length) throw fault("a layer of the statistics takes two values");
  return statistics;
}

type Fields = Readonly<Record<string, unknown>>;

function parseValue(file: Fields): ValueStatistics {
  const { layers } = file;
  if (!Array.isArray(layers) || !layers.every((layer) => typeof layer === "string")) {
    throw fault("a value of the statistics has no list of layers");
  }
  const channels = count(file, "channels");
  // Base64 of float32: a size that the file does not hold is not reserved.
  const { minima } = file;
  if (
    channels === 0 ||
    channels > mostChannels ||
    typeof minima !== "string" ||
    minima.length < channels * 5
  ) {
    throw fault(`a value of the statistics has ${channels} channels`);
  }
  const value = new ValueStatistics(layers as string[], channels);
  value.texts = count(file, "texts");
  value.positions = count(file, "positions");
  value.minimumSum = finite(file["minimumSum"], "minimumSum");
  value.maximumSum = finite(file["maximumSum"], "maximumSum");
  for (const field of ["minima", "maxima"] as const) {
    value[field].set(new Float32Array(bytesOf(file, field, channels * 4).buffer));
  }
  value.sums.set(new Float64Array(bytesOf(file, "sums", channels * 8).buffer));
  for (const field of ["minima", "maxima", "sums"] as const) {
    for (const element of value[field]) finite(element, field);
  }
  parseHistograms(file, value);
  return value;
}

function parseHistograms(file: Fields, value: ValueStatistics): void {
  const { histogram, channelHistograms, channels, positions } = value;
  const { reaches } = file;
  if (!Array.isArray(reaches) || reaches.length !== channels + 1) {
    throw fault(`the statistics need ${channels + 1} reaches of histograms`);
  }
  const parsed = reaches.map((exponent: unknown) => {
    if (exponent === null) return 0;
    if (typeof exponent === "number" && Number.isInteger(exponent) && Math.abs(exponent) < 200) {
      return 2 ** exponent;
    }
    throw fault(`the statistics have a histogram's reach 2^${JSON.stringify(exponent)}`);
  });
  histogram.reaches.set(parsed.slice(0, 1));
  channelHistograms.reaches.set(parsed.slice(1));
  if (!unpackCounts(bytesOf(file, "counts"), histogram.counts, channelHistograms.counts)) {
    throw fault("the statistics' counts are cut off or go on too long");
  }
  const isWhole = (counts: Float64Array, expected: number): boolean =>
    counts.reduce((sum, element) => sum + element, 0) === expected;
  if (!isWhole(histogram.counts, positions * channels)) {
    throw fault(`the statistics' counts are not those of ${positions} positions`);
  }
  for (let channel = 0; channel < channels; channel++) {
    const minimum = value.minima[channel] as number;
    const maximum = value.maxima[channel] as number;
    const reach = channelHistograms.reaches[channel] as number;
    const extreme = Math.max(Math.abs(minimum), Math.abs(maximum));
    const fits = minimum <= maximum && (extreme === 0 || extreme < reach);
    if (fits && isWhole(channelHistograms.row(channel), positions)) continue;
    throw fault(`the statistics of channel ${channel} contradict each other`);
  }
}

function record(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw fault(`${what} is no object`);
}

function count(file: Fields, field: string): number {
  const value = file[field];
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw fault(`the statistics' "${field}" is no count`);
}

function finite(value: unknown, field: string): number {
  if (Number.isFinite(value)) return value as number;
  throw fault(`the statistics' "${field}" is not finite`);
}

/** The bytes behind base64, in a buffer of their own. */
function bytesOf(file: Fields, field: string, length?: number): Uint8Array<ArrayBuffer> {
  const text = file[field];
  if (typeof text !== "string") throw fault(`the statistics have no "${field}"`);
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  if (length !== undefined && bytes.length !== length) {
    throw fault(`the statistics' "${field}" has ${bytes.length} bytes instead of ${length}`);
  }
  return bytes;
}

function fault(problem: string, cause?: unknown): InvalidFileError {
  return new InvalidFileError({
    part,
    problem,
    remedy: "read the file that was written from ActivationStatistics, or collect them anew",
    cause,
  });
}
