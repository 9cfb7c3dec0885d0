import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  cosineSimilarity,
  dotProduct,
  Embeddings,
  InvalidArgumentError,
  InvalidFileError,
} from "@kokeshi/core";
import { calibrate } from "@kokeshi/quantization";
import { describe, expect, it } from "vitest";
import { ids, randomVectors } from "./fixtures/random-vectors.js";
import { temporaryFolder } from "./fixtures/temporary-folder.js";
import { type CreateOptions, IndexLockedError, KokeshiIndex } from "./index.js";

const folder = temporaryFolder();
let files = 0;
const newPath = () => join(folder, `${files++}.kidx`);

const vectors = randomVectors(3000, 40, 1);
const queries = randomVectors(7, 40, 2);
const names = ids(3000);

/** Where the items are: in memory, in the file that wrote them, in the file opened again, and by threads. */
const places = ["memory", "file", "reopened", "compacted", "threads"] as const;

async function filled(
  place: (typeof places)[number],
  options: Omit<CreateOptions, "dimensions"> = {},
): Promise<KokeshiIndex> {
  const path = place === "memory" ? undefined : newPath();
  const threads = place === "threads" ? 3 : 1;
  const index = await KokeshiIndex.create({ dimensions: 40, threads, ...options, path });
  for (let start = 0; start < 3000; start += 1000) {
    await index.add({
      ids: names.slice(start, start + 1000),
      vectors: new Embeddings(vectors.data.subarray(start * 40, (start + 1000) * 40), 40),
      payloads: names.slice(start, start + 1000).map((name, row) => ({ name, row: start + row })),
    });
  }
  if (place === "compacted") await index.compact();
  if (path === undefined || place !== "reopened") return index;
  await index.close();
  return KokeshiIndex.open(path, options);
}

function exactNeighbours(query: Float32Array, topK: number, passes: (row: number) => boolean = () => true) {
  return names
    .map((id, row) => ({ id, score: cosineSimilarity(query, vectors.row(row)), row }))
    .filter(({ row }) => passes(row))
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, topK);
}

/** Part of the true nearest ten that are found. */
function recall(found: readonly (readonly { id: string }[])[]): number {
  const hits = found.map((list, query) => {
    const truth = new Set(exactNeighbours(queries.row(query), 10).map(({ id }) => id));
    return list.filter(({ id }) => truth.has(id)).length;
  });
  return hits.reduce((sum, count) => sum + count, 0) / (10 * queries.rows);
}

