import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  evaluateModel,
  foldConstants,
  foldSizes,
  fuseAttention,
  GraphEditor,
  loadExternalData,
  readModel,
  writeModel,
  type OnnxModel,
} from "@kokeshi/onnx";
import type { EncoderPlan, GraphFile } from "../encoder/encoder-plan.js";
import { openBatchEncoder } from "../encoder/open-batch-encoder.js";
import { loadRuntime } from "../encoder/runtime.js";

/** Longest graph, weights included, in bytes: four times as much is in memory while it is changed. */
const longestGraph = 2 ** 30;

/** Most that a component may differ, of vectors of length 1 and, relative to the largest component, of longer ones. */
const tolerance = 1e-5;

/**
 * A float32 graph with the attention of its layers in the operator that ONNX Runtime has for it, which its own passes do
 * not find where there is a mask (bge-small's shape: 9 to 13 % less of the processor's time at 512 tokens, 3 % at 16,
 * within 2 % between). `undefined` where that is not done: for other precisions, whose scales it would move, for attention that is
 * not recognised, for graphs of more than a gigabyte, where anything fails, and where vectors would not be the same.
 */
export async function fuseGraph(plan: EncoderPlan): Promise<GraphFile | undefined> {
  if (plan.graph.precision !== "float32") return undefined;
  try {
    if ((await bytesOf(plan.graph)) > longestGraph) return undefined;
    const runtime = await loadRuntime();
    const model = await modelOf(plan.graph);
    // Exporters compute the width of a head from sizes.
    await foldSizes(model, runtime);
    await foldConstants(model, (constants) => evaluateModel(runtime, constants));
    const fusedAttentions = await fuseAttention(new GraphEditor(model), runtime);
    if (fusedAttentions === 0) return undefined;
    const withoutFiles = { externalFiles: undefined, externalData: undefined };
    const fused = { ...plan.graph, ...withoutFiles, source: writeModel(model), fusedAttentions };
    return (await giveSameVectors(plan, { ...plan, graph: fused })) ? fused : undefined;
  } catch {
    // Whatever is wrong with the graph, those who open it as it is will say.
    return undefined;
  }
}

async function bytesOf({ source, externalFiles = [], externalData = [] }: GraphFile): Promise<number> {
  const sizes =
    typeof source === "string"
      ? await Promise.all(
          [source, ...externalFiles.map((file) => join(dirname(source), file))].map(
            async (file) => (await stat(file)).size,
          ),
        )
      : [source, ...externalData.map(({ data }) => data)].map(({ length }) => length);
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function modelOf({ source, externalData = [] }: GraphFile): Promise<OnnxModel> {
  const model = readModel(typeof source === "string" ? await readFile(source) : source);
  await loadExternalData(model, async (location) => {
    if (typeof source === "string") return readFile(join(dirname(source), location));
    const file = externalData.find(({ path }) => path === location);
    if (file === undefined) throw new Error(`${location} is not there`);
    return file.data;
  });
  return model;
}

/** Whether two plans agree on a batch of texts of several lengths, most of them with padding. */
async function giveSameVectors(plan: EncoderPlan, other: EncoderPlan): Promise<boolean> {
  const expected = await vectorsOf(plan);
  const found = await vectorsOf(other);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return expected.every((value, index) => Math.abs(value - (found[index] as number)) <= tolerance * largest);
}

const trialLengths = [1, 2, 5, 17, 48, 64];

async function vectorsOf(plan: EncoderPlan): Promise<Float32Array> {
  const longest = plan.tokenizer.maxTokens ?? Infinity;
  const offsets = new Uint32Array(trialLengths.length + 1);
  for (const [text, length] of trialLengths.entries()) {
    offsets[text + 1] = (offsets[text] as number) + Math.min(length, longest);
  }
  // Ids that every vocabulary has.
  const ids = Int32Array.from({ length: offsets.at(-1) as number }, (_, token) => (token * 7) % 16);
  const encoder = await openBatchEncoder(plan);
  try {
    const vectors = new Float32Array(trialLengths.length * encoder.dimensions);
    await encoder.encode({ ids, offsets }, vectors);
    return vectors;
  } finally {
    await encoder.close();
  }
}
