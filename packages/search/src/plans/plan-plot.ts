import {
  axes,
  baselineStyle,
  element,
  legendRow,
  linearScale,
  linearTicks,
  logarithmicScale,
  mark,
  moved,
  picture,
  placeLabels,
  powersOfTwo,
  seriesStyle,
  type Markup,
  type SeriesStyle,
} from "@kokeshi/plots";
import type { PlanReport, PlanResult } from "./measure-plans.js";
import { planName, type SearchPlan } from "./search-plan.js";

interface Measure {
  title: string;
  valueOf: (result: PlanResult) => number;
  /** Is more of it better? */
  isGood: boolean;
}

const width = 500;
const height = 360;
const field = { left: 56, right: width - 24, top: 34, bottom: height - 52 };
const legendHeight = 30;

const styles = { float32: seriesStyle(0), int8: seriesStyle(2), binary: seriesStyle(1) };

/**
 * The report as an SVG picture: recall, and nDCG where there are judgements, over bytes a vector and over queries a
 * second. Lines join the plans that no other betters in both; these have their names.
 */
export function planPlot(report: PlanReport): string {
  const qualities: Measure[] = [
    { title: `recall@${report.topK}, %`, valueOf: ({ recall }) => 100 * recall, isGood: true },
    ...(report.exact.ndcg === undefined
      ? []
      : [
          {
            title: `nDCG@${report.topK}, %`,
            valueOf: ({ ndcg = 0 }: PlanResult) => 100 * ndcg,
            isGood: true,
          },
        ]),
  ];
  const costs: Measure[] = [
    { title: "bytes a vector in memory", valueOf: ({ bytes }) => bytes, isGood: false },
    { title: "queries a second", valueOf: (result) => result.queriesPerSecond, isGood: true },
  ];
  const { documents, queries } = report;
  return picture(
    {
      width: width * costs.length,
      height: height * qualities.length + legendHeight,
      label: `Plans to search ${documents.toLocaleString("en")} documents, ${queries.toLocaleString("en")} queries`,
    },
    moved(field.left, 18, legend()),
    qualities.flatMap((quality, row) =>
      costs.map((cost, column) =>
        moved(column * width, row * height + legendHeight, panel(report.results, cost, quality)),
      ),
    ),
  );
}

function legend(): Markup[] {
  const grey = { ...baselineStyle(0), shape: "circle" } as const;
  return legendRow([
    ...Object.entries(styles).map(([label, style]) => ({ label, style })),
    { label: "without rescoring", style: grey },
    { label: "with rescoring", style: { ...grey, isHollow: true } },
  ]);
}

function styleOf({ precision, rescoring }: SearchPlan): SeriesStyle {
  return { ...styles[precision], isHollow: rescoring !== undefined };
}

function panel(results: readonly PlanResult[], cost: Measure, quality: Measure): (Markup | Markup[])[] {
  const costValues = results.map(cost.valueOf);
  const qualityValues = results.map(quality.valueOf);
  const xTicks = powersOfTwo(Math.min(...costValues), Math.max(...costValues));
  const yTicks = linearTicks(Math.min(...qualityValues), Math.max(...qualityValues), 6);
  const toX = logarithmicScale(xTicks, field.left + 8, field.right);
  const toY = linearScale(yTicks, field.bottom, field.top);
  const front = frontOf(results, cost, quality);
  const points = results.map((result) => ({
    result,
    x: toX(cost.valueOf(result)),
    y: toY(quality.valueOf(result)),
    text: front.includes(result) ? planName(result.plan) : undefined,
  }));
  const onFront = points.filter(({ text }) => text !== undefined).sort((a, b) => a.x - b.x);
  return [
    axes(
      { title: cost.title, ticks: xTicks, place: toX, format: (tick) => tick.toLocaleString("en") },
      { title: quality.title, ticks: yTicks, place: toY, format: String },
      field,
    ),
    element("polyline", {
      class: "guide",
      points: onFront.map(({ x, y }) => `${round(x)},${round(y)}`).join(" "),
    }),
    points.map(({ result, x, y }) => {
      const measured = `${quality.valueOf(result).toFixed(1)}, ${Math.round(cost.valueOf(result))} ${cost.title}`;
      return mark(styleOf(result.plan), x, y, 9, `${planName(result.plan)}: ${measured}`);
    }),
    placeLabels(points, { ...field, right: width }).map(({ text, x, y, anchor }) =>
      element("text", { class: "point-label", x, y, "text-anchor": anchor }, text),
    ),
  ];
}

/** Results of which none is better in both, from the cheapest on. */
function frontOf(results: readonly PlanResult[], cost: Measure, quality: Measure): PlanResult[] {
  const sign = cost.isGood ? -1 : 1;
  const front: PlanResult[] = [];
  const sorted = [...results].sort(
    (a, b) => sign * (cost.valueOf(a) - cost.valueOf(b)) || quality.valueOf(b) - quality.valueOf(a),
  );
  for (const result of sorted) {
    const last = front.at(-1);
    if (last === undefined || quality.valueOf(result) > quality.valueOf(last)) front.push(result);
  }
  return front;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
