import type { TrainingProgress } from "../training-options.js";

/** What the curves are drawn from. */
export type CurvePoint = Pick<
  TrainingProgress,
  "step" | "loss" | "gradedLoss" | "learningRate" | "validation"
>;

interface Curve {
  title: string;
  points: readonly (readonly [step: number, value: number])[];
  color: string;
}

const width = 720;
const panelHeight = 180;
const margin = { left: 64, right: 16, top: 28, bottom: 24 };

/** The curves of a training as an SVG, one panel each: loss, CoSENT loss, validation, learning rate. */
export function trainingCurves(records: readonly CurvePoint[]): string {
  const pick = (name: Exclude<keyof CurvePoint, "step">): [number, number][] =>
    records.flatMap((record) => (record[name] === undefined ? [] : [[record.step, record[name]]]));
  const curves: Curve[] = [
    { title: "loss (running mean of 20 steps)", points: smoothed(pick("loss")), color: "#1f5fa8" },
    {
      title: "loss of graded pairs (running mean of 20 steps)",
      points: smoothed(pick("gradedLoss")),
      color: "#7a4aa0",
    },
    { title: "validation", points: pick("validation"), color: "#1b7f4d" },
    { title: "learning rate", points: pick("learningRate"), color: "#a05a1b" },
  ].filter(({ points }) => points.length > 0);
  const steps = Math.max(1, ...records.map(({ step }) => step));
  const height = curves.length * panelHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...curves.map((curve, index) => panel(curve, steps, index * panelHeight)),
    "</svg>\n",
  ].join("\n");
}

function panel({ title, points, color }: Curve, steps: number, offset: number): string {
  const values = points.map(([, value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const range = high - low || Math.abs(high) || 1;
  const [top, bottom] = [offset + margin.top, offset + panelHeight - margin.bottom];
  const x = (step: number): string =>
    (margin.left + (step / steps) * (width - margin.left - margin.right)).toFixed(1);
  const y = (value: number): string => (bottom - ((value - low) / range) * (bottom - top)).toFixed(1);
  const label = (value: number): string =>
    `<text x="${margin.left - 6}" y="${y(value)}" dy="4" text-anchor="end" fill="#555">${short(value)}</text>`;
  return [
    `<text x="${margin.left}" y="${offset + 18}" font-weight="600">${title}</text>`,
    `<path d="M${margin.left} ${top}V${bottom}H${width - margin.right}" fill="none" stroke="#bbb"/>`,
    label(low),
    ...(high > low ? [label(high)] : []),
    `<text x="${width - margin.right}" y="${bottom + 15}" text-anchor="end" fill="#555">step ${steps}</text>`,
    `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${points.map(([step, value]) => `${x(step)},${y(value)}`).join(" ")}"/>`,
    ...(points.length <= 60
      ? points.map(([step, value]) => `<circle cx="${x(step)}" cy="${y(value)}" r="2" fill="${color}"/>`)
      : []),
  ].join("\n");
}

function short(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));
}

/** The loss of one step says more about its source than about the model. */
function smoothed(points: [number, number][]): [number, number][] {
  let mean = 0;
  return points.map(([step, value], index) => {
    mean += (value - mean) / Math.min(index + 1, 20);
    return [step, mean];
  });
}
