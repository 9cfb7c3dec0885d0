import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareRuns } from "../compare/compare-runs.js";
import type { LatencyRow } from "../latency/measure-latency.js";
import type { ResultRow } from "../scores.js";
import { smallResults } from "./fixtures/small-results.js";
import { htmlReport } from "./html-report.js";

const voidElements = new Set(["meta"]);

/** Every tag is closed in order, and nothing of the text is taken for a tag or an entity. */
function requireWellFormed(page: string): void {
  const open: string[] = [];
  const body = page.replace(/^<!doctype html>\n/, "").replace(/<style>[^<]*<\/style>/, "");
  const tag = /<(\/?)([a-z1-6]+)((?: [a-zA-Z0-9-]+(?:="[^"<>]*")?)*)(\/?)>/g;
  const text = body.replace(
    tag,
    (_, close: string, name: string, attributes: string, selfClosing: string) => {
      if (close) expect(open.pop()).toBe(name);
      else if (!selfClosing && !voidElements.has(name)) open.push(name);
      expect(attributes).not.toMatch(/&(?!#\d+;)/);
      return "";
    },
  );
  expect(open).toEqual([]);
  expect(text).not.toMatch(/[<>]|&(?!#\d+;)/);
}

const latency: LatencyRow[] = ["@kokeshi/model-en-ja@0.1.0", "acme/encoder@abc"].map((model, index) => ({
  model,
  tokens: 32,
  meanTokens: 31.8,
  batchSize: 32,
  calls: 100,
  p50: 1 + index * 20,
  p90: 2 + index * 20,
  p99: 3 + index * 20,
  textsPerSecond: 32_000 / (1 + index * 20),
  tokensPerSecond: 1_000_000 / (1 + index * 20),
  processors: 1,
  residentBytes: 1e8,
  heapBytes: 1e7,
}));

describe("htmlReport", () => {
  const page = htmlReport(smallResults(), {
    title: "Which model?",
    latency,
    similarity: {
      texts: ["a", "b"],
      similarity: [
        [1, 0.5],
        [0.5, 1],
      ],
      title: "model",
    },
  });

  it("is one page that asks for nothing", () => {
    requireWellFormed(page);
    expect(page).toContain("<title>Which model?</title>");
    expect(page).toContain(`default-src 'none'`);
    expect(page).not.toMatch(/<script|<link|<img|url\(|\bsrc=|\bhref=|@import/);
  });

  it("draws every score, and says it in the table as well", () => {
    // Three tasks by two models, BM25 and hybrid on one of them.
    const narrowPlot = page.split('class="narrow"')[1] ?? "";
    const figure = narrowPlot.slice(0, narrowPlot.indexOf("</svg>"));
    expect(figure.match(/<path/g)).toHaveLength(8);
    expect(figure).toContain("<title>SciFact, BM25: 66.0 (ndcg_at_10)</title>");
    expect(page).toContain(
      '<th scope="row">SciFact</th><td class="text metric">ndcg_at_10</td><td>55.0</td>',
    );
    expect(page).toContain('<td class="best">70.0</td>');
  });

  it("has its plots and what failed", () => {
    for (const heading of [
      "Scores by task",
      "Score against dimensions, float32",
      "Mean score against dimensions, by precision",
      "Score against speed: 32 tokens a text, 32 texts a call",
      "Similarity",
      "Failed",
    ])
      expect(page).toContain(`>${heading}</h`);
    expect(page).toContain("corpus.jsonl line 3 is not JSON");
  });

  it("shows a comparison", () => {
    const values = Float64Array.from({ length: 50 }, (_, query) => (query % 5) / 5);
    const scored = (precision: string, gain: number) => {
      const row: ResultRow = {
        ...(smallResults().results[0] as ResultRow),
        precision,
        mainScore: 0.4 + gain,
      };
      return { row, items: { kind: "mean" as const, values: values.map((value) => value + gain) } };
    };
    const comparison = compareRuns([scored("float32", 0)], [scored("int8", -0.1)], { resamples: 200 });
    const compared = htmlReport(smallResults(), { comparison });
    requireWellFormed(compared);
    expect(compared).toContain("float32 → int8");
    expect(compared).toContain('<td class="best">−10.00</td><td>−10.00 to −10.00</td>');
  });

  it("is well-formed, and only text, whatever models, tasks and errors are called", () => {
    const [row] = smallResults().results as [ResultRow];
    const name = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("</title><script>", '"onload="', "&amp;", "valueOf", "__proto__"),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { minLength: 1, maxLength: 3 }), name, (names, title) => {
        const results = names.map(([task, model]) => ({ ...row, task, model, type: task, precision: model }));
        const failures = names.map(([error]) => ({ ...row, error }));
        const drawn = htmlReport({ results, failures }, { title });
        requireWellFormed(drawn);
        expect(drawn).not.toContain("<script");
      }),
      { numRuns: 25 },
    );
  });

  it("says so where there is nothing to show", () => {
    const empty = htmlReport({ results: [], failures: [] });
    requireWellFormed(empty);
    expect(empty).toContain("No model on 0 tasks");
  });
});
