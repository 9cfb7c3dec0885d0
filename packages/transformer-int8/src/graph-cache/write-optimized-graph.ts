import type { GraphFile } from "../encoder/encoder-plan.js";
import { rebuildError, type CarriedError } from "../workers/carried-error.js";
import { createGate, watchGate, type NativeGate } from "../workers/native-gate.js";
import { startWorker } from "../workers/start-worker.js";
import { WorkerCrashedError } from "../workers/worker-crashed-error.js";

/** What the thread starts with. */
export interface OptimizerStart {
  graph: GraphFile;
  /** Where its files go. */
  folder: string;
  gate: NativeGate;
}

export type OptimizerAnswer = { kind: "written" } | { kind: "failed"; error: CarriedError };

/** Writes a graph as ONNX Runtime optimises it, on a thread of its own. Throws what ONNX Runtime has against it. */
export async function writeOptimizedGraph(graph: GraphFile, folder: string): Promise<void> {
  const gate = createGate();
  const endWatch = watchGate(gate);
  const worker = startWorker("graph-optimizer", { graph, folder, gate } satisfies OptimizerStart);
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on("message", (answer: OptimizerAnswer) => {
        if (answer.kind === "failed") reject(rebuildError(answer.error));
      });
      worker.on("error", reject);
      worker.on("exit", (code) =>
        code === 0 ? resolve() : reject(new WorkerCrashedError(`exit code ${code}`)),
      );
    });
  } finally {
    endWatch();
  }
}
