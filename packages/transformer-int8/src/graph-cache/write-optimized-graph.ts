import type { EncoderPlan } from "../encoder/encoder-plan.js";
import { rebuildError, type CarriedError } from "../workers/carried-error.js";
import { createGate, watchGate, type NativeGate } from "../workers/native-gate.js";
import { startWorker } from "../workers/start-worker.js";
import { WorkerCrashedError } from "../workers/worker-crashed-error.js";
import type { GraphChanges } from "./cache-entry.js";

/** What the thread starts with. */
export interface OptimizerStart {
  plan: EncoderPlan;
  /** Where the files of its graph go. */
  folder: string;
  gate: NativeGate;
}

export type OptimizerAnswer =
  { kind: "written"; changes: GraphChanges } | { kind: "failed"; error: CarriedError };

/**
 * Writes a graph as ONNX Runtime optimises it, after our own pass, on a thread of its own. Throws what ONNX Runtime has
 * against it.
 */
export async function writeOptimizedGraph(plan: EncoderPlan, folder: string): Promise<GraphChanges> {
  const gate = createGate();
  const endWatch = watchGate(gate);
  const worker = startWorker("graph-optimizer", { plan, folder, gate } satisfies OptimizerStart);
  try {
    return await new Promise<GraphChanges>((resolve, reject) => {
      let changes: GraphChanges | undefined;
      worker.on("message", (answer: OptimizerAnswer) => {
        if (answer.kind === "failed") reject(rebuildError(answer.error));
        else ({ changes } = answer);
      });
      worker.on("error", reject);
      worker.on("exit", (code) => {
        if (code === 0 && changes !== undefined) resolve(changes);
        else reject(new WorkerCrashedError(`exit code ${code}`));
      });
    });
  } finally {
    endWatch();
  }
}
