import { expect, it } from "vitest";
import type { Activation } from "../encoder/encoder-plan.js";
import { Layers } from "./layers.js";

function apply(layers: Layers, vector: number[]): number[] {
  layers.input.set(vector);
  const out = new Float32Array(layers.outputs + 1);
  layers.apply(out, 1);
  return [...out.subarray(1)];
}

// torch.nn.functional at -1 and 0.5, in float32.
it.each<[Activation, number, number]>([
  ["identity", -1, 0.5],
  ["tanh", -0.7615942, 0.46211717],
  ["relu", 0, 0.5],
  ["gelu", -0.15865526, 0.34573123],
  ["sigmoid", 0.26894143, 0.62245935],
  ["silu", -0.26894143, 0.31122968],
])("%s is torch's", (activation, below, above) => {
  const identity = Float32Array.of(1, 0, 0, 1);
  const dense = {
    type: "dense",
    inputs: 2,
    outputs: 2,
    weight: identity,
    bias: undefined,
    activation,
  } as const;
  const result = apply(new Layers([dense], 2), [-1, 0.5]);
  expect(result[0]).toBeCloseTo(below, 6);
  expect(result[1]).toBeCloseTo(above, 6);
});

it("widens, narrows and normalises", () => {
  const widen = {
    type: "dense",
    inputs: 1,
    outputs: 3,
    weight: Float32Array.of(1, 2, 2),
    bias: Float32Array.of(2, 0, 0),
    activation: "identity",
  } as const;
  const narrow = {
    type: "dense",
    inputs: 3,
    outputs: 2,
    weight: Float32Array.of(1, 0, 0, 0, 1, 1),
    bias: undefined,
    activation: "identity",
  } as const;
  expect(apply(new Layers([widen, narrow, { type: "normalize" }], 1), [1])).toEqual(
    [3 / 5, 4 / 5].map(Math.fround),
  );
  expect(apply(new Layers([{ type: "normalize" }], 2), [0, 0])).toEqual([0, 0]);
});
