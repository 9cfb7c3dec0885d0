import { element, Markup, type Child } from "./markup.js";
import { mark } from "./mark.js";
import { plotColors, type SeriesStyle } from "./palette.js";
import { plotStyle } from "./style-sheet.js";
import { textWidth } from "./text-width.js";

export interface PictureOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** What the picture shows, for readers who do not see it. */
  readonly label: string;
}

/** An SVG file: `children` on a white ground, with the style sheet of plots. */
export function picture({ width, height, label }: PictureOptions, ...children: readonly Child[]): string {
  const colorOf = (name: string): string => plotColors[name]?.light ?? "none";
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": label,
      "font-family": "system-ui, 'Noto Sans', 'Noto Sans CJK JP', sans-serif",
    },
    element("style", {}, new Markup(plotStyle(colorOf))),
    element("rect", { width, height, fill: colorOf("ground") }),
    children,
  );
  return `${svg.text}\n`;
}

/** Children that are drawn with their origin at `x` and `y`. */
export function moved(x: number, y: number, ...children: readonly Child[]): Markup {
  return element("g", { transform: `translate(${x} ${y})` }, children);
}

/** What the marks mean, in a row that begins at the origin. */
export function legendRow(
  series: readonly { readonly label: string; readonly style: SeriesStyle }[],
): Markup[] {
  let x = 0;
  return series.map(({ label, style }) => {
    const entry = moved(x, 0, mark(style, 0, 0, 9), element("text", { x: 9, y: 4 }, label));
    x += textWidth(label) + 30;
    return entry;
  });
}
