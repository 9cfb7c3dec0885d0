// Exact search against usearch's exact search, one thread, in alternating turns; and how much memory ten million take.
// npm run bench -w @kokeshi/search -- [100k] [1m] [10m] [--generated] [--lancedb FOLDER]
// Vectors are those of lines of text by the default model, where the shared data has enough of them, else generated.
// FOLDER has LanceDB installed, which this repository does not depend on: see docs/dependencies.md.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { embed, Embeddings, normalizeRows } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { loadStaticModel } from "@kokeshi/static-model";
import usearch, { type MetricKind } from "usearch";
import { randomNumbers } from "../src/fixtures/random-vectors.js";
import { KokeshiIndex, type SearchOptions } from "../src/index.js";
import { openLanceDb } from "./lancedb.js";
import { textLines } from "./text-lines.js";

const dimensions = 256;
const topK = 10;
const queryCount = 100;
const rounds = 5;
const rowsAtATime = 50_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { generated: { type: "boolean", default: false }, lancedb: { type: "string" } },
});

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Unit vectors around centres of unequal size, with the energy of a component falling as in Matryoshka models. */
function vectorSource(dimensions: number, seed: number): (rows: number) => Embeddings {
  const random = randomNumbers(seed);
  const scales = Float32Array.from({ length: dimensions }, (_, index) => 1 / Math.sqrt(1 + index / 32));
  const centres = Float32Array.from({ length: 256 * dimensions }, () => random() + random() - 1);
  return (rows) => {
    const vectors = Embeddings.zeros(rows, dimensions);
    const { data } = vectors;
    for (let row = 0; row < rows; row++) {
      const centre = Math.floor(random() ** 2 * 256) * dimensions;
      for (let index = 0; index < dimensions; index++) {
        const value = 0.7 * (centres[centre + index] as number) + random() + random() - 1;
        data[row * dimensions + index] = value * (scales[index] as number);
      }
    }
    return normalizeRows(vectors);
  };
}

/** Calls back with vectors in portions, as many as `rows` and then those of the queries. */
type VectorStream = (rows: number) => AsyncGenerator<Embeddings, void, undefined>;

/** Lines of text in an order of chance, so that queries are like the rows. */
async function textVectors(): Promise<VectorStream> {
  const model = await loadStaticModel(await resolveModel("@kokeshi/model-en-ja"), { dimensions });
  const lines = textLines();
  return async function* (rows) {
    if (lines.length < rows) throw new Error(`there are ${lines.length} lines of text, not ${rows}`);
    for (let start = 0; start < rows; start += rowsAtATime) {
      const texts = lines.slice(start, Math.min(rows, start + rowsAtATime));
      yield (await embed(model, texts)).embeddings;
    }
  };
}

async function* generatedVectors(rows: number): AsyncGenerator<Embeddings, void, undefined> {
  const source = vectorSource(dimensions, 1);
  for (let start = 0; start < rows; start += rowsAtATime) {
    yield await Promise.resolve(source(Math.min(rowsAtATime, rows - start)));
  }
}

interface Contestant {
  name: string;
  /** Bytes that one query looks at. */
  bytes: number;
  /** Ids of the hits of each query. */
  search: (queries: Embeddings) => Promise<string[][]>;
  /** Does it get all queries at once? */
  isBatch?: boolean;
  /** Default: those of the others. */
  rounds?: number;
}

/** Rows that bits find and int8 scores again; 500 are the default. */
const candidateCounts = [40, 100, 300, 500, 1000, 1500];

/** GB/s at which one thread reads memory: comparing two equal buffers, which the C library does as fast as it can. */
function readBandwidth(): number {
  const [a, b] = [Buffer.alloc(512 << 20, 1), Buffer.alloc(512 << 20, 1)];
  return Math.max(
    ...Array.from({ length: 5 }, () => {
      const start = performance.now();
      if (a.compare(b) !== 0) throw new Error("the buffers differ");
      return (2 * a.length) / (performance.now() - start) / 1e6;
    }),
  );
}

