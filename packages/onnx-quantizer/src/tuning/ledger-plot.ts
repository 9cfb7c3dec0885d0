import { isFinished, type FinishedTrial, type TuningStage } from "./trial.js";
import type { TuningLedger } from "./tuning-ledger.js";

interface Axis {
  title: string;
  valueOf: (trial: FinishedTrial) => number;
}

const width = 460;
const height = 340;
const field = { left: 56, right: width - 20, top: 34, bottom: height - 44 };

/** Of Okabe and Ito, darkened for white paper: told apart with the common kinds of colour blindness. */
const stages: Readonly<Record<TuningStage, { name: string; color: string }>> = {
  recipes: { name: "recipes", color: "#0067a5" },
  "operator-types": { name: "a kind of layer in float32", color: "#c8500a" },
  blocks: { name: "a block", color: "#00805c" },
  "single-layers": { name: "a layer", color: "#a0527d" },
  "accumulated-layers": { name: "several layers", color: "#555555" },
};

/**
 * The ledger as an SVG picture: the loss of every trial over its speed, and over its size. A dashed line is the goal; the
 * trial that was kept has its number, and every trial its name as a tooltip.
 */
export function ledgerPlot(ledger: TuningLedger): string {
  const axes: Axis[] = [
    { title: "times as fast as float32, one thread", valueOf: ({ speedup }) => speedup },
    { title: "size, % of float32", valueOf: ({ bytes }) => (100 * bytes) / ledger.floatBytes },
  ];
  const total = { width: width * axes.length, height: height + 30 };
  const trials = ledger.trials.filter(isFinished);
  const used = new Set(trials.map(({ stage }) => stage));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.width} ${total.height}" width="${total.width}" ` +
      `height="${total.height}" role="img" aria-label="${escapeText(`Loss against speed and size of ${trials.length} trials`)}" ` +
      `font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    legend(used),
    ...axes.map((axis, index) => {
      return `<g transform="translate(${index * width} 30)">${panel(trials, axis, ledger)}</g>`;
    }),
    "</svg>\n",
  ].join("\n");
}

function legend(used: ReadonlySet<TuningStage>): string {
  let x = field.left;
  return (Object.keys(stages) as TuningStage[])
    .filter((stage) => used.has(stage))
    .map((stage) => {
      const { name, color } = stages[stage];
      const entry = `<g transform="translate(${x} 20)">${circle(0, 0, color)}<text x="9" y="4">${name}</text></g>`;
      // Letters 11 pixels high are 5.8 wide, on average.
      x += 34 + name.length * 5.8;
      return entry;
    })
    .join("");
}

function panel(
  trials: readonly FinishedTrial[],
  axis: Axis,
  { best, maxRelativeLoss }: TuningLedger,
): string {
  const goal = 100 * maxRelativeLoss;
  const lossOf = ({ relativeLoss }: FinishedTrial): number => 100 * relativeLoss;
  const xTicks = roundNumbers(trials.map(axis.valueOf));
  const yTicks = roundNumbers([...trials.map(lossOf), goal, 0]);
  const toX = scale(xTicks, field.left + 8, field.right - 8);
  const toY = scale(yTicks, field.bottom, field.top);
  // The kept one last, so that nothing covers it.
  const inOrder = [...trials].sort((a, b) => Number(a.number === best) - Number(b.number === best));
  return [
    `<text x="4" y="${field.top - 16}" fill="#333">loss, % of float32's score</text>`,
    `<text x="${(field.left + field.right) / 2}" y="${height - 8}" text-anchor="middle" fill="#333">${axis.title}</text>`,
    ...yTicks.map((tick) => {
      const y = round(toY(tick));
      const line = `<path d="M${field.left} ${y}H${field.right}" stroke="#e2e2e2"/>`;
      return `${line}<text x="${field.left - 7}" y="${y + 4}" text-anchor="end" fill="#333">${tick}</text>`;
    }),
    ...xTicks.map((tick) => {
      const x = round(toX(tick));
      const line = `<path d="M${x} ${field.bottom}v5" stroke="#888"/>`;
      return `${line}<text x="${x}" y="${field.bottom + 18}" text-anchor="middle" fill="#333">${tick}</text>`;
    }),
    `<path d="M${field.left} ${round(toY(goal))}H${field.right}" stroke="#b00020" stroke-dasharray="5 3"/>`,
    `<text x="${field.right}" y="${round(toY(goal)) - 4}" text-anchor="end" fill="#b00020">goal</text>`,
    ...inOrder.map((trial) => {
      const [x, y] = [toX(axis.valueOf(trial)), toY(lossOf(trial))];
      const title = `${trial.number}: ${trial.name}, loss ${lossOf(trial).toFixed(2)} %, ${axis.valueOf(trial).toFixed(2)} ${axis.title}`;
      const { color } = stages[trial.stage];
      if (trial.number !== best) return circle(x, y, color, title);
      return (
        `<circle cx="${round(x)}" cy="${round(y)}" r="7" fill="none" stroke="${color}" stroke-width="1.6"/>` +
        `${circle(x, y, color, title)}<text x="${round(x)}" y="${round(y) - 11}" text-anchor="middle">${trial.number}</text>`
      );
    }),
  ].join("");
}

function circle(x: number, y: number, color: string, title?: string): string {
  const child = title === undefined ? "" : `<title>${escapeText(title)}</title>`;
  return `<circle cx="${round(x)}" cy="${round(y)}" r="3.8" fill="${color}" fill-opacity="0.75">${child}</circle>`;
}

function scale(ticks: readonly number[], start: number, end: number): (value: number) => number {
  const [from, to] = [ticks[0] as number, ticks.at(-1) as number];
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** Multiples of 1, 2 or 5 times a power of ten around the values, about six. */
function roundNumbers(values: readonly number[]): number[] {
  const least = Math.min(...values);
  const rough = Math.max(Math.max(...values) - least, 1e-3) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(Math.max(...values) / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(6)),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Names come from files of others. */
function escapeText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, " ")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
