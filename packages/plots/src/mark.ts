import { element, type Child, type Markup } from "./markup.js";
import type { SeriesStyle } from "./palette.js";

/** A point of a plot, `size` pixels across, with a text that shows when it is pointed at. */
export function mark(style: SeriesStyle, x: number, y: number, size: number, title?: string): Markup {
  const children: Child[] = title === undefined ? [] : [element("title", {}, title)];
  const half = size / 2;
  const at = (path: string) =>
    element(
      "path",
      {
        class: `${style.isHollow ? "hollow-mark" : "mark"} ${style.className}`,
        d: path,
        transform: `translate(${round(x)} ${round(y)})`,
      },
      ...children,
    );
  const stroke = (path: string) =>
    element(
      "path",
      { class: `stroke-mark ${style.className}`, d: path, transform: `translate(${round(x)} ${round(y)})` },
      ...children,
    );
  // Areas are alike: a square of the same width looks larger than a circle, a triangle smaller.
  const side = round(half * 0.89);
  const tip = round(half * 1.25);
  const low = round(half * 0.8);
  switch (style.shape) {
    case "circle":
      return at(`M${-half} 0a${half} ${half} 0 1 0 ${size} 0a${half} ${half} 0 1 0 ${-size} 0z`);
    case "square":
      return at(`M${-side} ${-side}H${side}V${side}H${-side}z`);
    case "triangle":
      return at(`M0 ${-tip}L${tip} ${low}H${-tip}z`);
    case "wedge":
      return at(`M0 ${tip}L${tip} ${-low}H${-tip}z`);
    case "diamond":
      return at(`M0 ${-tip}L${tip} 0L0 ${tip}L${-tip} 0z`);
    case "cross":
      return stroke(`M${-side} ${-side}L${side} ${side}M${side} ${-side}L${-side} ${side}`);
    case "plus":
      return stroke(`M${-tip} 0H${tip}M0 ${-tip}V${tip}`);
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
