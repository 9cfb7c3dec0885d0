import { InvalidArgumentError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { padBatch } from "./padding.js";

const batch = { ids: Uint32Array.of(5, 6, 7, 8), starts: Uint32Array.of(0, 3, 3, 4), truncated: [] };

describe("padBatch", () => {
  it("fills rows on the right to the longest", () => {
    const { inputIds, attentionMask, rows, columns } = padBatch(batch, { padId: 1 });
    expect([rows, columns]).toEqual([3, 3]);
    expect(Array.from(inputIds)).toEqual([5, 6, 7, 1, 1, 1, 8, 1, 1]);
    expect(Array.from(attentionMask)).toEqual([1, 1, 1, 0, 0, 0, 1, 0, 0]);
  });

  it("fills on the left, to a given length", () => {
    const { inputIds, attentionMask } = padBatch(batch, { padId: 0, length: 4, side: "left" });
    expect(Array.from(inputIds)).toEqual([0, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 8]);
    expect(Array.from(attentionMask)).toEqual([0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it("keeps the types of pairs", () => {
    const pairs = { ...batch, typeIds: Uint32Array.of(0, 1, 1, 2) };
    const { tokenTypeIds } = padBatch(pairs, { padId: 9, side: "left" });
    expect(Array.from(tokenTypeIds)).toEqual([0, 1, 1, 0, 0, 0, 0, 0, 2]);
    expect(padBatch(batch, { padId: 9 }).tokenTypeIds).toBeUndefined();
  });

  it("does not cut", () => {
    expect(() => padBatch(batch, { padId: 0, length: 2 })).toThrow(InvalidArgumentError);
    expect(() => padBatch(batch, { padId: 0, length: 3.5 })).toThrow(InvalidArgumentError);
  });

  it("takes an empty batch", () => {
    const { inputIds, rows, columns } = padBatch(
      { ids: new Uint32Array(), starts: new Uint32Array(1), truncated: [] },
      { padId: 0 },
    );
    expect([inputIds.length, rows, columns]).toEqual([0, 0, 0]);
  });
});
