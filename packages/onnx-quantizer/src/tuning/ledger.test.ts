import { describe, expect, it } from "vitest";
import { finished, ledgerOf } from "./fixtures/trials.js";
import { ledgerPlot } from "./ledger-plot.js";
import { ledgerTable } from "./ledger-table.js";
import type { FailedTrial } from "./trial.js";

const { stage, recipe, keepFloat, seconds } = finished(2);
const failed: FailedTrial = {
  number: 2,
  stage,
  name: "mse",
  recipe,
  keepFloat,
  seconds,
  error: "a | in <b>",
};
const fallback = finished(3, {
  stage: "accumulated-layers",
  name: "min-max, 2 layers in float32",
  relativeLoss: 0.005,
  speedup: 2.1,
  bytes: 1500,
  floatLayers: 2,
  quantizedLayers: 10,
});
const ledger = ledgerOf([finished(1), failed, fallback], 3, {
  sensitivities: {
    recipe: "min-max",
    layers: [{ name: "/layer.0/a_b", role: "feed-forward-second", block: 0, gain: 0.0123 }],
  },
});

describe("ledgerTable", () => {
  it("says what was asked, what was kept, and what came of every trial", () => {
    const table = ledgerTable(ledger);
    expect(table).toContain("cosine\\_spearman of STS; float32 has 1.0000");
    expect(table).toContain("Goal: at most 1.00 % of it lost. Met.");
    expect(table).toContain(
      "Kept: trial 3, min-max, 2 layers in float32: loss 0.50 %, 2.10 times as fast, 37.50 % of the bytes",
    );
    const rows = table.split("\n").filter((line) => /^\| (?:\*\*)?\d/.test(line));
    expect(rows[0]).toBe("| 1 | trial 1 | 0.9800 | 2.00 % |  | 0.99000 | 2.50x | 0.0 | 25.00 % | 0 of 12 |");
    expect(rows[1]).toContain("| 2 | mse: failed, a \\| in \\<b\\> |");
    expect(rows[2]).toContain("| **3** | min-max, 2 layers in float32 | 0.9950 | 0.50 % | • |");
    const cells = rows.map((row) => row.replaceAll("\\|", "").split("|").length);
    expect(new Set(cells)).toEqual(new Set([12]));
    expect(table).toContain("| /layer.0/a\\_b | feed-forward-second | 0 | 1.23e-2 |");
  });

  it("has a column for each of several scores", () => {
    const scores = { STS: 0.8, JSTS: 0.7 };
    const two = ledgerOf([finished(1, { scores })], 1, { objective: { name: "two", floatScores: scores } });
    expect(ledgerTable(two)).toContain("| trial | model | STS | JSTS | loss |");
    expect(ledgerTable(two)).toContain("| **1** | trial 1 | 0.8000 | 0.7000 | 2.00 % |");
    expect(ledgerTable(two)).toContain("at most 1.00 % of each lost");
  });

  it("does not round a small loss to nothing", () => {
    const table = ledgerTable(ledgerOf([finished(1, { relativeLoss: 0.0000206 })], 1));
    expect(table).toContain("loss 0.0021 %");
  });

  it("says that the goal was missed", () => {
    expect(ledgerTable(ledgerOf([finished(1)], 1))).toContain("**Not met**");
  });
});

describe("ledgerPlot", () => {
  it("has a point a finished trial in both panels, and a ring around the one that was kept", () => {
    const plot = ledgerPlot(ledger);
    expect(plot.match(/<title>/g)).toHaveLength(4);
    expect(plot.match(/class="ring"/g)).toHaveLength(2);
    expect(plot).toContain("several layers");
    expect(plot).not.toContain("a block");
    expect(plot).not.toContain("NaN");
  });

  it("is well formed whatever trials are called, and for one trial without loss", () => {
    const plot = ledgerPlot(
      ledgerOf([finished(1, { name: `<a & "b'>\u0007`, relativeLoss: 0 })], 1, { maxRelativeLoss: 0 }),
    );
    expect(plot).not.toMatch(/NaN|Infinity|<a/);
    expect(plot).toContain("&#60;a &#38; &#34;b&#39;&#62;");
    const opened = plot.match(/<(?:g|text|circle|title|svg)\b/g)?.length;
    expect(plot.match(/<\/(?:g|text|circle|title|svg)>|<circle[^>]*\/>/g)?.length).toBe(opened);
  });
});
