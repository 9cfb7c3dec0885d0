import { InvalidArgumentError } from "@kokeshi/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bm25Index, type Bm25Options } from "./bm25-index.js";

const documents = [["a", "a", "b"], ["a", "c"], ["c", "c", "c", "d", "d", "d", "d"], []];

function indexOf(list: readonly (readonly string[])[], options?: Bm25Options): Bm25Index {
  const index = new Bm25Index(options);
  list.forEach((terms, document) => index.add(document, terms));
  return index;
}

function scoresOf(index: Bm25Index, query: readonly string[], count: number): number[] {
  return Array.from(index.score(query).of(Uint32Array.from({ length: count }, (_, document) => document)));
}

describe("Bm25Index", () => {
  it("scores as Lucene's formula, written out", () => {
    const index = indexOf(documents, { k1: 1.2, b: 0.75 });
    // Four documents of 3 terms on average; "a" is in two of them, "d" in one.
    const idf = (having: number) => Math.log(1 + (4 - having + 0.5) / (having + 0.5));
    const saturated = (times: number, length: number) => times / (times + 1.2 * (0.25 + (0.75 * length) / 3));
    const query = ["a", "d", "a", "unknown"];
    const scores = scoresOf(index, query, 5);
    expect(scores[0]).toBeCloseTo(2 * idf(2) * saturated(2, 3), 6);
    expect(scores[1]).toBeCloseTo(2 * idf(2) * saturated(1, 2), 6);
    expect(scores[2]).toBeCloseTo(idf(1) * saturated(4, 7), 6);
    expect(scores.slice(3)).toEqual([0, 0]);
    expect(index.score(query).bound).toBeCloseTo(2 * idf(2) + idf(1) + idf(0), 12);
  });

  it("finds only documents that share a term, best first", () => {
    const index = indexOf(documents);
    expect(Array.from(index.score(["a"]).nearest(10).rows)).toEqual([0, 1]);
    expect(Array.from(index.score(["c"]).nearest(1).rows)).toEqual([2]);
    expect(index.score(["unknown"]).nearest(10).rows).toHaveLength(0);
    expect(index.score([]).nearest(10).rows).toHaveLength(0);
    expect(new Bm25Index().score(["a"]).nearest(10).rows).toHaveLength(0);
  });

  it("counts more occurrences than 16 bits hold", () => {
    const index = indexOf([Array<string>(70_000).fill("a"), ["a"]], { b: 0 });
    const [often, once] = scoresOf(index, ["a"], 2) as [number, number];
    expect(often / once).toBeCloseTo(1.9, 4);
  });

  it("scores texts that are not in it as if they were", () => {
    const index = indexOf(documents);
    const { score, bound } = index.scorer(["a", "d", "a", "unknown"]);
    const own = scoresOf(index, ["a", "d", "a", "unknown"], 4);
    documents.forEach((terms, document) => expect(score(terms)).toBeCloseTo(own[document] as number, 6));
    expect(bound).toBeCloseTo(index.score(["a", "d", "a", "unknown"]).bound, 12);
    expect(new Bm25Index().scorer(["a"]).score(["a"])).toBeGreaterThan(0);
  });

  it("stays below the bound", () => {
    const index = indexOf([["a", "b"], ["c"]], { k1: 0 });
    const scores = index.score(["a", "b"]);
    expect(scores.of(Uint32Array.of(0))[0]).toBeLessThanOrEqual(scores.bound + 1e-6);
  });

  it("scores after any changes as an index of what is left", () => {
    const terms = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 6 });
    const change = fc.oneof(
      { weight: 3, arbitrary: fc.record({ add: terms, gap: fc.nat(2) }) },
      fc.record({ remove: fc.nat(30) }),
      fc.record({ query: terms }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), terms, (changes, query) => {
        const index = new Bm25Index();
        const left = new Map<number, string[]>();
        let next = 0;
        for (const step of changes) {
          if ("add" in step) {
            next += step.gap;
            index.add(next, step.add);
            left.set(next++, step.add);
          } else if ("remove" in step) {
            index.remove(step.remove, left.get(step.remove) ?? []);
            left.delete(step.remove);
          } else {
            index.score(step.query);
          }
        }
        const fresh = new Bm25Index();
        for (const [document, added] of left) fresh.add(document, added);
        expect(index.count).toBe(left.size);
        expect(scoresOf(index, query, next)).toEqual(scoresOf(fresh, query, next));
        expect(index.score(query).nearest(5)).toEqual(fresh.score(query).nearest(5));
        expect(index.score(query).bound).toBe(fresh.score(query).bound);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses numbers out of order and parameters that make no sense", () => {
    const index = new Bm25Index();
    index.add(3, ["a"]);
    for (const wrong of [3, 0, -1, 4.5, NaN])
      expect(() => index.add(wrong, [])).toThrow(InvalidArgumentError);
    expect(index.count).toBe(1);
    expect(() => new Bm25Index({ k1: -1 })).toThrow(/k1 is -1/);
    expect(() => new Bm25Index({ b: 2 })).toThrow(/b is 2/);
  });
});
