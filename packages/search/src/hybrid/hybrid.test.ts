import { join } from "node:path";
import { Embeddings, InvalidArgumentError } from "@kokeshi/core";
import { analyzeText, Bm25Index, fuseScores } from "@kokeshi/lexical";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ids, randomNumbers, randomVectors } from "../fixtures/random-vectors.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { type CreateOptions, KokeshiIndex } from "../kokeshi-index.js";

const folder = temporaryFolder();
const dimensions = 32;
const vocabulary = ["cat", "dog", "東京", "map", "old", "rates", "rose", "of", "the"];

function textsOf(count: number, seed: number): string[] {
  const random = randomNumbers(seed);
  const word = () => vocabulary[Math.floor(random() ** 2 * vocabulary.length)] as string;
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(random() * 8) }, word).join(" "),
  );
}

const names = ids(400);
const vectors = randomVectors(400, dimensions, 1);
const texts = textsOf(400, 2);
const payloads = texts.map((text) => ({ text }));
const queries = randomVectors(4, dimensions, 3);
const asked = ["the old map", "東京 of cat", "nothing known", "dog dog rose"];

async function filled(options: Partial<CreateOptions> = {}): Promise<KokeshiIndex> {
  const index = await KokeshiIndex.create({ dimensions, ...options });
  await index.add({ ids: names, vectors, payloads });
  return index;
}

/** Fuses the scores of every item: what a search whose candidates are all items must give. */
function expected(kept: readonly number[], topK: number): { id: string; score: number }[][] {
  const bm25 = new Bm25Index();
  for (const row of kept) bm25.add(row, analyzeText(texts[row] as string));
  return asked.map((text, query) => {
    const scores = bm25.score(analyzeText(text));
    const cosine = (row: number) => {
      const [a, b] = [queries.row(query), vectors.row(row)];
      const dot = (x: Float32Array, y: Float32Array) =>
        x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    };
    const lexical = scores.of(Uint32Array.from(kept));
    const fused = fuseScores({ dense: kept.map(cosine), lexical, lexicalBound: scores.bound });
    return kept
      .map((row, i) => ({ id: names[row] as string, score: fused[i] as number }))
      .sort((a, b) => b.score - a.score)
      .slice(0, topK);
  });
}

async function expectToFind(index: KokeshiIndex, kept: readonly number[], extra = {}): Promise<void> {
  const found = await index.search(queries, { hybrid: { texts: asked }, candidates: 400, topK: 7, ...extra });
  expected(kept, 7).forEach((hits, query) => {
    const list = found[query] ?? [];
    expect(list).toHaveLength(hits.length);
    // Scores of equal texts are close, so that float32 may turn two of them round.
    list.forEach(({ score }, rank) => expect(score).toBeCloseTo(hits[rank]?.score as number, 4));
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
  });
}

const rows = names.map((_, row) => row);

