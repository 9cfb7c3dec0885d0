import { copyFile, mkdtemp, open, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bertGraph, encoderShape } from "@kokeshi/encoder-shapes";
import { writeModel } from "@kokeshi/onnx";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EncoderPlan } from "../encoder/encoder-plan.js";
import { openBatchEncoder } from "../encoder/open-batch-encoder.js";
import { largestDifference } from "../fixtures/golden-folder.js";
import { int8Graph } from "../fixtures/int8-graph.js";
import { tinyPlan, tinyTokens } from "../workers/fixtures/tiny-plan.js";
import { cachedPlan } from "./cached-plan.js";
import { packedWeightsAreAligned } from "./packed-weights.js";

const inMemory = tinyPlan();
let folder: string;
let cache: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kokeshi-graph-cache-"));
  cache = join(folder, "cache");
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** The plan of a model on disk. */
async function planOnDisk(): Promise<EncoderPlan> {
  const source = join(folder, "model.onnx");
  await writeFile(source, inMemory.graph.source);
  return { ...inMemory, graph: { ...inMemory.graph, source } };
}

async function vectorsOf(plan: EncoderPlan): Promise<Float32Array> {
  const encoder = await openBatchEncoder(plan);
  const { ids, offsets } = tinyTokens(20);
  const vectors = new Float32Array(20 * encoder.dimensions);
  await encoder.encode({ ids, offsets }, vectors);
  await encoder.close();
  return vectors;
}

/** What tells whether an entry was written again: a file that was has another number. */
async function entries(): Promise<string[]> {
  const names = await readdir(cache);
  return Promise.all(names.map(async (name) => `${name} ${(await stat(join(cache, name))).ino}`));
}

function sourceOf(plan: EncoderPlan): string {
  return plan.graph.source as string;
}

describe("cachedPlan", () => {
  it("gives the vectors of the graph itself, and says what was changed in it", async () => {
    const plan = await planOnDisk();
    for (let time = 0; time < 2; time++) {
      const cached = await cachedPlan(plan, cache);
      expect(cached.graph).toMatchObject({ optimized: true, fusedAttentions: 2 });
      expect(sourceOf(cached).startsWith(cache)).toBe(true);
      expect(largestDifference(await vectorsOf(cached), await vectorsOf(plan))).toBeLessThan(1e-5);
    }
  });

  it("gives them bit for bit where nothing was changed", async () => {
    const source = int8Graph(inMemory.graph.source as Uint8Array, "static");
    const plan: EncoderPlan = { ...inMemory, graph: { ...inMemory.graph, source, precision: "int8" } };
    const cached = await cachedPlan(plan, cache);
    expect(cached.graph).toMatchObject({ optimized: true, fusedAttentions: undefined });
    expect(await vectorsOf(cached)).toEqual(await vectorsOf(plan));
  });

  it("packs weights for the kernels only where these can read them", async () => {
    // 18,576 bytes of words: what ONNX Runtime lays behind them is not at a multiple of 64.
    const shape = encoderShape("tiny", { hidden: 36, intermediate: 72, vocabulary: 129 });
    const plan: EncoderPlan = {
      ...inMemory,
      graph: { ...inMemory.graph, source: writeModel(bertGraph(shape)) },
    };
    for (const each of [plan, inMemory]) {
      const cached = await cachedPlan(each, cache);
      expect(await packedWeightsAreAligned(sourceOf(cached))).toBe(true);
      const isPacked = /prepacked_0/.test(await readFile(sourceOf(cached), "latin1"));
      expect(isPacked).toBe(each === inMemory);
      expect(largestDifference(await vectorsOf(cached), await vectorsOf(each))).toBeLessThan(1e-5);
    }
  });

  it("finds what it wrote before, for graphs on disk and in memory", async () => {
    for (const plan of [await planOnDisk(), inMemory]) {
      const first = await cachedPlan(plan, cache);
      const written = await entries();
      expect(await cachedPlan(plan, cache)).toEqual(first);
      expect(await entries()).toEqual(written);
    }
    expect((await entries()).length).toBe(2);
  });

  it("leaves nothing but whole entries when several open the same model", async () => {
    const plan = await planOnDisk();
    const plans = await Promise.all([cachedPlan(plan, cache), cachedPlan(plan, cache)]);
    expect(plans[1]).toEqual(plans[0]);
    expect(sourceOf(plans[0])).toContain(cache);
    expect((await entries()).length).toBe(1);
    expect(largestDifference(await vectorsOf(plans[0]), await vectorsOf(plan))).toBeLessThan(1e-5);
  });

  it("writes anew when the graph has changed", async () => {
    const plan = await planOnDisk();
    const before = sourceOf(await cachedPlan(plan, cache));
    await utimes(sourceOf(plan), 1e9, 1e9);
    expect(sourceOf(await cachedPlan(plan, cache))).not.toBe(before);
    const again = { ...plan, modelId: "tiny@2" };
    expect(sourceOf(await cachedPlan(again, cache))).not.toBe(before);
  });

  it.each(["graph.onnx", "graph.data", "entry.json"])(
    "writes anew when a byte of %s is another",
    async (name) => {
      const plan = await planOnDisk();
      const cached = await cachedPlan(plan, cache);
      const path = join(sourceOf(cached), "..", name);
      const written = await readFile(path);
      const handle = await open(path, "r+");
      await handle.write(Uint8Array.of((written[40] as number) ^ 1), 0, 1, 40);
      await handle.close();
      expect(await cachedPlan(plan, cache)).toEqual(cached);
      expect(await readFile(path)).toEqual(written);
    },
  );

  it("writes anew when a file is short or missing", async () => {
    const plan = await planOnDisk();
    const cached = await cachedPlan(plan, cache);
    const data = join(sourceOf(cached), "..", "graph.data");
    const { size } = await stat(data);
    for (const damage of [() => writeFile(data, "short"), () => rm(data)]) {
      await damage();
      await cachedPlan(plan, cache);
      expect((await stat(data)).size).toBe(size);
    }
  });

  it("warns, and leaves the plan as it is, where nothing can be written", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const plan = await planOnDisk();
    await copyFile(sourceOf(plan), cache);
    expect(await cachedPlan(plan, cache)).toBe(plan);
    expect(warn.mock.calls[0]?.[0]).toContain(cache);
  });

  it("leaves a graph that ONNX Runtime refuses to whoever opens it", async () => {
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const broken = { ...inMemory, graph: { ...inMemory.graph, source: Uint8Array.of(1, 2, 3) } };
    expect(await cachedPlan(broken, cache)).toBe(broken);
    expect(await readdir(cache)).toEqual([]);
  });
});
