import { expect, it } from "vitest";
import type { LayerDescription } from "../quantize/dense-layers.js";
import { layerRoles } from "./layer-roles.js";

/** Layers named 0, 1, 2, … */
function layers(...sizes: readonly (readonly [number, number])[]): LayerDescription[] {
  return sizes.map(([inputs, outputs], index) => ({
    name: String(index),
    operator: "MatMul",
    inputs,
    outputs,
  }));
}

function roles(...sizes: readonly (readonly [number, number])[]): string[] {
  return layerRoles(layers(...sizes)).map(({ name, role, block }) => `${name} ${role} ${block ?? "-"}`);
}

it("knows BERT's four products of attention and two of the feed-forward network", () => {
  const block = [
    [32, 32],
    [32, 32],
    [32, 32],
    [32, 32],
    [32, 128],
    [128, 32],
  ] as const;
  expect(roles(...block, ...block)).toEqual(
    [0, 1].flatMap((index) => [
      `${6 * index} attention-projections ${index}`,
      `${6 * index + 1} attention-projections ${index}`,
      `${6 * index + 2} attention-projections ${index}`,
      `${6 * index + 3} attention-output ${index}`,
      `${6 * index + 4} feed-forward-first ${index}`,
      `${6 * index + 5} feed-forward-second ${index}`,
    ]),
  );
});

it("knows one projection for query, key and value, and a gated network (ModernBERT)", () => {
  expect(roles([768, 2304], [768, 768], [768, 2304], [1152, 768])).toEqual([
    "0 attention-projections 0",
    "1 attention-output 0",
    "2 feed-forward-first 0",
    "3 feed-forward-second 0",
  ]);
});

it("knows heads narrower than the model and two gates (T5)", () => {
  expect(
    roles([512, 384], [512, 384], [512, 384], [384, 512], [512, 1024], [512, 1024], [1024, 512]),
  ).toEqual(
    expect.arrayContaining(["3 attention-output 0", "4 feed-forward-first 0", "5 feed-forward-first 0"]),
  );
});

it("puts what stands before and behind the blocks aside", () => {
  expect(roles([16, 32], [32, 32], [32, 32], [32, 128], [128, 32], [32, 32])).toEqual([
    "0 other -",
    "1 attention-projections 0",
    "2 attention-output 0",
    "3 feed-forward-first 0",
    "4 feed-forward-second 0",
    "5 other -",
  ]);
  expect(roles([32, 32], [32, 64])).toEqual(["0 other -", "1 other -"]);
});
