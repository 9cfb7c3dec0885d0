import { element, type Child, type Markup } from "@kokeshi/plots";
import type { RunComparison } from "../compare/compare-runs.js";
import type { LatencyRow } from "../latency/measure-latency.js";
import type { EvaluationResults } from "../scores.js";
import { configurationChange, configurationLabel, modelLabels } from "./configuration.js";
import { points, pValueText, quantity, share, signedPoints } from "./numbers.js";
import type { ConfigurationSummary } from "./report-tables.js";
import { bestScores, type ScoreTable } from "./score-table.js";
import { typeLabel } from "./task-types.js";

/** A table that scrolls sideways within the page, so that the page itself never has to. */
function table(header: readonly Child[], lines: readonly Markup[], textColumns: ReadonlySet<number>): Markup {
  return element(
    "div",
    { class: "scroll", tabindex: 0 },
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          header.map((cell, column) =>
            element("th", { scope: "col", class: headerClass(cell, textColumns.has(column)) }, cell),
          ),
        ),
      ),
      element("tbody", {}, lines),
    ),
  );
}

/** The metric gives way to the scores where the page is narrow. */
function headerClass(cell: Child, isText: boolean): string | undefined {
  if (cell === "Metric") return "text metric";
  return isText ? "text" : undefined;
}

function line(name: Child, cells: readonly Markup[], className?: string): Markup {
  return element("tr", { class: className }, element("th", { scope: "row" }, name), cells);
}

const cell = (text: Child, className?: string) => element("td", { class: className }, text);

export function scoreTableHtml({ columns, groups, meanOfTasks, meanOfTypes }: ScoreTable): Markup {
  const tasks = groups.reduce((count, group) => count + group.tasks.length, 0);
  const mean = (name: string, scores: readonly (number | null)[]) =>
    line(name, [cell("", "text metric"), ...scoreCells(scores)], "mean");
  const lines = groups.flatMap(({ type, tasks: own, means }) => [
    ...own.map(({ task, metric, scores }) =>
      line(task, [cell(metric, "text metric"), ...scoreCells(scores)]),
    ),
    ...(own.length > 1 && groups.length > 1
      ? [mean(`${typeLabel(type)}, mean of ${own.length}`, means)]
      : []),
  ]);
  if (tasks > 1) lines.push(mean(`All, mean of ${tasks} tasks`, meanOfTasks));
  if (tasks > groups.length && groups.length > 1)
    lines.push(mean(`All, mean of ${groups.length} types`, meanOfTypes));
  return table(["Task", "Metric", ...columns], lines, new Set([0, 1]));
}

function scoreCells(scores: readonly (number | null)[]): Markup[] {
  const best = bestScores(scores);
  return scores.map((score, column) => cell(points(score), best[column] ? "best" : undefined));
}

export function configurationTableHtml(configurations: readonly ConfigurationSummary[]): Markup {
  const best = bestScores(configurations.map(({ mean }) => mean));
  return table(
    ["Dimensions", "Precision", "Mean", "Kept", "Bytes a vector", "Tasks"],
    configurations.map(({ dimensions, precision, bytes, tasks, mean, kept }, index) =>
      line(dimensions, [
        cell(precision, "text"),
        cell(points(mean), best[index] ? "best" : undefined),
        cell(share(kept)),
        cell(bytes === null ? "–" : bytes.toLocaleString("en-US")),
        cell(tasks),
      ]),
    ),
    new Set([0, 1]),
  );
}

/** A table for each model, with its name above: one with a column for names does not fit beside so many numbers. */
export function latencyTablesHtml(rows: readonly LatencyRow[]): Child {
  const labels = modelLabels(rows.map(({ model }) => model));
  return Array.from(labels, ([model, label]) => [
    element("h3", {}, label),
    table(
      ["Tokens", "Batch", "p50 ms", "p90 ms", "p99 ms", "Texts/s", "Tokens/s", "Processors", "Memory MB"],
      rows
        .filter((row) => row.model === model)
        .map((row) =>
          line(String(row.tokens), [
            cell(row.batchSize),
            ...[row.p50, row.p90, row.p99, row.textsPerSecond, row.tokensPerSecond].map((value) =>
              cell(quantity(value)),
            ),
            cell(row.processors.toFixed(1)),
            cell(Math.round(row.residentBytes / 1e6)),
          ]),
        ),
      new Set([0]),
    ),
  ]);
}

/** Which configurations stand before and after, in words. */
export function comparedPairs({ tasks }: RunComparison): string[] {
  const labels = modelLabels(tasks.flatMap(({ before, after }) => [before.model, after.model]));
  return [...new Set(tasks.map(({ before, after }) => configurationChange(before, after, labels)))];
}

export function comparisonTableHtml(comparison: RunComparison): Markup {
  const { tasks, confidence } = comparison;
  const several = comparedPairs(comparison).length > 1;
  return table(
    [
      "Task",
      ...(several ? ["Configuration"] : []),
      "Metric",
      "Before",
      "After",
      "Difference",
      `${Math.round(confidence * 100)}% interval`,
      "p (Holm)",
      "Items",
    ],
    tasks.map((one) => {
      const { task, metric, before, after, difference, test } = one;
      return line(task, [
        ...(several ? [cell(comparedPairs({ ...comparison, tasks: [one] })[0] ?? "", "text")] : []),
        cell(metric, "text metric"),
        cell(points(before.score, 2)),
        cell(points(after.score, 2)),
        cell(signedPoints(difference, 2), test?.significant === true ? "best" : undefined),
        cell(test === null ? "–" : `${signedPoints(test.low, 2)} to ${signedPoints(test.high, 2)}`),
        cell(test === null ? "not tested" : pValueText(test.adjustedPValue)),
        cell(test?.items ?? "–"),
      ]);
    }),
    new Set(several ? [0, 1, 2] : [0, 1]),
  );
}

export function failureListHtml({ failures }: EvaluationResults): Markup {
  const labels = modelLabels(failures.map(({ model }) => model));
  return element(
    "ul",
    {},
    failures.map((failure) => {
      const label = configurationLabel(failure, labels.get(failure.model) ?? failure.model);
      return element("li", {}, element("b", {}, failure.task), ` (${label}): ${failure.error}`);
    }),
  );
}
