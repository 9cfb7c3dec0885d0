import {
  baselineStyle,
  element,
  heatMap,
  Markup,
  seriesStyle,
  type Child,
  type SeriesStyle,
} from "@kokeshi/plots";
import type { RunComparison } from "../compare/compare-runs.js";
import type { LatencyRow } from "../latency/measure-latency.js";
import type { EvaluationResults } from "../scores.js";
import { modelLabels } from "./configuration.js";
import { style } from "./html-style.js";
import {
  comparedPairs,
  comparisonTableHtml,
  configurationTableHtml,
  failureListHtml,
  latencyTablesHtml,
  scoreTableHtml,
} from "./html-tables.js";
import { points, quantity } from "./numbers.js";
import { legend } from "./plots/legend.js";
import { scoresByTask } from "./plots/scores-by-task.js";
import { xyPlot, type XyPlotOptions, type XySeries } from "./plots/xy-plot.js";
import { reportTables, type ModelTables, type ReportTables } from "./report-tables.js";
import type { ScoreTable } from "./score-table.js";
import { typeLabel } from "./task-types.js";

export interface HtmlReportOptions {
  /** Default: "Evaluation". */
  readonly title?: string;
  readonly latency?: readonly LatencyRow[];
  readonly comparison?: RunComparison;
  /** A matrix of cosines of some texts, to look at. */
  readonly similarity?: {
    readonly texts: readonly string[];
    readonly similarity: readonly (readonly number[])[];
    readonly title: string;
  };
}

/** Widths of the plots, in pixels: on a telephone of 360 pixels, and in the column of a page. */
const widths = { narrow: 300, wide: 900 };

/**
 * The results as one HTML page that needs nothing else: no scripts, no fonts, no pictures, no network. It has every
 * number in tables and draws scores by task, score against dimensions, score against speed (with `latency`) and a heat
 * map of similarities (with `similarity`); it is light or dark as the reader's system is.
 */
