import { InvalidFileError } from "@kokeshi/core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ActivationStatistics } from "./activation-statistics.js";
import { packCounts, unpackCounts } from "./packed-counts.js";
import { parseStatistics } from "./parse-statistics.js";
import { ValueStatistics } from "./value-statistics.js";

describe("packed counts", () => {
  it("come back", () => {
    const counts = fc.array(fc.oneof(fc.constant(0), fc.maxSafeNat(), fc.nat({ max: 300 })));
    fc.assert(
      fc.property(counts, counts, (first, second) => {
        const bytes = packCounts(Float64Array.from(first), Float64Array.from(second));
        const arrays = [new Float64Array(first.length), new Float64Array(second.length)] as const;
        expect(unpackCounts(bytes, ...arrays)).toBe(true);
        expect(arrays.map((array) => Array.from(array))).toEqual([first, second]);
        // Neither cut off nor with more behind.
        if (bytes.length > 0) expect(unpackCounts(bytes.subarray(0, -1), ...arrays)).toBe(false);
        expect(unpackCounts(Uint8Array.of(...bytes, 0), ...arrays)).toBe(false);
      }),
      { seed: 1 },
    );
  });
});

describe("parseStatistics", () => {
  const statistics = new ActivationStatistics();
  let written = "";
  beforeAll(() => {
    statistics.values = [new ValueStatistics(["query", "key"], 2), new ValueStatistics(["out"], 3)];
    for (const value of statistics.values) {
      value.addText(Float32Array.from({ length: 6 * value.channels }, (_, index) => Math.sin(index) * 3));
    }
    statistics.batches = 1;
    statistics.texts = 1;
    statistics.tokens = 6;
    written = JSON.stringify(statistics);
  });

  it("reads what was written", () => {
    expect(parseStatistics(written)).toEqual(statistics);
  });

  it.each([
    ["no JSON", "{", /no JSON/],
    ["another thing", "[]", /no object/],
    ["another format", "{}", /do not say/],
  ])("refuses %s", (_, text, message) => {
    expect(() => parseStatistics(text)).toThrow(message);
  });

  it("refuses numbers that contradict each other", () => {
    const change = (edit: (file: ReturnType<ActivationStatistics["toJSON"]>) => void): string => {
      const file = statistics.toJSON();
      edit(file);
      return JSON.stringify(file);
    };
    for (const [edit, message] of [
      [(file) => ((file.version as number) = 2), /the version 2/],
      [(file) => ((file.values[0] as { channels: number }).channels = 1e9), /1000000000 channels/],
      [(file) => ((file.values[0] as { positions: number }).positions = 7), /not those of 7 positions/],
      [(file) => file.values[0]?.reaches.push(1), /need 3 reaches/],
      [(file) => file.values[0]?.reaches.fill(-3), /contradict/],
      [(file) => file.values[1]?.layers.push("key"), /takes two values/],
      [(file) => ((file.values[0] as { sums: string }).sums = "AAAA"), /3 bytes instead of 16/],
    ] as [Parameters<typeof change>[0], RegExp][]) {
      expect(() => parseStatistics(change(edit))).toThrow(message);
    }
  });

  it("meets a thousand mutated files with typed errors or statistics that can be written again", () => {
    let refused = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.string({ unit: "grapheme-ascii", maxLength: 2 })), {
          minLength: 1,
          maxLength: 3,
        }),
        (changes) => {
          let mutated = written;
          for (const [place, replacement] of changes) {
            const start = place % mutated.length;
            mutated = mutated.slice(0, start) + replacement + mutated.slice(start + 1);
          }
          try {
            const read = parseStatistics(mutated);
            expect(parseStatistics(JSON.stringify(read))).toEqual(read);
          } catch (error) {
            if (!(error instanceof InvalidFileError)) throw error;
            refused++;
          }
        },
      ),
      { seed: 8, numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(300);
  });
});
