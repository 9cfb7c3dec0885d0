import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { GraphFile } from "../encoder/encoder-plan.js";
import { loadRuntime } from "../encoder/runtime.js";
import { sessionOptions } from "../encoder/session-options.js";
import { carryError } from "./carried-error.js";
import { passGate } from "./native-gate.js";
import { dataFile, graphFile, type GraphChanges } from "../graph-cache/cache-entry.js";
import { fuseGraph } from "../graph-cache/fuse-graph.js";
import { packedWeightsAreAligned } from "../graph-cache/packed-weights.js";
import type { OptimizerAnswer, OptimizerStart } from "../graph-cache/write-optimized-graph.js";

/*
 * The program of a thread: changes a graph where that helps, and opens it, which makes ONNX Runtime write it as it
 * optimised it.
 */
const { plan, folder, gate } = workerData as OptimizerStart;

async function optimize(): Promise<GraphChanges> {
  const graph = (await fuseGraph(plan)) ?? plan.graph;
  await write(graph, { packed: true });
  if (!(await packedWeightsAreAligned(join(folder, graphFile)))) await write(graph, { packed: false });
  // Of a graph without large tensors there is none.
  await appendFile(join(folder, dataFile), "");
  return { fusedAttentions: graph.fusedAttentions };
}

async function write({ source, externalData }: GraphFile, { packed }: { packed: boolean }): Promise<void> {
  await Promise.all([graphFile, dataFile].map((name) => rm(join(folder, name), { force: true })));
  const { InferenceSession } = await loadRuntime();
  const base = sessionOptions();
  const session = await InferenceSession.create(source as string, {
    ...base,
    ...(externalData && { externalData: [...externalData] }),
    optimizedModelFilePath: join(folder, graphFile),
    extra: {
      session: {
        ...(base.extra?.session as Record<string, unknown>),
        // Weights in a file that can be mapped, and as the kernels of this processor read them.
        optimized_model_external_initializers_file_name: dataFile,
        // Biases stay in the graph: their odd sizes would move packed weights to where no kernel can read them.
        optimized_model_external_initializers_min_size_in_bytes: "8192",
        save_external_prepacked_constant_initializers: packed ? "1" : "0",
      },
    },
  });
  await session.release();
}

function post(answer: OptimizerAnswer): void {
  parentPort?.postMessage(answer);
}

passGate(gate, optimize).then(
  (changes) => changes && post({ kind: "written", changes }),
  (error: unknown) => post({ kind: "failed", error: carryError(error) }),
);
