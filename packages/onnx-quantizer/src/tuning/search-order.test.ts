import { describe, expect, it } from "vitest";
import { finished } from "./fixtures/trials.js";
import { layerRoles, type PlacedLayer } from "./layer-roles.js";
import { recipesOf } from "./recipe.js";
import { growingCounts, type LayerSensitivity, searchOrder } from "./search-order.js";
import type { Proposal, Trial } from "./trial.js";

const block = [
  [32, 32],
  [32, 32],
  [32, 32],
  [32, 32],
  [32, 128],
  [128, 32],
] as const;
const layers = layerRoles(
  [...block, ...block].map(([inputs, outputs], index) => ({
    name: `/layer.${Math.floor(index / 6)}/${"qkvo12"[index % 6]}`,
    operator: "MatMul",
    inputs,
    outputs,
  })),
);

/** The second products lose most, and more in the second block. */
function gainOf({ role, block }: PlacedLayer): number {
  return (role === "feed-forward-second" ? 0.01 : 0.001) * (1 + (block ?? 0));
}

/** Follows a search to its end; `judge` says what comes of a proposal. */
async function follow(
  trials: number,
  judge: (proposal: Proposal, number: number) => Trial,
  measured: string[] = [],
): Promise<Proposal[]> {
  const order = searchOrder({
    recipes: recipesOf("static"),
    layers,
    trials,
    measureSensitivities: async (best): Promise<LayerSensitivity[]> => {
      measured.push(best.name);
      return layers.map((layer) => ({ ...layer, gain: gainOf(layer) }));
    },
  });
  const proposals: Proposal[] = [];
  for (let next = await order.next(); next.done !== true;) {
    proposals.push(next.value);
    next = await order.next(judge(next.value, proposals.length));
  }
  return proposals;
}

const failed = (proposal: Proposal, number: number): Trial => ({
  ...proposal,
  number,
  error: "no",
  seconds: 0,
});

describe("searchOrder", () => {
  it("tries recipes, kinds, blocks, single layers and layers together, with the best recipe", async () => {
    const measured: string[] = [];
    const proposals = await follow(
      40,
      (proposal, number) =>
        finished(number, { ...proposal, relativeLoss: proposal.name === "entropy" ? 0.1 : 0.2 }),
      measured,
    );
    expect(measured).toEqual(["entropy"]);
    const names = (stage: Proposal["stage"]): string[] =>
      proposals.filter((proposal) => proposal.stage === stage).map(({ name }) => name);
    expect(names("recipes")).toHaveLength(16);
    expect(new Set(names("recipes")).size).toBe(16);
    expect(names("recipes").slice(0, 5)).toEqual([
      "min-max",
      "min-max + SmoothQuant + bias correction",
      "min-max + bias correction",
      "min-max + SmoothQuant",
      "percentile",
    ]);
    expect(names("operator-types")).toEqual([
      "entropy, second products of feed-forward in float32",
      "entropy, attention projections in float32",
      "entropy, attention outputs in float32",
      "entropy, first products of feed-forward in float32",
    ]);
    expect(names("blocks")).toEqual(["entropy, block 1 in float32", "entropy, block 0 in float32"]);
    expect(names("single-layers")[0]).toBe("entropy, /layer.1/2 in float32");
    const together = proposals.filter(({ stage }) => stage === "accumulated-layers");
    // The two most sensitive are the second products, which were tried as a kind.
    expect(together.map(({ keepFloat }) => keepFloat.length)).toEqual([3, 4, 5, 6, 7, 8, 9, 11, 12]);
    expect(together[0]?.keepFloat.slice(0, 2)).toEqual(["/layer.1/2", "/layer.0/2"]);
    const sets = proposals.slice(16).map(({ keepFloat }) => [...keepFloat].sort().join());
    expect(new Set(sets).size).toBe(sets.length);
  });

  it("stays within the trials, and gives fallbacks their share", async () => {
    for (let trials = 1; trials <= 60; trials++) {
      const proposals = await follow(trials, (proposal, number) => finished(number, proposal));
      expect(proposals.length).toBeLessThanOrEqual(trials);
      if (trials >= 3) expect(proposals.at(-1)?.stage).toBe("accumulated-layers");
    }
  });

  it("ends where every recipe failed", async () => {
    expect((await follow(40, failed)).every(({ stage }) => stage === "recipes")).toBe(true);
  });

  it("goes on where some did", async () => {
    const proposals = await follow(40, (proposal, number) =>
      number % 2 === 0 ? failed(proposal, number) : finished(number, proposal),
    );
    expect(proposals.length).toBeGreaterThan(25);
  });
});

it("grows counts evenly from two to all", () => {
  expect(growingCounts(72, 7)).toEqual([2, 4, 7, 12, 22, 40, 72]);
  expect(growingCounts(72, 1)).toEqual([12]);
  expect(growingCounts(3, 10)).toEqual([2, 3]);
  expect(growingCounts(1, 4)).toEqual([1]);
  expect(growingCounts(5, 0)).toEqual([]);
});
