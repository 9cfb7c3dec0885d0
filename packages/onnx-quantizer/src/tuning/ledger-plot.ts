import {
  axes,
  element,
  legendRow,
  linearScale,
  linearTicks,
  mark,
  moved,
  picture,
  seriesStyle,
  type Child,
} from "@kokeshi/plots";
import { isFinished, type FinishedTrial, type TuningStage } from "./trial.js";
import type { TuningLedger } from "./tuning-ledger.js";

interface Measure {
  title: string;
  valueOf: (trial: FinishedTrial) => number;
}

const width = 500;
const height = 370;
const field = { left: 56, right: width - 24, top: 34, bottom: height - 52 };
const legendHeight = 30;

const stages: Readonly<Record<TuningStage, string>> = {
  recipes: "recipes",
  "operator-types": "a kind of layer in float32",
  blocks: "a block",
  "single-layers": "a layer",
  "accumulated-layers": "several layers",
};
const stageNames = Object.keys(stages) as TuningStage[];
const styleOf = (stage: TuningStage) => seriesStyle(stageNames.indexOf(stage));

/**
 * The ledger as an SVG picture: the loss of every trial over its speed, and over its size. A dashed line is the goal; the
 * trial that was kept has its number, and every trial its name as a tooltip.
 */
export function ledgerPlot(ledger: TuningLedger): string {
  const measures: Measure[] = [
    { title: "times as fast as float32, one thread", valueOf: ({ speedup }) => speedup },
    { title: "size, % of float32", valueOf: ({ bytes }) => (100 * bytes) / ledger.floatBytes },
  ];
  const trials = ledger.trials.filter(isFinished);
  const used = stageNames.filter((stage) => trials.some((trial) => trial.stage === stage));
  return picture(
    {
      width: width * measures.length,
      height: height + legendHeight,
      label: `Loss against speed and size of ${trials.length} trials`,
    },
    moved(field.left, 18, legendRow(used.map((stage) => ({ label: stages[stage], style: styleOf(stage) })))),
    measures.map((measure, index) => moved(index * width, legendHeight, panel(trials, measure, ledger))),
  );
}

function panel(
  trials: readonly FinishedTrial[],
  measure: Measure,
  { best, maxRelativeLoss }: TuningLedger,
): Child {
  const goal = 100 * maxRelativeLoss;
  const lossOf = ({ relativeLoss }: FinishedTrial): number => 100 * relativeLoss;
  const [costs, losses] = [trials.map(measure.valueOf), [...trials.map(lossOf), goal, 0]];
  const xTicks = linearTicks(Math.min(...costs), Math.max(...costs), 6);
  const yTicks = linearTicks(Math.min(...losses), Math.max(...losses), 6);
  const toX = linearScale(xTicks, field.left + 8, field.right - 8);
  const toY = linearScale(yTicks, field.bottom, field.top);
  // The kept one last, so that nothing covers it.
  const inOrder = [...trials].sort((a, b) => Number(a.number === best) - Number(b.number === best));
  return [
    axes(
      { title: measure.title, ticks: xTicks, place: toX, format: String },
      { title: "loss, % of float32's score", ticks: yTicks, place: toY, format: String },
      field,
    ),
    element("line", { class: "limit", x1: field.left, x2: field.right, y1: toY(goal), y2: toY(goal) }),
    element("text", { class: "limit-label", x: field.right, y: toY(goal) - 4, "text-anchor": "end" }, "goal"),
    inOrder.map((trial): Child => {
      const [x, y] = [toX(measure.valueOf(trial)), toY(lossOf(trial))];
      const hover = `${trial.number}: ${trial.name}, loss ${lossOf(trial).toFixed(2)} %, ${measure.valueOf(trial).toFixed(2)} ${measure.title}`;
      const point = mark(styleOf(trial.stage), x, y, 9, hover);
      if (trial.number !== best) return point;
      return [
        element("circle", { class: "ring", cx: x, cy: y, r: 9 }),
        point,
        element("text", { x, class: "point-label", y: y - 13, "text-anchor": "middle" }, trial.number),
      ];
    }),
  ];
}