describe.each(places)("an index (%s)", (place) => {
  it("finds exactly the nearest with float32, and gives payloads back", async () => {
    await using index = await filled(place);
    const found = await index.search(queries, { topK: 10 });
    found.forEach((list, query) => {
      const expected = exactNeighbours(queries.row(query), 10);
      expect(list.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      list.forEach(({ score, payload, id }, rank) => {
        expect(score).toBeCloseTo(expected[rank]?.score as number, 5);
        expect(payload).toEqual({ name: id, row: names.indexOf(id) });
      });
    });
  });

  it("finds nearly all of the nearest with int8, and nearly their cosines", async () => {
    await using index = await filled(place, { precision: "int8" });
    const found = await index.search(queries);
    expect(recall(found)).toBeGreaterThan(0.97);
    for (const [query, list] of found.entries()) {
      for (const { id, score } of list) {
        const truth = cosineSimilarity(queries.row(query), vectors.row(names.indexOf(id)));
        expect(Math.abs(score - truth)).toBeLessThan(0.01);
      }
    }
  });

  it.each(["memory", "disk"] as const)(
    "finds them with bits and int8 rescoring from %s",
    async (rescoreFrom) => {
      await using index = await filled(place, { precision: "binary", rescoring: "int8", rescoreFrom });
      const few = await index.search(queries, { candidates: 20 });
      const many = await index.search(queries, { candidates: 1500 });
      expect(recall(many)).toBeGreaterThan(0.95);
      expect(recall(many)).toBeGreaterThan(recall(few));
      const exact = await index.search(queries, { rescore: false });
      expect(recall(exact)).toBeLessThan(recall(many));
    },
  );

  it("scores bits with the float32 query: cosines of the query and the signs", async () => {
    await using index = await filled(place, { precision: "ubinary" });
    expect(index.settings.rescoring).toBeUndefined();
    const found = await index.search(queries);
    for (const [query, hits] of found.entries()) {
      for (const { id, score } of hits) {
        const signs = vectors.row(names.indexOf(id)).map((value) => (value > 0 ? 1 : -1));
        expect(score).toBeCloseTo(cosineSimilarity(queries.row(query), signs), 5);
      }
    }
    // What the scan says by itself is rounded.
    const plain = await index.search(queries, { rescore: false });
    expect(recall(plain)).toBeGreaterThan(recall(found) - 0.05);
    expect(Math.abs((plain[0]?.[0]?.score as number) - (found[0]?.[0]?.score as number))).toBeLessThan(0.02);
  });

  it("scans the first dimensions only, and rescores with all", async () => {
    const options = { precision: "int8", scanDimensions: 16, rescoring: "float32" } as const;
    await using index = await filled(place, options);
    const found = await index.search(queries, { candidates: 3000 });
    expect(recall(found)).toBe(1);
    expect(recall(await index.search(queries, { rescore: false }))).toBeLessThan(0.9);
  });

  it("leaves out what the filter leaves out, exactly", async () => {
    for (const precision of ["float32", "binary"] as const) {
      await using index = await filled(place, {
        precision,
        rescoring: precision === "binary" ? "float32" : undefined,
      });
      for (const passes of [(row: number) => row % 2 === 0, (row: number) => row % 500 === 3]) {
        const filter = ({ payload }: { payload: unknown }) => passes((payload as { row: number }).row);
        const found = await index.search(queries, { topK: 5, candidates: 3000, filter });
        found.forEach((list, query) => {
          const expected = exactNeighbours(queries.row(query), 5, passes).map(({ id }) => id);
          expect(list.map(({ id }) => id)).toEqual(expected);
        });
      }
      expect(await index.search(queries, { filter: () => false })).toEqual(Array(7).fill([]));
    }
  });
});

describe("adding and removing", () => {
  it("replaces the item of an id that is there, and keeps the last of an id that comes twice", async () => {
    const path = newPath();
    await using index = await KokeshiIndex.create({ path, dimensions: 2 });
    const at = (x: number, y: number) => Embeddings.from([[x, y]]);
    await index.add({ ids: ["a"], vectors: at(1, 0), payloads: [1] });
    await index.add({ ids: ["b"], vectors: at(0, 1) });
    await index.add({
      ids: ["a", "c", "a"],
      vectors: Embeddings.from([
        [9, 9],
        [1, 1],
        [0, -1],
      ]),
      payloads: [2, null, 3],
    });
    expect(index.count).toBe(3);
    expect(await index.get("a")).toEqual({ id: "a", payload: 3 });
    expect(await index.get("c")).toEqual({ id: "c", payload: null });
    expect(await index.get("b")).toEqual({ id: "b", payload: undefined });
    const [hits] = await index.search(at(0, -1));
    expect(hits?.map(({ id }) => id)).toEqual(["a", "c", "b"]);
    expect(hits?.[0]?.score).toBeCloseTo(1, 6);
  });

  it("removes items, however many, and finds the others", async () => {
    for (const place of ["memory", "file", "reopened"] as const) {
      for (const removed of [3, 500, 2995]) {
        const path = place === "memory" ? undefined : newPath();
        let index = await KokeshiIndex.create({ dimensions: 40, path });
        await index.add({ ids: names, vectors });
        expect(await index.remove([...names.slice(0, removed), "nobody"])).toBe(removed);
        if (path !== undefined && place === "reopened") {
          await index.close();
          index = await KokeshiIndex.open(path, { writable: true });
        }
        const expected = (query: Float32Array) =>
          exactNeighbours(query, 10, (row) => row >= removed).map(({ id }) => id);
        for (let time = 0; time < 2; time++) {
          const found = await index.search(queries);
          found.forEach((list, query) =>
            expect(list.map(({ id }) => id)).toEqual(expected(queries.row(query))),
          );
          expect(index.count).toBe(3000 - removed);
          expect(await index.has("item 2")).toBe(false);
          expect(await index.has("item 2999")).toBe(true);
          await index.compact();
          expect(index.info()).toMatchObject({ removed: 0, count: 3000 - removed });
        }
        await index.close();
      }
    }
  });

  it("makes a file smaller by compacting it, and keeps its items and their order", async () => {
    const index = await filled("file", { precision: "int8", rescoring: "float32" });
    const path = index.info().path as string;
    await index.remove(names.filter((_, row) => row % 3 !== 0));
    const before = await index.search(queries);
    const bytes = statSync(path).size;
    await index.compact();
    expect(statSync(path).size).toBeLessThan(bytes / 2);
    expect(await index.search(queries)).toEqual(before);
    expect(Array.from(index.items(), ({ id }) => id)).toEqual(names.filter((_, row) => row % 3 === 0));
    await index.verify();
    await index.close();
  });

  it("saves an index in memory as a file, and a file as another", async () => {
    const index = await filled("memory", { precision: "binary", rescoring: "int8" });
    const expected = await index.search(queries);
    const [one, two] = [newPath(), newPath()];
    await index.save(one);
    await expect(index.save(one)).rejects.toThrow(/is there already/);
    await using opened = await KokeshiIndex.open(one);
    await opened.save(two);
    await using again = await KokeshiIndex.open(two);
    for (const each of [opened, again]) {
      expect(await each.search(queries)).toEqual(expected);
      await each.verify();
    }
    expect(readFileSync(two).equals(readFileSync(one))).toBe(true);
  });

  it("keeps any text as an id and any JSON as a payload", async () => {
    const path = newPath();
    const odd = ["", " ", "日本語 🎎", "\0", "a\nb", "x".repeat(100_000), "\ufeffbyte order mark"];
    const payloads = [0, "", null, [1, { a: "日本" }], false, { long: "y".repeat(100_000) }, "\ufeff"];
    await using index = await KokeshiIndex.create({ path, dimensions: 40 });
    await index.add({ ids: odd, vectors: randomVectors(7, 40, 3), payloads });
    await using opened = await KokeshiIndex.open(path);
    for (const [row, id] of odd.entries())
      expect(await opened.get(id)).toEqual({ id, payload: payloads[row] });
    expect(Array.from(opened.items(), ({ id }) => id)).toEqual(odd);
  });

  it("adds nothing when cancelled, in memory or in the file", async () => {
    for (const path of [undefined, newPath()]) {
      await using index = await KokeshiIndex.create({ path, dimensions: 40 });
      await index.add({ ids: ["first"], vectors: randomVectors(1, 40, 3) });
      await index.search(queries);
      const controller = new AbortController();
      const adding = index.add(
        { ids: ids(9000), vectors: randomVectors(9000, 40, 4) },
        { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) },
      );
      await expect(adding).rejects.toThrow("enough");
      expect(index.count).toBe(1);
      await index.add({ ids: ["second"], vectors: randomVectors(1, 40, 5) });
      const found = await index.search(randomVectors(1, 40, 5));
      expect(found[0]?.map(({ id }) => id)).toEqual(["second", "first"]);
      if (path === undefined) continue;
      await using reader = await KokeshiIndex.open(path);
      expect(reader.count).toBe(2);
      await reader.verify();
    }
  });

  it("reports progress", async () => {
    const seen: unknown[] = [];
    await using index = await KokeshiIndex.create({ dimensions: 4 });
    await index.add(
      { ids: ids(5000), vectors: randomVectors(5000, 4, 1) },
      { onProgress: (progress) => seen.push(progress) },
    );
    expect(seen).toEqual([
      { done: 4096, total: 5000 },
      { done: 5000, total: 5000 },
    ]);
  });

  it("stops a search when aborted", async () => {
    await using index = await filled("file");
    await expect(index.search(queries, { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
  });

  it("finds nothing in nothing", async () => {
    for (const path of [undefined, newPath()]) {
      for (const precision of ["float32", "int8", "binary"] as const) {
        await using index = await KokeshiIndex.create({
          path,
          dimensions: 3,
          precision,
          overwrite: true,
          rescoring: "int8",
        });
        expect(await index.search(Embeddings.from([[1, 2, 3]]))).toEqual([[]]);
        await index.add({ ids: [], vectors: Embeddings.zeros(0, 3) });
        expect(await index.remove(["a"])).toBe(0);
        await index.compact();
        await index.add({ ids: ["a"], vectors: Embeddings.from([[1, 2, 3]]) });
        expect(await index.search(Embeddings.from([[1, 2, 3]]))).toMatchObject([[{ id: "a" }]]);
        expect(await index.search(Embeddings.zeros(0, 3))).toEqual([]);
      }
    }
  });
});

describe("metrics, models and calibrations", () => {
  it("compares by dot product where it is told to", async () => {
    await using index = await KokeshiIndex.create({ dimensions: 40, metric: "dot" });
    await index.add({ ids: names, vectors });
    const [hits] = await index.search(new Embeddings(queries.row(0), 40), { topK: 3 });
    const expected = names
      .map((id, row) => ({ id, score: dotProduct(queries.row(0), vectors.row(row)) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 3);
    expect(hits?.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(hits?.[0]?.score).toBeCloseTo(expected[0]?.score as number, 4);
  });

  it("refuses vectors of another model", async () => {
    const path = newPath();
    const index = await KokeshiIndex.create({ path, dimensions: 2 });
    await index.add({ ids: ["a"], vectors: Embeddings.from([[1, 0]]) }, { model: "one@1" });
    await index.close();
    await using opened = await KokeshiIndex.open(path, { writable: true });
    expect(opened.settings.model).toBe("one@1");
    const query = Embeddings.from([[1, 0]]);
    await expect(opened.search(query, { model: "two@1" })).rejects.toThrow(
      /holds vectors of one@1, these are of two@1/,
    );
    await expect(opened.add({ ids: ["b"], vectors: query }, { model: "two@1" })).rejects.toThrow(
      InvalidArgumentError,
    );
    expect(await opened.search(query, { model: "one@1" })).toHaveLength(1);
  });

  it("keeps the ranges of its first items for all others, or those it was given", async () => {
    const path = newPath();
    const wide = calibrate(Embeddings.from([Array(40).fill(-9), Array(40).fill(9)]));
    for (const calibration of [undefined, wide]) {
      const options = { path, dimensions: 40, precision: "uint8", metric: "dot", overwrite: true } as const;
      const index = await KokeshiIndex.create({ ...options, calibration });
      await index.add({ ids: names, vectors });
      const expected = calibration ?? calibrate(vectors);
      expect(index.settings.scan.calibration).toEqual(expected);
      await index.add({ ids: ["far"], vectors: Embeddings.from([Array(40).fill(9)]) });
      expect(index.settings.scan.calibration).toEqual(expected);
      await index.close();
      await using opened = await KokeshiIndex.open(path);
      expect(opened.settings.scan.calibration).toEqual(expected);
      const [hits] = await opened.search(Embeddings.from([Array(40).fill(1)]), { topK: 1 });
      expect(hits?.[0]?.id).toBe("far");
      const clipped = expected.maximum.reduce((sum, value) => sum + value, 0);
      // Each component is off by half a step at most.
      expect(Math.abs((hits?.[0]?.score as number) - clipped)).toBeLessThan(40 * (9 / 255));
    }
  });

  it("gives wide ranges where the first items are few", async () => {
    await using index = await KokeshiIndex.create({ dimensions: 40, precision: "int8" });
    await index.add({ ids: names.slice(0, 1), vectors: new Embeddings(vectors.row(0), 40) });
    await index.add({ ids: names, vectors });
    expect(recall(await index.search(queries))).toBeGreaterThan(0.95);
  });
});

describe("one writer", () => {
  it("refuses a second, lets readers in, and shows them what was there when they came", async () => {
    const path = newPath();
    const writer = await KokeshiIndex.create({ path, dimensions: 2 });
    await writer.add({ ids: ["a"], vectors: Embeddings.from([[1, 0]]) });
    await expect(KokeshiIndex.open(path, { writable: true })).rejects.toThrow(IndexLockedError);
    await expect(KokeshiIndex.open(path, { writable: true })).rejects.toThrow(
      /process \d+ on .* writes to .*\.kidx; wait/,
    );
    await using reader = await KokeshiIndex.open(path);
    await writer.add({ ids: ["b"], vectors: Embeddings.from([[0, 1]]) });
    await writer.compact();
    expect([reader.count, writer.count]).toEqual([1, 2]);
    expect(await reader.search(Embeddings.from([[0, 1]]))).toMatchObject([[{ id: "a" }]]);
    await expect(reader.add({ ids: ["c"], vectors: Embeddings.from([[0, 1]]) })).rejects.toThrow(
      /open for reading only/,
    );
    await writer.close();
    await using second = await KokeshiIndex.open(path, { writable: true });
    expect(second.count).toBe(2);
  });

  it("takes over the lock of a process that is no more", async () => {
    const path = newPath();
    await (await KokeshiIndex.create({ path, dimensions: 2 })).close();
    const dead = { pid: 2 ** 22 + 1, host: (await import("node:os")).hostname(), started: "1", token: "t" };
    writeFileSync(`${path}.lock`, JSON.stringify(dead));
    await using index = await KokeshiIndex.open(path, { writable: true });
    await index.add({ ids: ["a"], vectors: Embeddings.from([[1, 0]]) });
    writeFileSync(`${path}.lock`, JSON.stringify({ ...dead, host: "elsewhere" }));
    await expect(index.add({ ids: ["b"], vectors: Embeddings.from([[1, 0]]) })).rejects.toThrow(
      /no longer ours/,
    );
    await expect(KokeshiIndex.open(path, { writable: true })).rejects.toThrow(/on elsewhere writes to/);
  });

  it("does one change after the other", async () => {
    await using index = await KokeshiIndex.create({ path: newPath(), dimensions: 40 });
    await Promise.all(
      Array.from({ length: 20 }, (_, time) =>
        index.add({ ids: ids(100, `${time % 7} `), vectors: randomVectors(100, 40, time) }),
      ),
    );
    expect(index.count).toBe(700);
    const searches = Promise.all([index.search(queries), index.compact(), index.search(queries)]);
    const [before, , after] = await searches;
    expect(after).toEqual(before);
  });
});

describe("what cannot be used", () => {
  it.each([
    [{ dimensions: 0 }, /dimensions is 0/],
    [{ dimensions: 1.5 }, /dimensions is 1.5/],
    [{ precision: "int4" }, /precision is "int4"; use one of float32, int8/],
    [{ rescoring: "binary" }, /rescoring is "binary"/],
    [{ metric: "l2" }, /metric is "l2"/],
    [{ scanDimensions: 1 }, /there is no rescoring/],
    [{ scanDimensions: 3, rescoring: "int8" }, /scanDimensions is 3/],
    [{ calibration: calibrate(Embeddings.from([[1, 2, 3]])) }, /calibration has 3 dimensions, the index 2/],
    [{ threads: 0 }, /threads is 0/],
    [{ rescoreFrom: "tape" }, /rescoreFrom is "tape"/],
  ])("create(%j)", async (options, message) => {
    const create = KokeshiIndex.create({ dimensions: 2, ...options } as CreateOptions);
    await expect(create).rejects.toThrow(message);
  });

  it.each([
    [["a"], [[1, 2, 3]], undefined, /the vectors have 3 dimensions, the index 2/],
    [
      ["a", "b"],
      [
        [1, 2],
        [1, NaN],
      ],
      undefined,
      /component 1 of row 1 of the vectors is NaN/,
    ],
    [["a"], [[-Infinity, 2]], undefined, /component 0 of row 0 of the vectors is -Infinity/],
    [["a", "b"], [[1, 2]], undefined, /1 vectors were given for 2 ids/],
    [["a"], [[1, 2]], [1, 2], /2 payloads were given for 1 ids/],
    [["a"], [[1, 2]], [1n], /payload 0 cannot be JSON/],
    [["a"], [[1, 2]], [() => 1], /payload 0 is a function/],
    [["\ud800"], [[1, 2]], undefined, /id 0 has half of a surrogate pair/],
    [[3], [[1, 2]], undefined, /id 0 is number/],
    [[null], [[1, 2]], undefined, /id 0 is null/],
  ])("add(%j, %j, …)", async (list, rows, payloads, message) => {
    for (const path of [undefined, newPath()]) {
      await using index = await KokeshiIndex.create({ dimensions: 2, path });
      const add = index.add({ ids: list as string[], vectors: Embeddings.from(rows), payloads });
      await expect(add).rejects.toThrow(message);
      await expect(add).rejects.toThrow(InvalidArgumentError);
      expect(index.count).toBe(0);
    }
  });

  it("searches", async () => {
    await using index = await KokeshiIndex.create({ dimensions: 2 });
    const query = Embeddings.from([[1, 2]]);
    await expect(index.search(query, { topK: 0 })).rejects.toThrow(/topK is 0/);
    await expect(index.search(query, { candidates: 1.5 })).rejects.toThrow(/candidates is 1.5/);
    await expect(index.search(Embeddings.from([[1]]))).rejects.toThrow(
      /queries have 1 dimensions, the index 2/,
    );
    await expect(index.search(Embeddings.from([[1, NaN]]))).rejects.toThrow(
      /component 1 of row 0 of the queries is NaN/,
    );
    await index.close();
    await expect(index.search(query)).rejects.toThrow(/the index is closed/);
  });

  it("files", async () => {
    const path = newPath();
    await expect(KokeshiIndex.open(path)).rejects.toMatchObject({ code: "not-found" });
    await expect(KokeshiIndex.open(path, { writable: true })).rejects.toMatchObject({ code: "not-found" });
    await expect(KokeshiIndex.open(folder)).rejects.toThrow(InvalidFileError);
    writeFileSync(path, "a text");
    await expect(KokeshiIndex.open(path)).rejects.toThrow(/is no index file/);
    await expect(KokeshiIndex.create({ path, dimensions: 2 })).rejects.toThrow(/is there already/);
    await (await KokeshiIndex.create({ path, dimensions: 2, overwrite: true })).close();
    await (await KokeshiIndex.open(path)).close();
  });
});
