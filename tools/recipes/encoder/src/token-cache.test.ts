import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pairSource, type TokenRows } from "@kokeshi/training";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TokenCache } from "./token-cache.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "token-cache-"));
});
afterEach(() => rm(folder, { recursive: true }));

const rows = (...texts: number[][]): TokenRows => ({
  ids: Uint32Array.from(texts.flat()),
  starts: Uint32Array.from([0, ...texts.map((_, index) => texts.slice(0, index + 1).flat().length)]),
});

/** Header and data of a NumPy file, told apart as numpy/lib/format.py does. */
async function readNumpy(name: string) {
  const bytes = await readFile(join(folder, name));
  expect(bytes.toString("latin1", 0, 8)).toBe("\x93NUMPY\x01\x00");
  const start = 10 + bytes.readUInt16LE(8);
  expect(start % 64).toBe(0);
  const header = bytes.toString("latin1", 10, start);
  expect(header.endsWith("\n")).toBe(true);
  const data = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  return { header: header.trim(), data };
}

describe("the token cache", () => {
  it("keeps pairs as ids, starts and hashes, and names them in a manifest", async () => {
    const table = Float32Array.from({ length: 20 }, (_, i) => i / 8);
    const cache = await TokenCache.create(folder, { tokenizer: "abc", vocabularySize: 10 }, table);
    const source = pairSource("qa", rows([1, 2], [3]), rows([4], [5, 6, 9]));
    await cache.addPairs(source);
    const scores = Float32Array.of(0.5);
    await cache.addGraded({ name: "graded", first: rows([1]), second: rows([2, 3]), scores });
    await cache.addTexts("text.en", rows([7], [8, 8]));
    await cache.finish();

    expect(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"))).toEqual({
      format: "kokeshi-encoder-cache",
      version: 1,
      tokenizer: "abc",
      vocabularySize: 10,
      dimensions: 2,
      pairs: [{ name: "qa", pairs: 2, tokens: 7 }],
      graded: [{ name: "graded", pairs: 1, tokens: 3 }],
      texts: [{ name: "text.en", texts: 2, tokens: 3 }],
    });
    const ids = await readNumpy("qa.positives.ids.npy");
    expect(ids.header).toBe("{'descr': '<u2', 'fortran_order': False, 'shape': (4,), }");
    expect(Array.from(new Uint16Array(ids.data))).toEqual([4, 5, 6, 9]);
    const starts = await readNumpy("qa.positives.starts.npy");
    expect(starts.header).toContain("'<u4'");
    expect(Array.from(new Uint32Array(starts.data))).toEqual([0, 1, 4]);
    const hashes = await readNumpy("qa.anchors.hashes.npy");
    expect(new Uint32Array(hashes.data)).toEqual(source.anchorHashes);
    const stored = await readNumpy("table.npy");
    expect(stored.header).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (10, 2), }");
    expect(new Float32Array(stored.data)).toEqual(table);
    expect(Array.from(new Float32Array((await readNumpy("graded.scores.npy")).data))).toEqual([0.5]);
  });

  it("keeps the ids of a large vocabulary in four bytes", async () => {
    const cache = await TokenCache.create(
      folder,
      { tokenizer: "abc", vocabularySize: 65_537 },
      new Float32Array(65_537),
    );
    await cache.addTexts("text", rows([65_536]));
    const ids = await readNumpy("text.ids.npy");
    expect(ids.header).toContain("'<u4'");
    expect(Array.from(new Uint32Array(ids.data))).toEqual([65_536]);
  });

  it("refuses a table that does not fit the vocabulary", async () => {
    const created = TokenCache.create(folder, { tokenizer: "abc", vocabularySize: 3 }, new Float32Array(4));
    await expect(created).rejects.toThrow(/a table of 4 numbers has no 3 rows/);
  });
});
