import { seriesStyle } from "@kokeshi/plots";
import { describe, expect, it } from "vitest";
import { xyPlot } from "./xy-plot.js";

describe("xyPlot", () => {
  it("draws greater values further up and to the right", () => {
    const points = [
      { x: 32, y: 0.5 },
      { x: 64, y: 0.6 },
      { x: 256, y: 0.65 },
    ];
    const plot = xyPlot([{ label: "one", style: seriesStyle(0), points }], {
      title: "A plot",
      description: "with a line",
      width: 600,
      xLabel: "Dimensions",
      yLabel: "Score",
      formatX: String,
      formatY: String,
      connect: true,
    }).text;
    const line = /points="([^"]+)"/.exec(plot)?.[1] ?? "";
    const [first = [], second = [], third = []] = line.split(" ").map((pair) => pair.split(",").map(Number));
    // Equal factors are equal steps: 64 to 256 is twice 32 to 64.
    expect((third[0] as number) - (second[0] as number)).toBeCloseTo(
      2 * ((second[0] as number) - (first[0] as number)),
      1,
    );
    expect(first[1]).toBeGreaterThan(second[1] as number);
    expect(second[1]).toBeGreaterThan(third[1] as number);
    expect(plot).toContain('role="img" aria-label="A plot. with a line"');
    expect(plot).toContain("<title>one, Dimensions 256: 0.65</title>");
  });
});
