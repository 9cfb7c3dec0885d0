import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidFileError } from "@kokeshi/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPairCache, writePairCache } from "./pair-cache.js";
import { tokenizePairs, type PairSource } from "./pair-source.js";
import type { PairTokenizer } from "./tokenize-columns.js";

/** Code points as tokens. */
const codePoints: PairTokenizer = {
  encodeBatch(texts) {
    const rows = texts.map((text) => Array.from(text, (character) => character.codePointAt(0) as number));
    const starts = new Uint32Array(rows.length + 1);
    rows.forEach((row, index) => (starts[index + 1] = (starts[index] as number) + row.length));
    return { ids: Uint32Array.from(rows.flat()), starts };
  },
};

describe("pair cache", () => {
  let path: string;
  let source: PairSource;
  beforeAll(async () => {
    path = join(mkdtempSync(join(tmpdir(), "kokeshi-cache-")), "test.pairs");
    source = await tokenizePairs(
      "test",
      [
        { anchor: "猫", positive: "cat" },
        { anchor: "", positive: "犬🐕" },
      ],
      codePoints,
    );
    await writePairCache(path, source);
  });
  afterAll(() => rmSync(join(path, ".."), { recursive: true }));

  it("gives back what was tokenised", async () => {
    expect(source.pairs).toBe(2);
    expect(Array.from(source.positives.ids)).toEqual([99, 97, 116, 29356, 128021]);
    expect(Array.from(source.positives.starts)).toEqual([0, 3, 5]);
    expect(await readPairCache(path, "test")).toEqual(source);
  });

  it("keeps explicit negatives where they were asked for", async () => {
    const pairs = [
      { anchor: "猫", positive: "cat", negative: "car" },
      { anchor: "犬", positive: "dog" },
    ];
    const without = await tokenizePairs("test", pairs, codePoints);
    expect(without.negatives).toBeUndefined();
    const withNegatives = await tokenizePairs("test", pairs, codePoints, { negatives: true });
    expect(Array.from(withNegatives.negatives?.starts ?? [])).toEqual([0, 3, 3]);
    await writePairCache(`${path}.negatives`, withNegatives);
    expect(await readPairCache(`${path}.negatives`, "test")).toEqual(withNegatives);
  });

  it("answers damaged files with a typed error or with consistent pairs", async () => {
    const bytes = readFileSync(path);
    const damagedPath = `${path}.damaged`;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.nat(255),
        fc.nat(bytes.length),
        async (position, byte, length) => {
          const damaged = Buffer.from(bytes);
          damaged[position] = byte;
          writeFileSync(damagedPath, damaged.subarray(0, length % 2 === 0 ? length : bytes.length));
          try {
            const { pairs, anchors, positives } = await readPairCache(damagedPath, "damaged");
            expect(anchors.starts).toHaveLength(pairs + 1);
            expect(positives.starts.at(-1)).toBe(positives.ids.length);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidFileError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("tokenizePairs", () => {
  it("joins many batches of the tokenizer", async () => {
    const pairs = Array.from({ length: 10_000 }, (_, index) => ({
      anchor: `a${index}`,
      positive: "b".repeat(index % 5),
    }));
    const source = await tokenizePairs("many", pairs, codePoints);
    expect(source.pairs).toBe(10_000);
    const text = (index: number): string =>
      String.fromCodePoint(
        ...source.anchors.ids.subarray(source.anchors.starts[index], source.anchors.starts[index + 1]),
      );
    expect([text(0), text(4095), text(4096), text(9999)]).toEqual(["a0", "a4095", "a4096", "a9999"]);
  });
});
