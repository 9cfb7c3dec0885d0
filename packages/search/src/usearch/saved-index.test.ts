import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import {
  Embeddings,
  InvalidArgumentError,
  InvalidFileError,
  KokeshiError,
  NotFoundError,
} from "@kokeshi/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeVectorIndex } from "../fixtures/describe-vector-index.js";
import { ids, randomVectors } from "../fixtures/random-vectors.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { UsearchIndex } from "./index.js";

const folder = temporaryFolder();
let files = 0;
const newPath = () => join(folder, `索引 ${files++}`);
const vectors = randomVectors(300, 24, 1);
const queries = randomVectors(5, 24, 2);
const payloads = ids(300).map((_, row) => (row % 3 === 0 ? undefined : { row, text: `line\n"${row}"` }));

async function filled(options = {}): Promise<UsearchIndex> {
  const index = await UsearchIndex.create({ dimensions: 24, ...options });
  await index.add({ ids: ids(300), vectors, payloads });
  await index.remove(["item 3", "item 4"]);
  return index;
}

// Everything that an index does, after it was saved and opened.
describeVectorIndex("UsearchIndex, opened", async (dimensions) => {
  const path = newPath();
  await (await UsearchIndex.create({ dimensions, expansionSearch: 400 })).save(path);
  return UsearchIndex.open(path);
});

describe("a saved UsearchIndex", () => {
  it.each(["f32", "f16", "i8"] as const)(
    "finds what it found before, and goes on from there (%s)",
    async (quantization) => {
      const path = newPath();
      const index = await filled({ quantization });
      await index.save(path);
      const opened = await UsearchIndex.open(path);
      expect(opened.settings).toEqual(index.settings);
      expect(opened.count).toBe(298);
      const found = await index.search(queries);
      expect(await opened.search(queries)).toEqual(found);
      for (const { score } of found.flat()) expect(Math.abs(score)).toBeLessThan(1.01);
      await opened.add({
        ids: ["item 3", "new"],
        vectors: Embeddings.from([vectors.row(3), queries.row(0)]),
      });
      expect((await opened.search(queries))[0]?.[0]).toMatchObject({ id: "new", payload: undefined });
      await expect(opened.save(path)).rejects.toThrow(/is there already/);
      await opened.save(path, { overwrite: true });
      const again = await UsearchIndex.open(path, { expansionSearch: 200 });
      expect([again.count, again.settings.expansionSearch, await again.has("item 3")]).toEqual([
        300,
        200,
        true,
      ]);
      expect(await UsearchIndex.open(path).then((one) => one.search(queries))).toEqual(
        await opened.search(queries),
      );
    },
  );

  it("remembers its model", async () => {
    const path = newPath();
    const index = await UsearchIndex.create({ dimensions: 24 });
    await index.add({ ids: ["a"], vectors: new Embeddings(vectors.row(0), 24) }, { model: "one" });
    await index.save(path);
    const opened = await UsearchIndex.open(path);
    expect(opened.model).toBe("one");
    await expect(opened.search(queries, { model: "other" })).rejects.toThrow(
      /vectors of one, these are of other/,
    );
    const other = { ids: ["b"], vectors: new Embeddings(vectors.row(1), 24) };
    await expect(opened.add(other, { model: "other" })).rejects.toThrow(InvalidArgumentError);
  });

  it("saves what was added before, and nothing of what is being added", async () => {
    const path = newPath();
    const index = await UsearchIndex.create({ dimensions: 24 });
    const [added, saved, later] = [
      index.add({ ids: ids(300), vectors }),
      index.save(path),
      index.add({ ids: ["later"], vectors: new Embeddings(queries.row(0), 24) }),
    ];
    await Promise.all([added, saved, later]);
    expect((await UsearchIndex.open(path)).count).toBe(300);
    expect(index.count).toBe(301);
  });

  it("leaves one graph, whatever an interrupted save has left, and the old index where saving fails", async () => {
    const own = newPath();
    mkdirSync(own);
    const path = join(own, "index");
    const index = await filled();
    await index.save(path);
    const before = readFileSync(path);
    writeFileSync(join(own, "index.0123456789ab.usearch"), "left by a process that was killed");
    writeFileSync(join(own, "other.0123456789ab.usearch"), "of another index");
    await expect(
      index.save(path, { overwrite: true, signal: AbortSignal.abort(new Error("no")) }),
    ).rejects.toThrow("no");
    expect(readFileSync(path)).toEqual(before);
    await index.save(path, { overwrite: true });
    expect(readdirSync(own).filter((name) => name.endsWith(".usearch"))).toHaveLength(2);
    expect((await UsearchIndex.open(path)).count).toBe(298);
    await expect(index.save(join(own, "nowhere", "index"))).rejects.toThrow(KokeshiError);
  });

  it("is refused by typed errors where its files are damaged, missing or of another kind", async () => {
    const path = newPath();
    await (await filled()).save(path);
    const whole = readFileSync(path);
    await expect(UsearchIndex.open(join(folder, "none"))).rejects.toThrow(NotFoundError);
    writeFileSync(path, "");
    await expect(UsearchIndex.open(path)).rejects.toThrow(/is no index that UsearchIndex saved/);
    const place = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(place, fc.nat(whole.length - 1)), async (change) => {
        const bytes = Buffer.from(whole);
        if (Array.isArray(change)) bytes[change[0]] = (bytes[change[0]] as number) ^ change[1];
        writeFileSync(path, Array.isArray(change) ? bytes : bytes.subarray(0, change));
        await expect(UsearchIndex.open(path)).rejects.toThrow(InvalidFileError);
      }),
      { numRuns: 300 },
    );
    writeFileSync(path, whole);
    const graph = join(
      folder,
      readdirSync(folder).find((name) => name.startsWith(path.slice(folder.length + 1) + ".")) ?? "",
    );
    const graphBytes = readFileSync(graph);
    for (const damage of [
      graphBytes.subarray(0, 100),
      Buffer.concat([graphBytes, Buffer.from("x")]),
      Buffer.alloc(0),
    ]) {
      writeFileSync(graph, damage);
      await expect(UsearchIndex.open(path)).rejects.toThrow(/does not have its checksum/);
    }
    rmSync(graph);
    await expect(UsearchIndex.open(path)).rejects.toThrow(/cannot be read/);
  });

  it("is refused where its header asks for what cannot be, checksums and all", async () => {
    const path = newPath();
    await (await filled()).save(path);
    const [line, , ...rest] = readFileSync(path, "utf8").split("\n");
    const header = JSON.parse(line as string) as Record<string, object>;
    const wrong = [
      { graph: { ...header["graph"], file: "../../etc/passwd" } },
      { graph: { ...header["graph"], file: `x/${(header["graph"] as { file: string }).file}` } },
      { graph: { ...header["graph"], bytes: -1 } },
      { graph: null },
      { settings: { ...header["settings"], dimensions: 25 } },
      { settings: { ...header["settings"], quantization: "f8" } },
      { settings: { ...header["settings"], connectivity: 1e12 } },
      { settings: null },
      { items: { ...header["items"], count: 5 } },
      { version: 2 },
      { model: 7 },
    ];
    for (const change of wrong) {
      const changed = JSON.stringify({ ...header, ...change });
      writeFileSync(path, [changed, crc32(changed), ...rest].join("\n"));
      await expect(UsearchIndex.open(path), changed).rejects.toThrow(InvalidFileError);
    }
  });
});
