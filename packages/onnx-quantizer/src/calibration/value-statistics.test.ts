import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histograms } from "./histograms.js";
import { ValueStatistics } from "./value-statistics.js";
import { percentileRange } from "./ranges/percentile-range.js";

describe("Histograms", () => {
  it("have the same counts however their reach grew", () => {
    const values = fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, (elements) => {
        const add = (histograms: Histograms, element: number): void => {
          const reach = histograms.reaches[0] as number;
          const bin = (reach === 0 ? 0 : Math.floor((element * 8) / reach)) + 8;
          const counts = histograms.row(0);
          counts[bin] = (counts[bin] as number) + 1;
        };
        const growing = new Histograms(1, 8);
        for (const element of elements) {
          growing.reach(0, Math.abs(element));
          add(growing, element);
        }
        const known = new Histograms(1, 8);
        known.reach(0, Math.max(...elements.map(Math.abs)));
        for (const element of elements) add(known, element);
        expect(growing.reaches).toEqual(known.reaches);
        expect(growing.counts).toEqual(known.counts);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

/** Normal numbers, times what their channel is scaled by; the same every time. */
function activations(positions: number, scales: readonly number[]): Float32Array {
  return Float32Array.from({ length: positions * scales.length }, (_, index) => {
    const uniform = (seed: number): number => (((Math.sin(index * 12.9898 + seed) * 43758.5453) % 1) + 1) % 1;
    const normal = Math.sqrt(-2 * Math.log(1 - uniform(1))) * Math.cos(2 * Math.PI * uniform(2));
    return normal * (scales[index % scales.length] as number);
  });
}

const extremes = (elements: Float32Array): [number, number] => [
  elements.reduce((least, element) => Math.min(least, element), Infinity),
  elements.reduce((greatest, element) => Math.max(greatest, element), -Infinity),
];

describe("ValueStatistics", () => {
  const scales = [1, 2, 0.5, 30];
  const texts = [activations(400, scales), activations(150, scales).map((x) => x / 2 - 1)] as const;
  const all = Float32Array.of(...texts[0], ...texts[1]);
  const statistics = new ValueStatistics(["layer"], 4);
  for (const text of texts) expect(statistics.addText(text)).toBe(true);

  it("count every element once, as a whole and by channel", () => {
    const { minimum, maximum, counts, reach } = statistics.distribution();
    expect([minimum, maximum]).toEqual(extremes(all));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all.length);
    expect(reach).toBe(2 ** Math.ceil(Math.log2(Math.max(-minimum, maximum))));
    const width = reach / 1024;
    counts.forEach((count, bin) => {
      const low = (bin - 1024) * width;
      expect(count).toBe(all.filter((x) => x >= low && x < low + width).length);
    });
    for (let channel = 0; channel < 4; channel++) {
      const column = all.filter((_, index) => index % 4 === channel);
      expect([statistics.minima[channel], statistics.maxima[channel]]).toEqual(extremes(column));
      expect(statistics.means()[channel]).toBeCloseTo(column.reduce((a, b) => a + b, 0) / 550, 6);
      let counted = 0;
      statistics.eachBin(channel, (low, high, count) => {
        expect(count).toBe(column.filter((x) => x >= low && x < high).length);
        counted += count;
      });
      expect(counted).toBe(550);
    }
  });

  it("average the extremes of texts", () => {
    const [first, second] = texts.map(extremes) as [[number, number], [number, number]];
    const { averageMinimum, averageMaximum } = statistics.distribution();
    expect(averageMinimum).toBeCloseTo((first[0] + second[0]) / 2, 5);
    expect(averageMaximum).toBeCloseTo((first[1] + second[1]) / 2, 5);
  });

  it("pass over padding", () => {
    const padded = new ValueStatistics(["layer"], 2);
    padded.addText(Float32Array.of(1, 2, 1000, -1000, 3, -4), BigInt64Array.of(1n, 0n, 1n));
    expect(padded.positions).toBe(2);
    expect(padded.distribution()).toMatchObject({ minimum: -4, maximum: 3, averageMaximum: 3 });
    padded.addText(Float32Array.of(9, 9), BigInt64Array.of(0n));
    expect(padded.texts).toBe(1);
  });

  it("count nothing of a text with NaN or infinity", () => {
    for (const broken of [NaN, Infinity, -Infinity]) {
      const untouched = new ValueStatistics(["layer"], 2);
      expect(untouched.addText(Float32Array.of(1, 2, 3, broken))).toBe(false);
      expect(untouched).toEqual(new ValueStatistics(["layer"], 2));
    }
  });

  it("know the distribution after channels are divided by factors, without their elements", () => {
    const factors = Float32Array.of(1, 2, 0.25, 60);
    const divided = new ValueStatistics(["layer"], 4);
    for (const text of texts) divided.addText(text.map((x, index) => x / (factors[index % 4] as number)));
    const expected = divided.distribution();
    const derived = statistics.distribution(factors);
    expect(derived.minimum).toBeCloseTo(expected.minimum, 5);
    expect(derived.maximum).toBeCloseTo(expected.maximum, 5);
    expect(derived.counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(all.length, 6);
    // A bin of a channel is at most 1/32 of its largest magnitude.
    for (const percentile of [90, 98, 99.5]) {
      const actual = percentileRange(derived, percentile);
      const wanted = percentileRange(expected, percentile);
      const tolerance = Math.max(-expected.minimum, expected.maximum) / 32;
      expect(Math.abs(actual.minimum - wanted.minimum)).toBeLessThan(tolerance);
      expect(Math.abs(actual.maximum - wanted.maximum)).toBeLessThan(tolerance);
    }
    // What is beyond on average of a text's 1,600 and 600 elements; measured are two texts, not all that could be.
    expect(derived.averageMaximum / expected.averageMaximum).toBeCloseTo(1, 0);
    expect(derived.averageMaximum).toBeLessThan(expected.maximum);
    expect(statistics.means(factors)[3]).toBeCloseTo((statistics.means()[3] as number) / 60, 8);
  });
});
