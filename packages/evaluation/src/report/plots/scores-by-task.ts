import {
  element,
  fitText,
  fontSize,
  linearScale,
  linearTicks,
  mark,
  textWidth,
  type Child,
  type Markup,
  type SeriesStyle,
} from "@kokeshi/plots";
import { points } from "../numbers.js";
import type { ScoreTable } from "../score-table.js";
import { typeLabel } from "../task-types.js";

const right = 16;
/** Pixels between the marks of a task, so that equal scores do not hide each other. */
const dodge = 7;

/**
 * A dot for each score, a line for each task, tasks by type: an SVG element that the style sheet of the page colours.
 * `styles` are those of the table's columns. Names stand above their line where the picture is narrow.
 */
export function scoresByTask(table: ScoreTable, styles: readonly SeriesStyle[], width: number): Markup {
  const narrow = width < 480;
  const tasks = table.groups.flatMap((group) => group.tasks);
  const longest = Math.max(0, ...tasks.map(({ task }) => textWidth(task)));
  const left = narrow ? 8 : Math.min(220, Math.ceil(longest) + 24);
  const nameHeight = narrow ? fontSize + 6 : 0;
  const spreadOf = (found: readonly (number | null)[]) =>
    (found.filter((score) => score !== null).length - 1) * dodge;
  const spread = Math.max(0, ...tasks.map(({ scores }) => spreadOf(scores)));
  const lineHeight = Math.max(26, spread + 16) + nameHeight;
  const scores = tasks.flatMap((line) => line.scores).filter((score) => score !== null);
  const ticks = linearTicks(Math.min(...scores), Math.max(...scores), narrow ? 4 : 8);
  const toX = linearScale(ticks, left + 6, width - right);

  const body: Child[] = [];
  let y = 26;
  for (const { type, tasks: own } of table.groups) {
    y += 12;
    body.push(element("text", { x: 0, y: y + fontSize, class: "group" }, typeLabel(type)));
    y += fontSize + 10;
    for (const { task, metric, scores: found } of own) {
      const middle = y + nameHeight + (lineHeight - nameHeight) / 2;
      const name = fitText(task, (narrow ? width : left) - 14);
      body.push(
        narrow
          ? element("text", { x: left, y: y + fontSize + 2 }, name)
          : element("text", { x: left - 10, y: middle + 4, "text-anchor": "end" }, name),
        element("line", { class: "grid", x1: left, x2: width - right, y1: middle, y2: middle }),
      );
      const known = found.filter((score) => score !== null);
      if (known.length > 1) {
        const [from, to] = [toX(Math.min(...known)), toX(Math.max(...known))];
        body.push(element("line", { class: "range", x1: from, x2: to, y1: middle, y2: middle }));
      }
      let height = middle - spreadOf(found) / 2;
      found.forEach((score, column) => {
        const style = styles[column];
        if (score === null || style === undefined) return;
        const hover = `${task}, ${table.columns[column]}: ${points(score)} (${metric})`;
        body.push(mark(style, toX(score), height, 9, hover));
        height += dodge;
      });
      y += lineHeight;
    }
  }
  const height = y + 10;
  const axis = ticks.flatMap((tick) => [
    element("line", { class: "grid", x1: toX(tick), x2: toX(tick), y1: 24, y2: height - 6 }),
    element("text", { x: toX(tick), y: 14, "text-anchor": "middle" }, points(tick, 0)),
  ]);
  const description = tasks
    .map(({ task, scores: found }) => {
      const cells = found.map((score, column) => `${table.columns[column]} ${points(score)}`);
      return `${task}: ${cells.filter((_, column) => found[column] !== null).join(", ")}`;
    })
    .join("; ");
  return element(
    "svg",
    {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `Scores by task, times 100. ${description}`,
    },
    axis,
    body,
  );
}
