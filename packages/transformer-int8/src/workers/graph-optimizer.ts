import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { loadRuntime } from "../encoder/runtime.js";
import { sessionOptions } from "../encoder/session-options.js";
import { carryError } from "./carried-error.js";
import { passGate } from "./native-gate.js";
import { dataFile, graphFile, type GraphChanges } from "../graph-cache/cache-entry.js";
import { fuseGraph } from "../graph-cache/fuse-graph.js";
import type { OptimizerAnswer, OptimizerStart } from "../graph-cache/write-optimized-graph.js";

/*
 * The program of a thread: changes a graph where that helps, and opens it, which makes ONNX Runtime write it as it
 * optimised it.
 */
const { plan, folder, gate } = workerData as OptimizerStart;

async function optimize(): Promise<GraphChanges> {
  const { InferenceSession } = await loadRuntime();
  const { source, externalData, fusedAttentions } = (await fuseGraph(plan)) ?? plan.graph;
  const base = sessionOptions();
  const session = await InferenceSession.create(source as string, {
    ...base,
    ...(externalData && { externalData: [...externalData] }),
    optimizedModelFilePath: join(folder, graphFile),
    extra: {
      session: {
        ...(base.extra?.session as Record<string, unknown>),
        // Weights in a file that can be mapped, as the kernels of this processor read them.
        optimized_model_external_initializers_file_name: dataFile,
        optimized_model_external_initializers_min_size_in_bytes: "1024",
        save_external_prepacked_constant_initializers: "1",
      },
    },
  });
  await session.release();
  return { fusedAttentions };
}

function post(answer: OptimizerAnswer): void {
  parentPort?.postMessage(answer);
}

passGate(gate, optimize).then(
  (changes) => changes && post({ kind: "written", changes }),
  (error: unknown) => post({ kind: "failed", error: carryError(error) }),
);
