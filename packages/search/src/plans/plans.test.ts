import { Embeddings } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { ids, normalVectors } from "../fixtures/random-vectors.js";
import { measurePlans, type PlanReport, type PlanResult } from "./measure-plans.js";
import { ndcg } from "./ndcg.js";
import { planPlot } from "./plan-plot.js";
import { planTable, recommendation } from "./plan-table.js";
import { paretoFront, recommendPlan } from "./recommend-plan.js";
import { planName, searchPlans } from "./search-plan.js";

/** Dimensions matter less and less, as in vectors of Matryoshka models. */
const matrix = (rows: number, seed: number) =>
  normalVectors(rows, 64, seed, (dimension) => 0.96 ** dimension);
const documents = { ids: ids(500), vectors: matrix(500, 1) };
const queries = { ids: ids(20, "query "), vectors: matrix(20, 2) };

describe("ndcg", () => {
  it("is trec_eval's ndcg_cut", () => {
    const grades = new Map([
      ["a", 3],
      ["b", 2],
      ["c", 1],
      ["d", 0],
    ]);
    // (2 + 3 / log2(3)) / (3 + 2 / log2(3) + 1 / 2)
    expect(ndcg(["b", "a", "x"], grades, 3)).toBeCloseTo(0.8175, 4);
    expect(ndcg(["a", "b", "c"], grades, 3)).toBe(1);
    expect(ndcg(["x", "a"], grades, 1)).toBe(0);
    expect(ndcg(["a"], new Map(), 10)).toBe(0);
  });
});

describe("searchPlans", () => {
  it("leaves out finer codes that know no more than the scan", () => {
    expect(searchPlans(64, { multipliers: [4] }).map(planName)).toEqual([
      "64 float32",
      "64 int8",
      "64 binary",
      "64 binary + int8 x4",
      "32 float32",
      "32 float32 + int8 x4",
      "32 int8",
      "32 int8 + int8 x4",
      "32 binary",
      "32 binary + int8 x4",
    ]);
  });
});

describe("measurePlans", () => {
  it("measures each plan against exact search", async () => {
    const judgements = new Map(
      queries.ids.map((id, row) => [id, new Map([[documents.ids[row] as string, 1]])] as const),
    );
    // Each query is near the document that answers it.
    const vectors = Embeddings.zeros(20, 64);
    vectors.data.forEach((_, index) => {
      vectors.data[index] =
        (documents.vectors.data[index] as number) + 0.2 * (queries.vectors.data[index] as number);
    });
    const done: number[] = [];
    const report = await measurePlans(
      documents,
      { ids: queries.ids, vectors },
      { judgements, onProgress: (progress) => done.push(progress.done) },
    );
    expect(report).toMatchObject({ documents: 500, queries: 20, dimensions: 64, topK: 10 });
    expect(done).toEqual(report.results.map((_, index) => index + 1));
    const of = (name: string): PlanResult =>
      report.results.find(({ plan }) => planName(plan) === name) as PlanResult;
    expect(report.exact).toMatchObject({ recall: 1, ndcg: 1, bytes: 256, finerBytes: 0 });
    expect(of("64 int8").recall).toBeGreaterThan(0.95);
    expect(of("64 binary + int8 x10")).toMatchObject({ bytes: 8, finerBytes: 64 });
    expect(of("64 binary + int8 x10").recall).toBeGreaterThan(of("64 binary").recall);
    expect(of("32 float32").recall).toBeLessThan(of("32 float32 + int8 x4").recall);
    for (const { queriesPerSecond } of report.results) expect(queriesPerSecond).toBeGreaterThan(0);
  });

  it("refuses what does not fit", async () => {
    await expect(measurePlans({ ...documents, ids: ids(3) }, queries)).rejects.toThrow(
      "500 documents have 3 ids",
    );
    const none = { ids: [], vectors: Embeddings.zeros(0, 64) };
    await expect(measurePlans(documents, none)).rejects.toThrow("there are no queries");
    const other = { ids: ["a"], vectors: Embeddings.zeros(1, 32) };
    await expect(measurePlans(documents, other)).rejects.toThrow("the queries have 32 dimensions");
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(measurePlans(documents, queries, { signal })).rejects.toThrow("enough");
  });
});