/** Milliseconds of processor time. */
async function timed<Result>(action: () => Promise<Result>): Promise<[number, Result]> {
  const start = process.cpuUsage();
  const result = await action();
  const { user, system } = process.cpuUsage(start);
  return [(user + system) / 1000, result];
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

async function contestantsOf(rows: number, vectors: VectorStream): Promise<[Contestant[], Embeddings]> {
  const whole = new Float32Array((rows + queryCount) * dimensions);
  const float32 = await KokeshiIndex.create({ dimensions });
  const int8 = await KokeshiIndex.create({ dimensions, precision: "int8" });
  const binary = await KokeshiIndex.create({ dimensions, precision: "binary", rescoring: "int8" });
  let start = 0;
  for await (const portion of vectors(rows + queryCount)) {
    whole.set(portion.data, start * dimensions);
    const count = Math.min(portion.rows, rows - start);
    const ids = Array.from({ length: count }, (_, row) => String(start + row));
    const added = new Embeddings(portion.data.subarray(0, count * dimensions), dimensions);
    for (const index of [float32, int8, binary]) await index.add({ ids, vectors: added });
    start += count;
  }
  // Codes in one piece, as those of a file that was opened are.
  for (const index of [float32, int8, binary]) await index.compact();
  const corpus = whole.subarray(0, rows * dimensions);
  const queries = new Embeddings(whole.slice(rows * dimensions), dimensions);
  const ours = (index: KokeshiIndex, options?: SearchOptions) => async (asked: Embeddings) =>
    (await index.search(asked, { topK, ...options })).map((hits) => hits.map(({ id }) => id));
  const contestants: Contestant[] = [
    {
      name: "usearch exact float32",
      bytes: rows * dimensions * 4,
      search: (asked) => {
        const metric = "ip" as MetricKind;
        const found = usearch.exactSearch(corpus, asked.data, dimensions, topK, metric, 1);
        return Promise.resolve([Array.from(found.keys.subarray(0, topK), String)]);
      },
    },
    { name: "float32", bytes: rows * dimensions * 4, search: ours(float32) },
    { name: "int8", bytes: rows * dimensions, search: ours(int8) },
    ...candidateCounts.map((candidates) => ({
      name: `binary, int8 ${candidates}`,
      bytes: (rows * dimensions) / 8,
      search: ours(binary, { candidates }),
    })),
    { name: `int8, ${queryCount} at once`, bytes: rows * dimensions, search: ours(int8), isBatch: true },
    {
      name: `binary, int8 500, ${queryCount} at once`,
      bytes: (rows * dimensions) / 8,
      search: ours(binary, { candidates: 500 }),
      isBatch: true,
    },
  ];
  const folder = values.lancedb;
  if (folder !== undefined) {
    const search = await openLanceDb(folder, corpus, dimensions, topK);
    contestants.push({ name: "LanceDB flat", bytes: rows * dimensions * 4, search, rounds: 1 });
  }
  return [contestants, queries];
}

async function compare(rows: number, vectors: VectorStream): Promise<void> {
  const [contestants, queries] = await contestantsOf(rows, vectors);
  print(
    `${rows.toLocaleString("en")} x ${dimensions}, top ${topK}, one thread: median ms of processor time a query`,
  );
  const times = contestants.map((): number[] => []);
  const found: string[][][] = [];
  const each = Array.from(queries, (query) => new Embeddings(query.slice(), dimensions));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { search, isBatch, rounds: most = rounds }] of contestants.entries()) {
      if (round > most) continue;
      const hits: string[][] = [];
      for (const asked of isBatch === true ? [queries] : each) {
        const [milliseconds, ofQuery] = await timed(() => search(asked));
        hits.push(...ofQuery);
        // The first round warms up.
        if (round > 0) times[index]?.push(milliseconds / asked.rows);
      }
      found[index] = hits;
    }
  }
  const truth = (found[1] as string[][]).map((hits) => new Set(hits));
  const peer = median(times[0] as number[]);
  for (const [index, { name, bytes }] of contestants.entries()) {
    const time = median(times[index] as number[]);
    const recalled = (found[index] as string[][]).map(
      (hits, query) => hits.filter((id) => truth[query]?.has(id)).length,
    );
    const recall = recalled.reduce((sum, count) => sum + count, 0) / (queryCount * topK);
    print(
      `${name.padEnd(36)} ${time.toFixed(3).padStart(8)} ms  ${(peer / time).toFixed(2).padStart(6)}x  ` +
        `${(bytes / time / 1e6).toFixed(1).padStart(5)} GB/s  recall@10 ${recall.toFixed(3)}`,
    );
  }
}

async function tenMillion(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kokeshi-bench-"));
  const path = join(folder, "ten-million.kidx");
  try {
    const rows = 10_000_000;
    const source = vectorSource(128, 2);
    const vectors = source(rowsAtATime);
    const index = await KokeshiIndex.create({ path, dimensions: 128, precision: "binary" });
    const random = randomNumbers(3);
    for (let start = 0; start < rows; start += rowsAtATime) {
      // Signs in another order are other vectors, and cheaper than new ones.
      for (let place = 0; place < vectors.data.length; place += 1 + Math.floor(random() * 4)) {
        vectors.data[place] = -(vectors.data[place] as number);
      }
      const ids = Array.from({ length: rowsAtATime }, (_, row) => `document ${start + row}`);
      await index.add({ ids, vectors });
    }
    await index.compact();
    await index.close();
    print(`\n10,000,000 x 128 binary: a file of ${(statSync(path).size / 1e6).toFixed(0)} MB`);
    const program = fileURLToPath(new URL("./open-and-search.ts", import.meta.url));
    const args = ["--import", "tsx", "--conditions=@kokeshi/source", program, path];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    print(stdout.trim());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const wants = (name: string) => positionals.length === 0 || positionals.includes(name);
print(`${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.version}`);
print(`memory read by one thread: ${readBandwidth().toFixed(1)} GB/s`);
for (const [name, rows] of [
  ["100k", 100_000],
  ["1m", 1_000_000],
] as const) {
  if (!wants(name)) continue;
  const isText = !values.generated && textLines().length >= rows + queryCount;
  print(`\n${isText ? "lines of text, embedded by the default model" : "generated vectors"}`);
  await compare(rows, isText ? await textVectors() : generatedVectors);
}
if (wants("10m")) await tenMillion();
