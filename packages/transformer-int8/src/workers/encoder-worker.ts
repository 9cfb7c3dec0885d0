import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import type { BatchEncoder } from "../encoder/encoder.js";
import { openBatchEncoder } from "../encoder/open-batch-encoder.js";
import { carryError } from "./carried-error.js";
import type { EncodeRequest, WorkerAnswer, WorkerRequest, WorkerStart } from "./messages.js";
import { passGate } from "./native-gate.js";

/*
 * The program of a thread: opens the graph, takes batches of token ids, gives back their vectors.
 */
const port = parentPort as MessagePort;
const { plan, threads, gate } = workerData as WorkerStart;

/** Opening, then batch after batch. */
let lastWork: Promise<unknown> = work(async () => {
  const encoder = await openBatchEncoder(plan, { threads });
  port.on("message", (request: WorkerRequest) => {
    lastWork =
      request.kind === "close"
        ? lastWork.then(() => end(encoder))
        : lastWork.then(() => encode(encoder, request));
  });
  post({ kind: "opened", dimensions: encoder.dimensions });
});

async function encode(encoder: BatchEncoder, { ids, offsets, promptTokens }: EncodeRequest): Promise<void> {
  await work(async () => {
    const vectors = new Float32Array((offsets.length - 1) * encoder.dimensions);
    await encoder.encode({ ids, offsets, promptTokens }, vectors);
    post({ kind: "encoded", vectors }, [vectors.buffer]);
  });
}

async function work(task: () => Promise<void>): Promise<void> {
  try {
    await passGate(gate, task);
  } catch (error) {
    post({ kind: "failed", error: carryError(error) });
  }
}

async function end(encoder: BatchEncoder): Promise<void> {
  await encoder.close();
  process.exit();
}

function post(answer: WorkerAnswer, transfer: ArrayBuffer[] = []): void {
  port.postMessage(answer, transfer);
}