function report(withNdcg: boolean): PlanReport {
  const result = (
    plan: PlanResult["plan"],
    [bytes, recall, share, queriesPerSecond]: readonly [number, number, number, number],
  ): PlanResult => ({
    plan,
    bytes,
    finerBytes: plan.rescoring === undefined ? 0 : 256,
    recall,
    ndcg: withNdcg ? share / 2 : undefined,
    queriesPerSecond,
  });
  const bits = { dimensions: 256, precision: "binary" } as const;
  const results = [
    result({ dimensions: 256, precision: "float32" }, [1024, 1, 1, 100]),
    result({ dimensions: 256, precision: "int8" }, [256, 0.99, 1, 300]),
    result(bits, [32, 0.5, 0.85, 1500]),
    result({ ...bits, rescoring: "int8", multiplier: 4 }, [32, 0.8, 0.97, 1000]),
    result({ ...bits, rescoring: "int8", multiplier: 10 }, [32, 0.95, 0.96, 800]),
    result({ dimensions: 64, precision: "int8" }, [64, 0.4, 0.7, 900]),
  ];
  return {
    documents: 1000,
    queries: 10,
    dimensions: 256,
    topK: 10,
    exact: results[0] as PlanResult,
    results,
  };
}

describe("recommendPlan", () => {
  const named = (withNdcg: boolean, bounds: Parameters<typeof recommendPlan>[1]) => {
    const chosen = recommendPlan(report(withNdcg), bounds);
    return chosen && planName(chosen.plan);
  };

  it("takes the best within bytes, and the smallest that is good enough, the faster one of two", () => {
    expect(named(false, { maxBytes: 64 })).toBe("256 binary + int8 x10");
    expect(named(true, { maxBytes: 64 })).toBe("256 binary + int8 x4");
    expect(named(false, { minRecall: 0.98 })).toBe("256 int8");
    expect(named(true, { minNdcg: 0.95 })).toBe("256 binary + int8 x4");
    expect(named(true, { minNdcg: 0.8 })).toBe("256 binary");
    expect(named(true, { maxBytes: 16 })).toBeUndefined();
    expect(recommendation(report(false), { maxBytes: 16, minRecall: 0.9 })).toBe(
      "No plan has at most 16 bytes a vector in memory and a recall@10 of at least 90.0 %.",
    );
  });

  it("asks for what it needs", () => {
    expect(() => recommendPlan(report(false), { minNdcg: 0.9 })).toThrow("there are no judgements");
    expect(() => recommendPlan(report(false), {})).toThrow("no bound is given");
  });

  it("knows which plans no other betters", () => {
    expect(paretoFront(report(false)).map(({ plan }) => planName(plan))).toEqual([
      "256 binary + int8 x10",
      "256 int8",
      "256 float32",
    ]);
  });
});

describe("the report", () => {
  it("is a table with every plan", () => {
    const lines = planTable(report(true), { maxBytes: 64 }).split("\n");
    expect(lines[0]).toBe("1,000 documents, 10 queries, 256 dimensions.");
    expect(lines).toContain("| 256 binary + int8 x4 | 32 | 256 | 80.0 % | 0.4850 | 97.0 % | 1,000 | • |");
    expect(lines.at(-2)).toBe(
      "For at most 64 bytes a vector in memory: **256 binary + int8 x4**, 32 bytes a vector in memory, " +
        "recall@10 80.0 %, 97.0 % of the nDCG@10 of float32.",
    );
    expect(planTable(report(false))).not.toContain("nDCG");
  });

  it.each([
    [false, 2],
    [true, 4],
  ])("is a picture (nDCG: %s) of %i fields with a point for each plan", (withNdcg, fields) => {
    const svg = planPlot(report(withNdcg));
    expect(svg.match(/<title>/g)).toHaveLength(6 * fields);
    expect(svg.match(/<polyline/g)).toHaveLength(fields);
    expect(svg).toContain(">256 binary + int8 x10</text>");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
