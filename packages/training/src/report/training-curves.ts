import {
  axes,
  element,
  linearScale,
  linearTicks,
  mark,
  moved,
  picture,
  seriesStyle,
  type Child,
  type SeriesStyle,
} from "@kokeshi/plots";
import type { TrainingProgress } from "../training-options.js";

/** What the curves are drawn from. */
export type CurvePoint = Pick<
  TrainingProgress,
  "step" | "loss" | "gradedLoss" | "learningRate" | "validation"
>;

interface Curve {
  title: string;
  points: readonly (readonly [step: number, value: number])[];
  style: SeriesStyle;
}

const width = 720;
const height = 240;
const field = { left: 64, right: width - 24, top: 38, bottom: height - 54 };
/** Above this many, points are a line. */
const mostMarks = 60;

/** The curves of a training as an SVG, one panel each: loss, CoSENT loss, validation, learning rate. */
export function trainingCurves(records: readonly CurvePoint[]): string {
  const pick = (name: Exclude<keyof CurvePoint, "step">): [number, number][] =>
    records.flatMap((record) => (record[name] === undefined ? [] : [[record.step, record[name]]]));
  const curves: Curve[] = [
    { title: "loss (running mean of 20 steps)", points: smoothed(pick("loss")) },
    { title: "loss of graded pairs (running mean of 20 steps)", points: smoothed(pick("gradedLoss")) },
    { title: "validation", points: pick("validation") },
    { title: "learning rate", points: pick("learningRate") },
  ]
    .map((curve, index) => ({ ...curve, style: { ...seriesStyle(index), shape: "circle" as const } }))
    .filter(({ points }) => points.length > 0);
  const steps = Math.max(1, ...records.map(({ step }) => step));
  return picture(
    { width, height: height * curves.length, label: `Curves of a training of ${steps} steps` },
    curves.map((curve, index) => moved(0, index * height, panel(curve, steps))),
  );
}

function panel({ title, points, style }: Curve, steps: number): Child {
  const values = points.map(([, value]) => value);
  const xTicks = linearTicks(0, steps, 8);
  const yTicks = linearTicks(Math.min(...values), Math.max(...values), 4);
  const toX = linearScale(xTicks, field.left, field.right);
  const toY = linearScale(yTicks, field.bottom, field.top);
  const line = points.map(([step, value]) => `${toX(step).toFixed(1)},${toY(value).toFixed(1)}`);
  return [
    axes(
      { title: "steps", ticks: xTicks, place: toX, format: (tick) => tick.toLocaleString("en") },
      { title, ticks: yTicks, place: toY, format: String },
      field,
    ),
    element("polyline", { class: `line ${style.className}`, points: line.join(" ") }),
    points.length > mostMarks
      ? null
      : points.map(([step, value]) => mark(style, toX(step), toY(value), 5, `step ${step}: ${value}`)),
  ];
}

/** The loss of one step says more about its source than about the model. */
function smoothed(points: [number, number][]): [number, number][] {
  let mean = 0;
  return points.map(([step, value], index) => {
    mean += (value - mean) / Math.min(index + 1, 20);
    return [step, mean];
  });
}