describe("search with hybrid", () => {
  it("fuses both scores of every candidate", async () => {
    await using index = await filled();
    await expectToFind(index, rows);
  });

  it("has candidates from words that vectors would not find, and the other way round", async () => {
    await using index = await KokeshiIndex.create({ dimensions: 2 });
    const spread = Embeddings.from(
      Array.from({ length: 500 }, (_, i) => [Math.cos(i / 400), Math.sin(i / 400)]),
    );
    const payloads = Array.from({ length: 500 }, (_, i) => ({
      text: i === 499 ? "the rare word" : "nothing",
    }));
    await index.add({ ids: ids(500), vectors: spread, payloads });
    const query = Embeddings.from([[1, 0]]);
    const search = async (text: string) =>
      (await index.search(query, { hybrid: { texts: [text] }, topK: 3 }))[0]?.map(({ id }) => id);
    expect(await search("rare")).toEqual(["item 499", "item 0", "item 1"]);
    expect(await search("unheard of")).toEqual(["item 0", "item 1", "item 2"]);
  });

  it("follows what is added, replaced and removed, in a file too", async () => {
    const path = join(folder, "changing.kidx");
    await using index = await KokeshiIndex.create({ path, dimensions });
    const part = (start: number, end: number) => ({
      ids: names.slice(start, end),
      vectors: Embeddings.from(rows.slice(start, end).map((row) => vectors.row(row))),
      payloads: payloads.slice(start, end),
    });
    await index.add({ ...part(0, 100), payloads: textsOf(100, 9) });
    await index.search(queries, { hybrid: { texts: asked } });
    await index.add(part(50, 200));
    await index.add(part(0, 50));
    await index.search(queries, { hybrid: { texts: asked } });
    await index.add(part(200, 400));
    await index.remove(names.slice(30, 60));
    await index.remove(names.slice(350, 360));
    const kept = rows.filter((row) => !(row >= 30 && row < 60) && !(row >= 350 && row < 360));
    await expectToFind(index, kept);
    await using reader = await KokeshiIndex.open(path);
    await expectToFind(reader, kept);
    await index.compact();
    await expectToFind(index, kept);
  });

  it("is, after any changes, that of a new index", async () => {
    const change = fc.oneof(
      fc.record({ add: fc.array(fc.nat(30), { maxLength: 8 }), seed: fc.nat(50) }),
      fc.record({ remove: fc.array(fc.nat(30), { maxLength: 8 }) }),
      fc.constant({ search: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        await using index = await KokeshiIndex.create({ dimensions });
        const left = new Map<number, string>();
        for (const step of changes) {
          if ("add" in step) {
            const added = [...new Set(step.add)];
            const newTexts = textsOf(added.length, step.seed);
            await index.add({
              ids: added.map((row) => names[row] as string),
              vectors: Embeddings.from(
                added.map((row) => vectors.row(row)),
                dimensions,
              ),
              payloads: newTexts,
            });
            for (const row of added) left.delete(row);
            added.forEach((row, i) => left.set(row, newTexts[i] as string));
          } else if ("remove" in step) {
            await index.remove(step.remove.map((row) => names[row] as string));
            for (const row of step.remove) left.delete(row);
          } else if (left.size > 0) {
            await index.search(queries, { hybrid: { texts: asked } });
          }
        }
        if (left.size === 0) return;
        await using fresh = await KokeshiIndex.create({ dimensions });
        await fresh.add({
          ids: [...left.keys()].map((row) => names[row] as string),
          vectors: Embeddings.from([...left.keys()].map((row) => vectors.row(row))),
          payloads: [...left.values()],
        });
        const scores = async (one: KokeshiIndex) =>
          (await one.search(queries, { hybrid: { texts: asked } })).map((hits) =>
            hits.map(({ score }) => score),
          );
        expect(await scores(index)).toEqual(await scores(fresh));
      }),
      { numRuns: 60 },
    );
  });

  it("leaves out what the filter leaves out", async () => {
    await using index = await filled();
    const filter = ({ id }: { id: string }) => id.endsWith("7");
    const found = await index.search(queries, { hybrid: { texts: asked }, topK: 50, filter });
    for (const hits of found) {
      expect(hits).toHaveLength(40);
      expect(hits.every(filter)).toBe(true);
    }
  });

  it.each([
    [36, { precision: "int8" }],
    [15, { precision: "binary" }],
    [36, { precision: "binary", rescoring: "int8" }],
    [40, { precision: "binary", rescoring: "float32", scanDimensions: 16 }],
    [40, { precision: "float32", threads: 2 }],
  ] as const)("finds at least %d of the 40 hits of float32 with %j", async (least, options) => {
    const path = join(folder, `${Object.values(options).join("-")}.kidx`);
    await using index = await filled({ path, ...options });
    await using exact = await filled();
    const search = { hybrid: { texts: asked }, candidates: 400 };
    const right = (await exact.search(queries, search)).map((hits) => new Set(hits.map(({ id }) => id)));
    const found = (await index.search(queries, search)).flatMap((hits, query) =>
      hits.filter(({ id }) => right[query]?.has(id)),
    );
    expect(found.length).toBeGreaterThanOrEqual(least);
  });

  it("takes weights, ranks, texts and words as it is told", async () => {
    await using index = await KokeshiIndex.create({
      dimensions,
      terms: {
        textOf: (payload) => (payload as { body: string }).body,
        analyzer: (text) => text.split("|"),
        k1: 2,
      },
    });
    await index.add({
      ids: names,
      vectors,
      payloads: texts.map((body) => ({ body: body.replaceAll(" ", "|") })),
    });
    const search = (hybrid: object) => index.search(queries, { hybrid: { texts: asked, ...hybrid } });
    const plain = (await index.search(queries)).map((hits) => hits.map(({ id }) => id));
    expect((await search({ lexicalWeight: 0 })).map((hits) => hits.map(({ id }) => id))).toEqual(plain);
    const [words] = await index.search(queries, {
      hybrid: { texts: ["map", "", "", ""], lexicalWeight: 1 },
      topK: 2,
    });
    for (const { payload } of words ?? []) expect((payload as { body: string }).body).toContain("map");
    const [ranked] = await search({ method: "ranks" });
    expect(ranked?.[0]?.score).toBeLessThan(1 / 60);
  });

  it("says what is missing", async () => {
    await using index = await KokeshiIndex.create({ dimensions });
    const hybrid = { texts: asked };
    expect(await index.search(queries, { hybrid })).toEqual([[], [], [], []]);
    await index.add({
      ids: ["a"],
      vectors: Embeddings.zeros(1, dimensions),
      payloads: [{ title: "no text" }],
    });
    await expect(index.search(queries, { hybrid })).rejects.toThrow(/no item of the index has a text/);
    for (const wrong of [
      { texts: ["one"] },
      { texts: "one" as never },
      { texts: [1, 2, 3, 4] as never },
      { texts: asked, lexicalWeight: 2 },
      { texts: asked, method: "x" as never },
    ]) {
      await expect(index.search(queries, { hybrid: wrong })).rejects.toThrow(InvalidArgumentError);
    }
  });

  it("can be stopped while words are taken in, and goes on later", async () => {
    await using index = await filled();
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    await expect(index.loadTerms({ signal: stop.signal })).rejects.toThrow("enough");
    const seen: number[] = [];
    await index.loadTerms({ onProgress: ({ done }) => seen.push(done) });
    expect(seen.at(-1)).toBe(400);
    await expectToFind(index, rows);
  });
});
