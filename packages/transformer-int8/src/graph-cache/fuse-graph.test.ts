import { memoryFolder } from "@kokeshi/core";
import {
  GraphEditor,
  int,
  readModel,
  tensorTypeCodes,
  writeModel,
  writeModelWithExternalData,
} from "@kokeshi/onnx";
import { describe, expect, it } from "vitest";
import type { EncoderPlan, GraphFile } from "../encoder/encoder-plan.js";
import { openBatchEncoder } from "../encoder/open-batch-encoder.js";
import { readEncoderPlan } from "../encoder/read-encoder-plan.js";
import {
  largestDifference,
  readGolden,
  variantFiles,
  type GoldenVariant,
} from "../fixtures/golden-folder.js";
import { int8Graph } from "../fixtures/int8-graph.js";
import { tinyPlan, tinyTokens } from "../workers/fixtures/tiny-plan.js";
import { fuseGraph } from "./fuse-graph.js";

const plan = tinyPlan();
const tinySource = plan.graph.source as Uint8Array;

const withGraph = (changed: Partial<GraphFile>): EncoderPlan => ({
  ...plan,
  graph: { ...plan.graph, ...changed },
});

/** One vector after the other, of texts from a first one to a last. */
async function vectorsOf(
  ofPlan: EncoderPlan,
  { ids, offsets }: { ids: Int32Array; offsets: Uint32Array },
  ranges: readonly (readonly [number, number])[],
): Promise<number[]> {
  const encoder = await openBatchEncoder(ofPlan);
  const vectors: number[] = [];
  for (const [first, end] of ranges) {
    const out = new Float32Array((end - first) * encoder.dimensions);
    await encoder.encode({ ids, offsets: offsets.subarray(first, end + 1) }, out);
    vectors.push(...out);
  }
  await encoder.close();
  return vectors;
}

describe.each(["bert", "roberta", "xlm-roberta"])("the golden vectors of %s, attention fused", (name) => {
  const { ids, variants } = readGolden(name);
  const offsets = Uint32Array.from([0, ...ids.map((_, row) => ids.slice(0, row + 1).flat().length)]);
  const tokens = { ids: Int32Array.from(ids.flat()), offsets };
  const everyText: [number, number][] = ids.map((_, row) => [row, row + 1]);

  it.each(variants.filter(({ prompt = "" }) => prompt === ""))("$name", async (variant) => {
    const golden = await readEncoderPlan(memoryFolder(name, variantFiles(name, variant)));
    const fused = await fuseGraph(golden);
    expect(fused?.fusedAttentions).toBeGreaterThan(0);
    const fusedPlan = { ...golden, graph: fused as GraphFile };
    const alone = await vectorsOf(fusedPlan, tokens, everyText);
    const together = await vectorsOf(fusedPlan, tokens, [[0, ids.length]]);
    expect(largestDifference(alone, variant.alone.flat())).toBeLessThan(1e-5);
    expect(largestDifference(together, variant.batch.flat())).toBeLessThan(1e-5);
  });
});

describe("fuseGraph", () => {
  const texts = tinyTokens(20);

  it("gives the vectors of the graph as it was, in any company", async () => {
    const fused = (await fuseGraph(plan)) as GraphFile;
    expect(fused.fusedAttentions).toBe(2);
    const operators = readModel(fused.source as Uint8Array).graph.nodes.map(({ operator }) => operator);
    expect(operators.filter((operator) => operator === "MultiHeadAttention").length).toBe(2);
    expect(operators).not.toContain("Softmax");

    const everyText = Array.from({ length: 20 }, (_, text) => [text, text + 1] as const);
    const alone = await vectorsOf({ ...plan, graph: fused }, texts, everyText);
    const together = await vectorsOf({ ...plan, graph: fused }, texts, [[0, 20]]);
    expect(largestDifference(alone, await vectorsOf(plan, texts, [[0, 20]]))).toBeLessThan(1e-5);
    expect(largestDifference(alone, together)).toBeLessThanOrEqual(1e-6);
  });

  it("reads weights that lie beside the graph", async () => {
    const { model, data } = writeModelWithExternalData(readModel(tinySource), { location: "weights" });
    const externalData = [{ path: "weights", data: Buffer.concat(data) }];
    const fused = await fuseGraph(withGraph({ source: model, externalData }));
    expect(fused).toEqual({ ...(await fuseGraph(plan)), source: fused?.source });
    expect(fused?.externalData).toBe(undefined);
    expect(await fuseGraph(withGraph({ source: model, externalData: [] }))).toBe(undefined);
  });

  it("leaves other precisions, unknown attention and damaged graphs as they are", async () => {
    const int8 = withGraph({ source: int8Graph(tinySource, "static"), precision: "int8" });
    expect(await fuseGraph(int8)).toBe(undefined);
    expect(await fuseGraph(withGraph({ source: tinySource.subarray(0, 9000) }))).toBe(undefined);
    // Relative positions, and positions that turn queries and keys.
    for (const name of ["t5", "modernbert"]) {
      const files = variantFiles(name, readGolden(name).variants[0] as GoldenVariant);
      expect(await fuseGraph(await readEncoderPlan(memoryFolder(name, files)))).toBe(undefined);
    }
  });

  it("leaves a graph as it is whose mask is only at first sight padding", async () => {
    // Tokens from 3 on count less: not those of the example on which masks are tried.
    const model = readModel(tinySource);
    const editor = new GraphEditor(model);
    const softmax = model.graph.nodes.find(({ operator }) => operator === "Softmax");
    const mask = editor.producer(softmax?.inputs[0], "Add")?.inputs[1] as string;
    const limit = editor.initializer("limit", "int64", [], BigInt64Array.of(3n));
    const rare = editor.value("Cast", [editor.value("Greater", ["input_ids", limit])], {
      attributes: { to: int(tensorTypeCodes.float32) },
    });
    const axes = editor.initializer("axes", "int64", [2], BigInt64Array.of(1n, 2n));
    const half = editor.initializer("half", "float32", [], Float32Array.of(-0.5));
    const less = editor.value("Mul", [editor.value("Unsqueeze", [rare, axes]), half]);
    const both = editor.value("Add", [mask, less]);
    for (const node of model.graph.nodes) {
      if (node.operator === "Add" && node.inputs[1] === mask && node.outputs[0] !== both)
        node.inputs[1] = both;
    }
    new GraphEditor(model).finish();
    const changed = withGraph({ source: writeModel(model) });
    const before = await vectorsOf(plan, texts, [[0, 20]]);
    expect(largestDifference(await vectorsOf(changed, texts, [[0, 20]]), before)).toBeGreaterThan(1e-3);
    expect(await fuseGraph(changed)).toBe(undefined);
  });
});
