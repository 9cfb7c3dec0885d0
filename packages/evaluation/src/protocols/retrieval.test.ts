import { describe, expect, it } from "vitest";
import { mean } from "../metrics/correlation.js";
import golden from "../metrics/fixtures/rankings.json" with { type: "json" };
import { scoreRetrieval } from "./retrieval.js";

const qrels = new Map(
  golden.cases.map((each, query) => [`q${query}`, new Map(Object.entries(each.qrels) as [string, number][])]),
);
const rankings = golden.cases.map(({ run }, query) => ({
  queryId: `q${query}`,
  documentIds: Object.keys(run),
  scores: Object.values(run) as number[],
}));
const goldenMean = (
  measure: "ndcg" | "averagePrecision" | "recall" | "precision" | "reciprocalRank" | "hit",
  k: number,
) => mean(Float64Array.from(golden.cases, (each) => each[measure][golden.cutoffs.indexOf(k)] as number));

describe("retrieval", () => {
  it("is the mean over queries of what each ranking is worth", () => {
    const { metrics, items } = scoreRetrieval(rankings, qrels);
    for (const k of golden.cutoffs) {
      expect(metrics[`ndcg_at_${k}`]).toBeCloseTo(goldenMean("ndcg", k), 12);
      expect(metrics[`map_at_${k}`]).toBeCloseTo(goldenMean("averagePrecision", k), 12);
      expect(metrics[`recall_at_${k}`]).toBeCloseTo(goldenMean("recall", k), 12);
      expect(metrics[`precision_at_${k}`]).toBeCloseTo(goldenMean("precision", k), 12);
      expect(metrics[`mrr_at_${k}`]).toBeCloseTo(goldenMean("reciprocalRank", k), 12);
      expect(metrics[`cv_recall_at_${k}`]).toBeCloseTo(goldenMean("hit", k), 12);
    }
    if (items.kind !== "mean") throw new Error(items.kind);
    expect(items.values).toHaveLength(qrels.size);
    expect(mean(items.values)).toBe(metrics["ndcg_at_10"]);
  });

  it("says what giving up the least sure queries would gain", () => {
    const judged = new Map(["a", "b", "c", "d"].map((id) => [id, new Map([["right", 1]])]));
    // Sure of a and b, which it gets right; nothing is found for d.
    const found = [
      { queryId: "a", documentIds: ["right", "wrong"], scores: [0.9, 0.1] },
      { queryId: "b", documentIds: ["right", "wrong"], scores: [0.8, 0.1] },
      { queryId: "c", documentIds: ["wrong", "right"], scores: [0.3, 0.2] },
    ];
    const { metrics } = scoreRetrieval(found, judged);
    for (const confidence of ["max", "std", "diff1"]) {
      expect(metrics[`nauc_ndcg_at_1_${confidence}`]).toBeCloseTo(1, 12);
      expect(metrics[`nauc_precision_at_10_${confidence}`]).toBeDefined();
      expect(metrics[`nauc_cv_recall_at_10_${confidence}`]).toBeUndefined();
    }
    const upsideDown = found.map((each) => ({ ...each, scores: each.scores.map((score) => 1 - score) }));
    expect(scoreRetrieval(upsideDown, judged).metrics["nauc_mrr_at_1_max"]).toBeLessThan(0);
    // Always right: there is nothing to gain.
    const same = scoreRetrieval(found.slice(0, 2), new Map([...judged].slice(0, 2))).metrics;
    expect(Object.keys(same).filter((name) => name.startsWith("nauc"))).toEqual([]);
  });

  it("counts a query without a ranking as 0, and leaves out queries without qrels", () => {
    const twoQueries = new Map([
      ["a", new Map([["d1", 1]])],
      ["b", new Map([["d2", 1]])],
    ]);
    const found = [
      { queryId: "a", documentIds: ["d1"], scores: [1] },
      { queryId: "other", documentIds: ["d1"], scores: [1] },
    ];
    const { items } = scoreRetrieval(found, twoQueries, { mainMetric: "recall_at_10" });
    expect(items).toEqual({ kind: "mean", values: Float64Array.of(1, 0) });
  });

  it("can leave out the query itself", () => {
    const own = new Map([["q", new Map([["d", 1]])]]);
    const found = [{ queryId: "q", documentIds: ["q", "d"], scores: [2, 1] }];
    expect(scoreRetrieval(found, own).metrics["mrr_at_10"]).toBe(0.5);
    expect(scoreRetrieval(found, own, { ignoreIdenticalIds: true }).metrics["mrr_at_10"]).toBe(1);
  });

  it("refuses rankings that contradict themselves", () => {
    const own = new Map([["q", new Map([["d", 1]])]]);
    const once = { queryId: "q", documentIds: ["d"], scores: [1] };
    expect(() => scoreRetrieval([once, once], own)).toThrow('two rankings for query "q"');
    expect(() => scoreRetrieval([{ ...once, documentIds: ["d", "d"], scores: [2, 1] }], own)).toThrow(
      'document "d" twice',
    );
    expect(() => scoreRetrieval([{ ...once, scores: [] }], own)).toThrow("1 documents and 0 scores");
    expect(() => scoreRetrieval([{ ...once, scores: [Number.NaN] }], own)).toThrow("is NaN");
    expect(() => scoreRetrieval([], new Map())).toThrow("no judged queries");
  });
});
