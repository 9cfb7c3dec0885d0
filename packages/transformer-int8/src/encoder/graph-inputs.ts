import type { InferenceSession, Tensor } from "onnxruntime-node";
import { invalidModel } from "../invalid-model.js";
import type { TokenBatch } from "./encoder.js";
import type { EncoderPlan } from "./encoder-plan.js";
import type { Runtime } from "./runtime.js";

const inputNames = ["input_ids", "attention_mask", "token_type_ids", "position_ids"] as const;
type InputName = (typeof inputNames)[number];

/**
 * The inputs of a graph, in memory that is kept from batch to batch: only what the graph asks for, as int64 or int32 as
 * it asks.
 */
export class GraphInputs {
  readonly #inputs: readonly { name: InputName; memory: IntegerMemory }[];

  constructor(
    session: InferenceSession,
    private readonly plan: EncoderPlan,
    private readonly runtime: Runtime,
  ) {
    this.#inputs = session.inputMetadata.map((input) => {
      const name = inputNames.find((known) => known === input.name);
      if (name === undefined) {
        throw invalidModel(
          `${plan.graph.path} of ${plan.modelId} wants the input ${input.name}`,
          `this backend runs encoders, whose inputs are ${inputNames.join(", ")}`,
        );
      }
      if (!input.isTensor || (input.type !== "int64" && input.type !== "int32")) {
        throw invalidModel(
          `${plan.graph.path} of ${plan.modelId} wants ${name} as ${input.isTensor ? input.type : "no tensor"}`,
          "export the model again with inputs of int64",
        );
      }
      return { name, memory: new IntegerMemory(input.type) };
    });
    if (!this.#inputs.some(({ name }) => name === "input_ids")) {
      throw invalidModel(
        `${plan.graph.path} of ${plan.modelId} has no input input_ids`,
        "this backend runs text encoders",
      );
    }
  }

  /** Pads rows on the right to `columns`. The tensors are views of memory that the next call fills again. */
  feeds({ ids, offsets }: TokenBatch, columns: number): Record<string, Tensor> {
    const rows = offsets.length - 1;
    const shape = [rows, columns];
    const { Tensor } = this.runtime;
    return Object.fromEntries(
      this.#inputs.map(({ name, memory }) => {
        const numbers = memory.ofLength(rows * columns);
        for (let row = 0; row < rows; row++) {
          const start = offsets[row] as number;
          const count = (offsets[row + 1] as number) - start;
          const at = row * columns;
          switch (name) {
            case "input_ids":
              for (let i = 0; i < count; i++) memory.set(at + i, ids[start + i] as number);
              for (let i = count; i < columns; i++) memory.set(at + i, this.plan.padId);
              break;
            case "attention_mask":
              // A row without tokens attends to its padding: over nothing, softmax would be 0 / 0.
              for (let i = 0; i < columns; i++) memory.set(at + i, i < Math.max(1, count) ? 1 : 0);
              break;
            case "position_ids":
              for (let i = 0; i < columns; i++) memory.set(at + i, this.plan.firstPosition + i);
              break;
            case "token_type_ids":
              break; // memory that was never written is all zeros
          }
        }
        return [
          name,
          numbers instanceof Int32Array
            ? new Tensor("int32", numbers, shape)
            : new Tensor("int64", numbers, shape),
        ];
      }),
    );
  }
}

/** Numbers from 0 to 2^31 - 1 for a tensor of int32 or int64. Grows, never shrinks. */
class IntegerMemory {
  #words = new Int32Array(0);
  /** 32-bit words a number. Of an int64 only the lower word is written: the upper one is 0. */
  readonly #stride: 1 | 2;

  constructor(type: "int32" | "int64") {
    this.#stride = type === "int32" ? 1 : 2;
  }

  ofLength(length: number): Int32Array | BigInt64Array {
    if (this.#words.length < length * this.#stride) {
      this.#words = new Int32Array(2 * length * this.#stride);
    }
    return this.#stride === 1
      ? this.#words.subarray(0, length)
      : new BigInt64Array(this.#words.buffer, 0, length);
  }

  set(index: number, value: number): void {
    this.#words[index * this.#stride] = value;
  }
}