export function htmlReport(results: EvaluationResults, options: HtmlReportOptions = {}): string {
  const { title = "Evaluation", latency = [], comparison, similarity } = options;
  const tables = reportTables(results);
  const sections: Child[] = [
    tables.overview.groups.length > 0 ? overviewSection(tables) : null,
    tables.models.length > 1 ? modelsAgainstDimensions(tables.models) : null,
    tables.models.map(modelSection),
    latency.length > 0 ? speedSection(tables, latency) : null,
    comparison === undefined ? null : comparisonSection(comparison),
    similarity === undefined
      ? null
      : section(
          "Similarity",
          "Cosines of each text with each other.",
          element(
            "div",
            { class: "scroll heat-map", tabindex: 0 },
            new Markup(heatMap(similarity.texts, similarity.similarity, similarity.title)),
          ),
        ),
    results.failures.length > 0
      ? section("Failed", "These rows have no score.", failureListHtml(results))
      : null,
  ];
  const page = element(
    "html",
    { lang: "en" },
    element(
      "head",
      {},
      new Markup(
        [
          '<meta charset="utf-8">',
          '<meta name="viewport" content="width=device-width,initial-scale=1">',
          '<meta name="color-scheme" content="light dark">',
          `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
        ].join(""),
      ),
      element("title", {}, title),
      element("style", {}, new Markup(style)),
    ),
    element(
      "body",
      {},
      element("header", {}, element("h1", {}, title), element("p", {}, lede(tables)), tiles(tables)),
      element("main", {}, sections),
      element(
        "footer",
        {},
        element(
          "p",
          {},
          "Scores are main metrics times 100. A mean stands only where all its tasks have a score; the best score of a line is shaded.",
        ),
      ),
    ),
  );
  return `<!doctype html>\n${page.text}\n`;
}

function section(heading: string, note: Child, ...children: readonly Child[]): Markup {
  return element("section", {}, element("h2", {}, heading), element("p", { class: "note" }, note), children);
}

function lede({ overview, models }: ReportTables): string {
  const tasks = overview.groups.reduce((count, group) => count + group.tasks.length, 0);
  const types = overview.groups.map(
    ({ type, tasks: own }) => `${own.length} ${type === "sts" ? "STS" : typeLabel(type).toLowerCase()}`,
  );
  const names = models.map(({ label }) => label).join(", ");
  return `${names === "" ? "No model" : names} on ${tasks} ${tasks === 1 ? "task" : "tasks"}: ${types.join(", ")}.`;
}

/** What stands for each model, at a glance. */
function tiles({ overview, models }: ReportTables): Markup {
  return element(
    "ul",
    { class: "tiles" },
    models.map(({ label, base }, column) => {
      const mean = overview.meanOfTasks[column] ?? null;
      const axes = `${base.dimensions} dimensions, ${base.precision}`;
      return element(
        "li",
        {},
        element("b", {}, points(mean)),
        element(
          "span",
          {},
          mean === null ? `${label}: some tasks have no score` : `${label}, mean of tasks; ${axes}`,
        ),
      );
    }),
  );
}

/** Models first, then BM25 and hybrid. */
function stylesOf({ columns }: ScoreTable, models: number): SeriesStyle[] {
  return columns.map((_, column) => (column < models ? seriesStyle(column) : baselineStyle(column - models)));
}

/** A picture for each width; the style sheet shows one. */
function figure(draw: (width: number) => Markup): Markup {
  return element(
    "figure",
    {},
    element("div", { class: "wide" }, draw(widths.wide)),
    element("div", { class: "narrow" }, draw(widths.narrow)),
  );
}

function overviewSection({ overview, models }: ReportTables): Markup {
  const styles = stylesOf(overview, models.length);
  return section(
    "Scores by task",
    "Each model at the most dimensions and, where that was asked, in float32; BM25 and its fusion with embeddings where they apply.",
    legend(
      overview.columns.map((label, column) => ({ label, style: styles[column] ?? seriesStyle(column) })),
    ),
    figure((width) => scoresByTask(overview, styles, width)),
    element("details", { open: true }, element("summary", {}, "All scores"), scoreTableHtml(overview)),
  );
}

const againstDimensions = {
  xLabel: "Dimensions",
  yLabel: "Mean score",
  formatX: (dimensions: number) => String(dimensions),
  formatY: points,
  connect: true,
} as const;

function dimensionPlot(title: string, series: readonly XySeries[], known?: Partial<XyPlotOptions>): Child {
  const drawn = series.filter(({ points: found }) => found.length > 1);
  if (drawn.length === 0) return null;
  const description = drawn
    .map(
      ({ label, points: found }) => `${label}: ${found.map(({ x, y }) => `${x}, ${points(y)}`).join("; ")}`,
    )
    .join(". ");
  return [
    legend(drawn),
    figure((width) => xyPlot(drawn, { ...againstDimensions, ...known, title, description, width })),
  ];
}

function pointsOf<Step extends { readonly dimensions: number }>(
  steps: readonly Step[],
  score: (step: Step) => number | null | undefined,
): { x: number; y: number }[] {
  return steps.flatMap((step) => {
    const y = score(step) ?? null;
    return y === null ? [] : [{ x: step.dimensions, y }];
  });
}

function modelsAgainstDimensions(models: readonly ModelTables[]): Child {
  const plot = dimensionPlot(
    "Mean score of each model against dimensions",
    models.map(({ label, ladder }, index) => ({
      label,
      style: seriesStyle(index),
      points: pointsOf(ladder, ({ mean }) => mean),
    })),
  );
  return plot === null
    ? null
    : section("Score against dimensions", "Mean over the tasks that were evaluated, a line a model.", plot);
}

function modelSection({ label, base, dimensions, precisions, configurations, ladder }: ModelTables): Child {
  if (dimensions === null && precisions === null) return null;
  const types = [...new Set(ladder.flatMap(({ byType }) => [...byType.keys()]))];
  const byType = dimensionPlot(`${label}: score against dimensions, by type of task`, [
    ...types.map((type, index) => ({
      label: typeLabel(type),
      style: seriesStyle(index),
      points: pointsOf(ladder, (step) => step.byType.get(type)),
    })),
    ...(types.length > 1
      ? [{ label: "All tasks", style: baselineStyle(0), points: pointsOf(ladder, ({ mean }) => mean) }]
      : []),
  ]);
  const names = [...new Set(configurations.map(({ precision }) => precision))];
  const byPrecision = dimensionPlot(
    `${label}: mean score against dimensions, by precision`,
    names.map((precision, index) => ({
      label: precision,
      style: seriesStyle(index),
      points: pointsOf(
        configurations.filter((one) => one.precision === precision),
        ({ mean }) => mean,
      ),
    })),
  );
  return section(
    label,
    "What fewer dimensions and bits cost. Kept: the mean as a share of that of the model as it is, on the same tasks.",
    byType === null ? null : [element("h3", {}, `Score against dimensions, ${base.precision}`), byType],
    byPrecision === null || names.length < 2
      ? null
      : [element("h3", {}, "Mean score against dimensions, by precision"), byPrecision],
    configurations.length > 0
      ? [
          element("h3", {}, "What each configuration costs and keeps"),
          configurationTableHtml(configurations),
          configurations.some(({ precision }) => precision.includes("rescored"))
            ? element(
                "p",
                { class: "note" },
                "Rescoring is for retrieval, and reads the float32 vectors of its candidates besides.",
              )
            : null,
        ]
      : null,
    dimensions === null
      ? null
      : element(
          "details",
          {},
          element("summary", {}, `Dimensions, task by task (${base.precision})`),
          scoreTableHtml(dimensions),
        ),
    precisions === null
      ? null
      : element(
          "details",
          {},
          element("summary", {}, `Precisions, task by task (${base.dimensions} dimensions)`),
          scoreTableHtml(precisions),
        ),
  );
}

function speedSection({ overview, models }: ReportTables, latency: readonly LatencyRow[]): Markup {
  const shown = sharedMeasurement(latency);
  const labels = modelLabels([...models.map(({ model }) => model), ...latency.map(({ model }) => model)]);
  const series = models.flatMap(({ model }, column): XySeries[] => {
    const y = overview.meanOfTasks[column] ?? null;
    const row = latency.find(
      (one) => one.model === model && one.tokens === shown?.tokens && one.batchSize === shown.batchSize,
    );
    if (row === undefined || y === null) return [];
    return [
      {
        label: labels.get(model) ?? model,
        style: seriesStyle(column),
        points: [{ x: row.textsPerSecond, y }],
      },
    ];
  });
  const description = series
    .map(
      ({ label, points: [point] }) =>
        `${label}: ${quantity(point?.x ?? NaN)} texts a second, ${points(point?.y)}`,
    )
    .join(". ");
  return section(
    "Speed",
    "From string to normalised vector, in this process. Latency is of one call of a batch; memory is that of the whole process.",
    series.length === 0 || shown === undefined
      ? null
      : [
          element(
            "h3",
            {},
            `Score against speed: ${shown.tokens} tokens a text, ${shown.batchSize} texts a call`,
          ),
          figure((width) =>
            xyPlot(series, {
              title: "Mean score against texts a second",
              description,
              width,
              xLabel: "Texts a second",
              yLabel: "Mean score",
              formatX: quantity,
              formatY: points,
              connect: false,
            }),
          ),
        ],
    latencyTablesHtml(latency),
  );
}

/** The length and batch size that most models were measured at; among equals the largest batch, then 128 tokens. */
function sharedMeasurement(
  latency: readonly LatencyRow[],
): Pick<LatencyRow, "tokens" | "batchSize"> | undefined {
  const models = ({ tokens, batchSize }: LatencyRow) =>
    new Set(
      latency.filter((row) => row.tokens === tokens && row.batchSize === batchSize).map(({ model }) => model),
    ).size;
  const usual = 128;
  return [...latency].sort(
    (a, b) =>
      models(b) - models(a) ||
      b.batchSize - a.batchSize ||
      Math.abs(Math.log(a.tokens / usual)) - Math.abs(Math.log(b.tokens / usual)),
  )[0];
}

function comparisonSection(comparison: RunComparison): Markup {
  const { resamples, seed, confidence, unmatched } = comparison;
  const pairs = comparedPairs(comparison);
  const missing = unmatched.before.length + unmatched.after.length;
  return section(
    "Comparison",
    `${pairs.length === 1 ? `${pairs[0]}. ` : ""}Paired bootstrap, ${resamples.toLocaleString("en-US")} resamples, seed ${seed}; p-values after Holm over the tasks. ` +
      `Shaded: significant at ${Number((1 - confidence).toPrecision(6))}.` +
      (missing > 0 ? ` ${missing} rows have no partner in the other run.` : ""),
    comparisonTableHtml(comparison),
  );
}
