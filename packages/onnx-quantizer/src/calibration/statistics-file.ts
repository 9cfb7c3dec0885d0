import type { ActivationStatistics } from "./activation-statistics.js";
import { packCounts } from "./packed-counts.js";
import type { ValueStatistics } from "./value-statistics.js";

export const statisticsFormat = "kokeshi-activation-statistics";
export const statisticsVersion = 1;

/** ActivationStatistics as JSON. Arrays are base64: of float32 or float64, little-endian, or of packed counts. */
export interface StatisticsFile {
  format: typeof statisticsFormat;
  version: typeof statisticsVersion;
  batches: number;
  texts: number;
  tokens: number;
  values: ValueFile[];
}

export interface ValueFile {
  layers: string[];
  channels: number;
  texts: number;
  positions: number;
  minimumSum: number;
  maximumSum: number;
  /** Float32, one a channel. */
  minima: string;
  maxima: string;
  /** Float64, one a channel. */
  sums: string;
  /** The exponents of the histogram's reaches, that of the whole first; null for 0. */
  reaches: (number | null)[];
  /** Packed counts: of the whole, then of one channel after another. */
  counts: string;
}

export function encodeStatistics(statistics: ActivationStatistics): StatisticsFile {
  const { batches, texts, tokens, values } = statistics;
  return {
    format: statisticsFormat,
    version: statisticsVersion,
    batches,
    texts,
    tokens,
    values: values.map(encodeValue),
  };
}

function encodeValue(value: ValueStatistics): ValueFile {
  const { layers, channels, texts, positions, minimumSum, maximumSum, histogram, channelHistograms } = value;
  return {
    layers: [...layers],
    channels,
    texts,
    positions,
    minimumSum,
    maximumSum,
    minima: base64(value.minima),
    maxima: base64(value.maxima),
    sums: base64(value.sums),
    reaches: [...histogram.reaches, ...channelHistograms.reaches].map((reach) =>
      reach === 0 ? null : Math.log2(reach),
    ),
    counts: base64(packCounts(histogram.counts, channelHistograms.counts)),
  };
}

function base64({ buffer, byteOffset, byteLength }: Float32Array | Float64Array | Uint8Array): string {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString("base64");
}
