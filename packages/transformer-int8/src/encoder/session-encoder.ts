import { InvalidArgumentError } from "@kokeshi/core";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { invalidModel, part } from "../invalid-model.js";
import { Layers } from "../pooling/layers.js";
import { poolTokens } from "../pooling/pool-tokens.js";
import type { BatchEncoder, TokenBatch } from "./encoder.js";
import type { EncoderPlan, LayerPlan } from "./encoder-plan.js";
import { widenFloat16 } from "./float16.js";
import type { GraphInputs } from "./graph-inputs.js";
import type { GraphOutput } from "./graph-output.js";
import type { Runtime } from "./runtime.js";

interface Parts {
  runtime: Runtime;
  session: InferenceSession;
  plan: EncoderPlan;
  inputs: GraphInputs;
  output: GraphOutput;
}

/** A session with what stands before and behind it. All memory is kept from batch to batch. */
export class SessionEncoder implements BatchEncoder {
  readonly dimensions: number;
  readonly #layers: Layers;
  /** What the graph writes, where it writes float32. */
  #outputMemory = new Float32Array(0);
  #lastCall: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  private constructor(
    private readonly parts: Parts,
    /** Columns of the graph's output. */
    private readonly width: number,
    /** Whether the graph writes into memory of ours; float16 it writes into its own. */
    private readonly ownsOutput: boolean,
  ) {
    const { plan, output } = parts;
    this.#layers = layersFor(plan, output, width);
    this.dimensions = this.#layers.outputs;
  }

  /** Two tokens go through the graph first: only the result says how many columns it has. */
  static async open(parts: Parts): Promise<SessionEncoder> {
    const { plan, inputs, output } = parts;
    const tokens = Int32Array.of(plan.padId, plan.padId);
    const feeds = inputs.feeds({ ids: tokens, offsets: Uint32Array.of(0, 2) }, 2);
    const result = await run(parts, feeds, [output.name]);
    const expected = output.of === "tokens" ? [1, 2] : [1];
    const width = result.dims.at(-1) as number;
    const dims = result.dims.slice(0, -1);
    const isFloat32 = result.type === "float32";
    result.dispose();
    if (dims.join() !== expected.join() || width < 1) {
      throw invalidModel(
        `${plan.graph.path} of ${plan.modelId} made [${[...dims, width].join(", ")}] of one text of two tokens`,
        "export the model with batches and texts of any length (dynamic axes)",
      );
    }
    return new SessionEncoder(parts, width, isFloat32);
  }

  encode(batch: TokenBatch, out: Float32Array): Promise<void> {
    if (this.#closed !== undefined) throw closedError(this.parts.plan);
    requireBatch(batch, out, this.dimensions);
    const call = this.#lastCall.then(() => this.#encode(batch, out));
    this.#lastCall = call.catch(() => {});
    return call;
  }

  close(): Promise<void> {
    this.#closed ??= this.#lastCall.then(() => this.parts.session.release());
    return this.#closed;
  }

  async #encode(batch: TokenBatch, out: Float32Array): Promise<void> {
    const { parts, width } = this;
    const rows = batch.offsets.length - 1;
    if (rows === 0) return;
    const columns = longestRow(batch.offsets);
    const shape = parts.output.of === "tokens" ? [rows, columns, width] : [rows, width];
    const feeds = parts.inputs.feeds(batch, columns);
    if (this.ownsOutput) {
      const length = shape.reduce((a, b) => a * b, 1);
      if (this.#outputMemory.length < length) this.#outputMemory = new Float32Array(length);
      const values = this.#outputMemory.subarray(0, length);
      await run(parts, feeds, { [parts.output.name]: new parts.runtime.Tensor("float32", values, shape) });
      this.#finish(batch, values, columns, out);
    } else {
      const result = await run(parts, feeds, [parts.output.name]);
      requireShape(result, shape, parts.plan);
      const values = widenFloat16(result.data as Uint16Array);
      result.dispose();
      this.#finish(batch, values, columns, out);
    }
  }

  /** Pooling and what comes after it, row by row. */
  #finish(
    { offsets, promptTokens = 0 }: TokenBatch,
    values: Float32Array,
    columns: number,
    out: Float32Array,
  ): void {
    const { width, dimensions } = this;
    const { output, plan } = this.parts;
    for (let row = 0; row < offsets.length - 1; row++) {
      if (output.of === "texts") {
        this.#layers.input.set(values.subarray(row * width, (row + 1) * width));
        this.#layers.apply(out, row * dimensions);
        continue;
      }
      const to = (offsets[row + 1] as number) - (offsets[row] as number);
      const tokens = { values, start: row * columns * width, width, from: promptTokens, to };
      plan.pooling.modes.forEach((mode, index) =>
        poolTokens(mode, tokens, this.#layers.input, index * width),
      );
      this.#layers.apply(out, row * dimensions);
    }
  }
}

