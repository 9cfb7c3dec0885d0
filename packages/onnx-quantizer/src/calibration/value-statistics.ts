import { Histograms } from "./histograms.js";
import { percentileRange } from "./ranges/percentile-range.js";

/** Bins on each side of 0 for a value as a whole, and for each of its channels. */
export const binsPerSide = 1024;
export const channelBinsPerSide = 64;

/** How the elements of a value are spread: what every way to choose a range goes by. */
export interface Distribution {
  minimum: number;
  maximum: number;
  /** The least and the greatest element of a text, each on average over texts. */
  averageMinimum: number;
  averageMaximum: number;
  /** Counts of equally wide bins from -reach to reach; 0 lies between the two in the middle. */
  counts: Float64Array;
  reach: number;
}

/**
 * What is kept of the activations that some dense layers take, over any number of texts: extremes, means and
 * histograms, as a whole and for every channel (a column of the activations). Bytes: about 1,100 a channel.
 */
export class ValueStatistics {
  texts = 0;
  /** Tokens, padding left out. */
  positions = 0;
  readonly minima: Float32Array;
  readonly maxima: Float32Array;
  readonly sums: Float64Array;
  /** Sums over texts of the least and the greatest element in a text. */
  minimumSum = 0;
  maximumSum = 0;
  readonly histogram = new Histograms(1, binsPerSide);
  readonly channelHistograms: Histograms;

  constructor(
    /** Names of the dense layers that take the value. */
    readonly layers: readonly string[],
    readonly channels: number,
  ) {
    this.minima = new Float32Array(channels).fill(Number.POSITIVE_INFINITY);
    this.maxima = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
    this.sums = new Float64Array(channels);
    this.channelHistograms = new Histograms(channels, channelBinsPerSide);
  }

  /**
   * Counts the activations of one text: positions x channels, of which those count where `mask` is not 0. Returns
   * whether all of them were finite; if not, nothing was counted.
   */
  addText(activations: Float32Array, mask?: BigInt64Array): boolean {
    const { channels, sums } = this;
    const textMinima = new Float32Array(channels).fill(Number.POSITIVE_INFINITY);
    const textMaxima = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
    const starts: number[] = [];
    for (let start = 0, position = 0; start < activations.length; start += channels, position++) {
      if (mask === undefined || mask[position] !== 0n) starts.push(start);
    }
    if (starts.length === 0) return true;
    for (const start of starts) {
      for (let channel = 0; channel < channels; channel++) {
        const element = activations[start + channel] as number;
        if (element < (textMinima[channel] as number)) textMinima[channel] = element;
        if (element > (textMaxima[channel] as number)) textMaxima[channel] = element;
        // Comparisons pass over NaN; this does not.
        if (element - element !== 0) return false;
      }
    }
    this.addExtremes(textMinima, textMaxima);
    const { binsPerSide: half, counts, reaches } = this.channelHistograms;
    const inverses = reaches.map((reach) => (reach === 0 ? 0 : half / reach));
    const whole = this.histogram.counts;
    const wholeReach = this.histogram.reaches[0] as number;
    const wholeInverse = wholeReach === 0 ? 0 : binsPerSide / wholeReach;
    for (const start of starts) {
      for (let channel = 0; channel < channels; channel++) {
        const element = activations[start + channel] as number;
        sums[channel] = (sums[channel] as number) + element;
        const bin = channel * 2 * half + half + Math.floor(element * (inverses[channel] as number));
        counts[bin] = (counts[bin] as number) + 1;
        const wholeBin = binsPerSide + Math.floor(element * wholeInverse);
        whole[wholeBin] = (whole[wholeBin] as number) + 1;
      }
    }
    this.texts++;
    this.positions += starts.length;
    return true;
  }

  /** The mean of every channel, divided by its factor. */
  means(factors?: Float32Array): Float64Array {
    return this.sums.map((sum, channel) => sum / this.positions / (factors?.[channel] ?? 1));
  }

  /** The largest magnitude of every channel. */
  magnitudes(): Float64Array {
    return Float64Array.from(this.minima, (minimum, channel) =>
      Math.max(Math.abs(minimum), Math.abs(this.maxima[channel] as number)),
    );
  }

