import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatherBatch } from "./gather-batch.js";
import { planBatches } from "./plan-batches.js";

const lengthsOfTexts = fc
  .array(fc.integer({ min: 0, max: 600 }), { maxLength: 300 })
  .map((lengths) => Uint32Array.from(lengths));
const budgets = fc.integer({ min: 1, max: 4096 });

function paddedTokens(lengths: Uint32Array, batch: Uint32Array): number {
  return batch.length * batch.reduce((longest, text) => Math.max(longest, lengths[text] as number), 0);
}

describe("planBatches", () => {
  it("has every text in one batch, once", () => {
    fc.assert(
      fc.property(lengthsOfTexts, budgets, (lengths, tokenBudget) => {
        const texts = planBatches(lengths, { tokenBudget }).flatMap((batch) => Array.from(batch));
        expect(texts.sort((a, b) => a - b)).toEqual(Array.from(lengths.keys()));
      }),
    );
  });

  it("keeps every batch of several texts within the budget, padding included", () => {
    fc.assert(
      fc.property(lengthsOfTexts, budgets, (lengths, tokenBudget) => {
        for (const batch of planBatches(lengths, { tokenBudget })) {
          expect(batch.length).toBeGreaterThan(0);
          if (batch.length > 1) expect(paddedTokens(lengths, batch)).toBeLessThanOrEqual(tokenBudget);
        }
      }),
    );
  });

  it("goes from the longest text to the shortest", () => {
    fc.assert(
      fc.property(lengthsOfTexts, budgets, (lengths, tokenBudget) => {
        const inOrder = planBatches(lengths, { tokenBudget }).flatMap((batch) =>
          Array.from(batch, (text) => lengths[text]),
        );
        expect(inOrder).toEqual(Array.from(lengths).sort((a, b) => b - a));
      }),
    );
  });

  it("finds the cheapest of all ways to cut a small call", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 130 }), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 300 }),
        (list, tokenBudget) => {
          const lengths = Uint32Array.from(list);
          const plan = planBatches(lengths, { tokenBudget });
          const cost = plan.reduce((sum, batch) => sum + 16 + paddedTokens(lengths, batch), 0);
          expect(cost).toBe(
            cheapest(
              list.toSorted((a, b) => b - a),
              tokenBudget,
            ),
          );
        },
      ),
    );
  });

  it("pads less than a tenth where batches of 32 in the order of the texts are two thirds padding", () => {
    // Lengths as texts have them: most short, a few long.
    const lengths = Uint32Array.from(
      { length: 320 },
      (_, text) => 8 + Math.floor(248 * (((text * 617) % 320) / 320) ** 3),
    );
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    const naive = Array.from({ length: 10 }, (_, batch) =>
      Uint32Array.from({ length: 32 }, (_, row) => batch * 32 + row),
    );
    const padded = (batches: Uint32Array[]) =>
      batches.reduce((sum, batch) => sum + paddedTokens(lengths, batch), 0);
    expect(1 - tokens / padded(naive)).toBeGreaterThan(0.66);
    expect(1 - tokens / padded(planBatches(lengths, { tokenBudget: 512 }))).toBeLessThan(0.1);
  });

  it("puts every text alone with a budget of one token", () => {
    expect(planBatches(Uint32Array.of(3, 9, 3), { tokenBudget: 1 })).toEqual(
      [1, 0, 2].map((text) => Uint32Array.of(text)),
    );
  });

  it("cuts a call of a few hundred tokens into parts for several workers", () => {
    const lengths = new Uint32Array(40).fill(10);
    expect(planBatches(lengths, { tokenBudget: 512 }).length).toBe(4);
  });

  it("ends with small batches, for workers to come to the end together", () => {
    const sizes = planBatches(new Uint32Array(2000).fill(16), { tokenBudget: 512 }).map(
      (batch) => batch.length * 16,
    );
    expect(Math.max(...sizes)).toBe(512);
    expect(Math.max(...sizes.slice(-8))).toBe(128);
  });

  it("plans nothing for no texts", () => {
    expect(planBatches(new Uint32Array(0), { tokenBudget: 512 })).toEqual([]);
  });
});

/** By trying every way to cut the list into batches of at most an eighth of what is left, or 128 tokens. */
function cheapest(lengths: readonly number[], tokenBudget: number): number {
  if (lengths.length === 0) return 0;
  const left = lengths.reduce((sum, length) => sum + length, 0);
  const budget = Math.min(tokenBudget, Math.max(128, Math.ceil(left / 8)));
  const longest = lengths[0] as number;
  let least = Infinity;
  for (let rows = 1; rows <= lengths.length; rows++) {
    if (rows > 1 && rows * longest > budget) break;
    least = Math.min(least, 16 + rows * longest + cheapest(lengths.slice(rows), tokenBudget));
  }
  return least;
}

describe("gatherBatch", () => {
  it("copies the texts that are asked for, in that order", () => {
    const tokens = { ids: Int32Array.of(9, 1, 2, 3, 4, 5, 6), offsets: Uint32Array.of(1, 3, 3, 7) };
    const batch = gatherBatch(tokens, Uint32Array.of(2, 1, 0));
    expect(batch).toEqual({ ids: Int32Array.of(3, 4, 5, 6, 1, 2), offsets: Uint32Array.of(0, 4, 4, 6) });
    expect(batch.ids.buffer).not.toBe(tokens.ids.buffer);
  });
});