/** A graph that pools its texts itself has all modules of the folder in it; to normalise twice does no harm. */
function layersFor(plan: EncoderPlan, output: GraphOutput, width: number): Layers {
  if (output.of === "texts") return new Layers(plan.layers.slice(-1).filter(isNormalize), width);
  const { modes, tokenWidth } = plan.pooling;
  if (tokenWidth !== undefined && tokenWidth !== width) {
    throw invalidModel(
      `${plan.graph.path} of ${plan.modelId} has ${width} columns, but the pooling module expects ${tokenWidth}`,
      "use graph and modules of the same model",
    );
  }
  let columns = width * modes.length;
  for (const layer of plan.layers) {
    if (layer.type !== "dense") continue;
    if (layer.inputs !== columns) {
      throw invalidModel(
        `a Dense layer of ${plan.modelId} takes ${layer.inputs} columns, but gets ${columns}`,
        "use graph and modules of the same model",
      );
    }
    columns = layer.outputs;
  }
  return new Layers(plan.layers, width * modes.length);
}

function isNormalize({ type }: LayerPlan): boolean {
  return type === "normalize";
}

async function run(
  { session, plan, output }: Parts,
  feeds: Record<string, Tensor>,
  fetches: string[] | Record<string, Tensor>,
): Promise<Tensor> {
  let results: InferenceSession.OnnxValueMapType;
  try {
    results = await session.run(feeds, fetches);
  } catch (cause) {
    throw invalidModel(
      `ONNX Runtime failed to run ${plan.graph.path} of ${plan.modelId} (${(cause as Error).message})`,
      "check that the tokenizer and the graph are of the same model",
      cause,
    );
  }
  return results[output.name] as Tensor;
}

function longestRow(offsets: Uint32Array): number {
  let longest = 1;
  for (let row = 1; row < offsets.length; row++) {
    longest = Math.max(longest, (offsets[row] as number) - (offsets[row - 1] as number));
  }
  return longest;
}

function requireShape({ dims }: Tensor, shape: readonly number[], { graph, modelId }: EncoderPlan): void {
  if (dims.join() === shape.join()) return;
  throw invalidModel(
    `${graph.path} of ${modelId} made [${dims.join(", ")}] where [${shape.join(", ")}] was due`,
    "export the model with batches and texts of any length (dynamic axes)",
  );
}

function requireBatch({ ids, offsets }: TokenBatch, out: Float32Array, dimensions: number): void {
  const rows = offsets.length - 1;
  let ascends = rows >= 0;
  for (let row = 0; row < rows; row++) ascends &&= (offsets[row] as number) <= (offsets[row + 1] as number);
  if (ascends && (offsets[rows] as number) <= ids.length && out.length === rows * dimensions) return;
  throw new InvalidArgumentError({
    part,
    problem: `a batch of ${rows} rows over ${ids.length} ids does not fit ${out.length} components`,
    remedy: `pass offsets that ascend, and ${dimensions} components a row`,
  });
}

function closedError({ modelId }: EncoderPlan): InvalidArgumentError {
  return new InvalidArgumentError({
    part,
    problem: `${modelId} is closed`,
    remedy: "load the model again",
  });
}
