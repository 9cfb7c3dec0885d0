import {
  axes,
  element,
  fontSize,
  linearScale,
  linearTicks,
  logarithmicScale,
  logarithmicTicks,
  mark,
  placeLabels,
  type Child,
  type Markup,
  type SeriesStyle,
} from "@kokeshi/plots";

export interface XySeries {
  readonly label: string;
  readonly style: SeriesStyle;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface XyPlotOptions {
  /** What the plot shows, for readers who do not see it. */
  readonly title: string;
  readonly description: string;
  /** Pixels. */
  readonly width: number;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number, digits?: number) => string;
  /** Ticks at the values there are, and lines between the points; else ticks at round numbers, and labels at the points. */
  readonly connect: boolean;
}

const left = 44;
const right = 18;
const top = 30;
const bottom = 46;

/** Series over a logarithmic x axis, as an SVG element that the style sheet of the page colours. */
export function xyPlot(series: readonly XySeries[], options: XyPlotOptions): Markup {
  const { width, connect, formatX, formatY } = options;
  const height = Math.round(Math.min(360, Math.max(250, width * 0.5)));
  const all = series.flatMap(({ points }) => points);
  const xs = [...new Set(all.map(({ x }) => x))].sort((a, b) => a - b);
  const ys = all.map(({ y }) => y);
  const xTicks = connect ? xs : logarithmicTicks(xs[0] ?? 1, xs.at(-1) ?? 1);
  const yTicks = linearTicks(Math.min(...ys), Math.max(...ys), 5);
  const field = { left, right: width - right, top, bottom: height - bottom };
  const toX = logarithmicScale(xTicks, left + 12, field.right);
  const toY = linearScale(yTicks, field.bottom, top);
  // Whole points need no decimals on the axis.
  const whole = yTicks.every((tick) => Number.isInteger(Number((tick * 100).toPrecision(12))));
  const parts: Child[] = [
    axes(
      { title: options.xLabel, ticks: xTicks, place: toX, format: formatX },
      { title: options.yLabel, ticks: yTicks, place: toY, format: (tick) => formatY(tick, whole ? 0 : 1) },
      field,
    ),
  ];
  if (connect) {
    for (const { style, points } of series) {
      const line = points.map(({ x, y }) => `${round(toX(x))},${round(toY(y))}`).join(" ");
      parts.push(element("polyline", { class: `line ${style.className}`, points: line }));
    }
  }
  const places = series.flatMap((one) =>
    one.points.map(({ x, y }) => ({ x: toX(x), y: toY(y), text: one.label, one, at: { x, y } })),
  );
  for (const { x, y, one, at } of places) {
    const hover = `${one.label}, ${options.xLabel} ${formatX(at.x)}: ${formatY(at.y)}`;
    parts.push(mark(one.style, x, y, 9, hover));
  }
  if (!connect) {
    for (const label of placeLabels(places, { ...field, right: width - 2, top: top - fontSize })) {
      parts.push(
        element(
          "text",
          { x: label.x, y: label.y, "text-anchor": label.anchor, class: "point-label" },
          label.text,
        ),
      );
    }
  }
  return element(
    "svg",
    {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `${options.title}. ${options.description}`,
    },
    parts,
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