  /** How the elements are spread, or would be if every channel were divided by its factor. */
  distribution(factors?: Float32Array): Distribution {
    return factors === undefined ? this.measured() : this.divided(factors);
  }

  /** The bins of a channel that are not empty: where they begin and end, and their counts. */
  eachBin(channel: number, visit: (low: number, high: number, count: number) => void): void {
    const half = this.channelHistograms.binsPerSide;
    const width = (this.channelHistograms.reaches[channel] as number) / half;
    this.channelHistograms.row(channel).forEach((count, bin) => {
      if (count > 0) visit((bin - half) * width, (bin - half + 1) * width, count);
    });
  }

  private measured(): Distribution {
    const { texts } = this;
    return {
      minimum: leastOf(this.minima),
      maximum: greatestOf(this.maxima),
      averageMinimum: this.minimumSum / texts,
      averageMaximum: this.maximumSum / texts,
      counts: this.histogram.counts,
      reach: this.histogram.reaches[0] as number,
    };
  }

  /**
   * Extremes are exact. The histogram is put together from those of the channels, whose counts are taken as evenly spread
   * in their bins. A text's extremes, on average, are the elements that one in n lies beyond, times e^-0.5772 (Euler's
   * constant; Gumbel 1958, "Statistics of Extremes"), n being the elements of a text.
   */
  private divided(factors: Float32Array): Distribution {
    const byFactor = (values: Float32Array): Float64Array =>
      Float64Array.from(values, (value, channel) => value / (factors[channel] as number));
    const minima = byFactor(this.minima);
    const maxima = byFactor(this.maxima);
    const minimum = leastOf(minima);
    const maximum = greatestOf(maxima);
    const reach = Math.max(Math.abs(minimum), Math.abs(maximum)) * (1 + 1e-9);
    const counts = new Float64Array(2 * binsPerSide);
    for (let channel = 0; channel < this.channels; channel++) {
      const least = minima[channel] as number;
      const greatest = maxima[channel] as number;
      const scale = 1 / (factors[channel] as number);
      this.eachBin(channel, (low, high, count) => {
        spread(counts, reach, Math.max(low * scale, least), Math.min(high * scale, greatest), count);
      });
    }
    const extremes = { minimum, maximum, counts, reach };
    const beyond = (Math.exp(-0.5772) * this.texts) / (this.positions * this.channels);
    const average = percentileRange(extremes, 100 - 200 * Math.min(beyond, 0.25));
    return { ...extremes, averageMinimum: average.minimum, averageMaximum: average.maximum };
  }

  private addExtremes(textMinima: Float32Array, textMaxima: Float32Array): void {
    for (let channel = 0; channel < this.channels; channel++) {
      const minimum = textMinima[channel] as number;
      const maximum = textMaxima[channel] as number;
      if (minimum < (this.minima[channel] as number)) this.minima[channel] = minimum;
      if (maximum > (this.maxima[channel] as number)) this.maxima[channel] = maximum;
      this.channelHistograms.reach(channel, Math.max(Math.abs(minimum), Math.abs(maximum)));
    }
    const least = leastOf(textMinima);
    const greatest = greatestOf(textMaxima);
    this.minimumSum += least;
    this.maximumSum += greatest;
    this.histogram.reach(0, Math.max(Math.abs(least), Math.abs(greatest)));
  }
}

/** Adds `count` to the bins between `low` and `high`, to each as much as it covers. */
function spread(counts: Float64Array, reach: number, low: number, high: number, count: number): void {
  const half = counts.length / 2;
  const width = reach / half;
  const first = Math.min(counts.length - 1, Math.floor(low / width) + half);
  const last = Math.min(counts.length - 1, Math.floor(high / width) + half);
  if (first >= last || !(width > 0)) {
    const bin = width > 0 ? first : half;
    counts[bin] = (counts[bin] as number) + count;
    return;
  }
  for (let bin = first; bin <= last; bin++) {
    const begin = Math.max(low, (bin - half) * width);
    const end = Math.min(high, (bin - half + 1) * width);
    counts[bin] = (counts[bin] as number) + (count * Math.max(0, end - begin)) / (high - low);
  }
}

function leastOf(values: Float32Array | Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < least) least = value;
  return least;
}

function greatestOf(values: Float32Array | Float64Array): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > greatest) greatest = value;
  return greatest;
}
