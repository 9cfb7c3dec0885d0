import type { EncoderPlan } from "../encoder/encoder-plan.js";
import type { CarriedError } from "./carried-error.js";
import type { NativeGate } from "./native-gate.js";

/** What a thread starts with. */
export interface WorkerStart {
  plan: EncoderPlan;
  /** Threads of ONNX Runtime in this one, itself included. */
  threads: number;
  gate: NativeGate;
}

/** Batches are done in the order of the requests. */
export type WorkerRequest = EncodeRequest | { kind: "close" };

/** Copies, whose memory goes over to the thread: ONNX Runtime refuses tensors on shared memory. */
export interface EncodeRequest {
  kind: "encode";
  ids: Int32Array<ArrayBuffer>;
  offsets: Uint32Array<ArrayBuffer>;
  promptTokens: number;
}

/** Answers come in the order of the requests; before the first, one says how opening the graph went. */
export type WorkerAnswer =
  | { kind: "opened"; dimensions: number }
  | { kind: "encoded"; vectors: Float32Array<ArrayBuffer> }
  | { kind: "failed"; error: CarriedError };

/** Requests that a thread has at a time: one that it works on, one that waits, so that it never waits itself. */
export const requestsAhead = 2;
