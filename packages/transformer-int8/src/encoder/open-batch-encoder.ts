import type { InferenceSession } from "onnxruntime-node";
import { invalidModel } from "../invalid-model.js";
import type { BatchEncoder } from "./encoder.js";
import type { EncoderPlan } from "./encoder-plan.js";
import { GraphInputs } from "./graph-inputs.js";
import { chooseOutput } from "./graph-output.js";
import { loadRuntime, type Runtime } from "./runtime.js";
import { SessionEncoder } from "./session-encoder.js";
import { sessionOptions } from "./session-options.js";

export interface BatchEncoderOptions {
  /** Threads of one call, the calling one included. Default: 1. */
  threads?: number;
}

/**
 * Opens the graph of a plan and tries it on two tokens. Throws InvalidFileError for a graph that ONNX Runtime refuses,
 * or whose outputs do not fit the plan.
 */
export async function openBatchEncoder(
  plan: EncoderPlan,
  { threads }: BatchEncoderOptions = {},
): Promise<BatchEncoder> {
  const runtime = await loadRuntime();
  const session = await createSession(runtime, plan, threads);
  try {
    const inputs = new GraphInputs(session, plan, runtime);
    const output = chooseOutput(session, plan);
    return await SessionEncoder.open({ runtime, session, plan, inputs, output });
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function createSession(
  { InferenceSession }: Runtime,
  plan: EncoderPlan,
  threads: number | undefined,
): Promise<InferenceSession> {
  const { source, externalData, optimized, path } = plan.graph;
  const options = {
    ...sessionOptions({ threads, optimized }),
    ...(externalData && { externalData: [...externalData] }),
  };
  try {
    return typeof source === "string"
      ? await InferenceSession.create(source, options)
      : await InferenceSession.create(source, options);
  } catch (cause) {
    throw invalidModel(
      `ONNX Runtime refuses ${path} of ${plan.modelId} (${(cause as Error).message})`,
      undefined,
      cause,
    );
  }
}
