import { element, type Markup } from "./markup.js";
import { textWidth } from "./text-width.js";

/** The part of a picture that points stand in, in pixels. */
export interface Field {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Axis {
  readonly title: string;
  readonly ticks: readonly number[];
  /** Pixels from the left or from the top. */
  readonly place: (value: number) => number;
  readonly format: (tick: number) => string;
}

/**
 * Both axes of a field: lines across it at the ticks of `y`, strokes below it at those of `x`, as many of their numbers as
 * there is room for, and the titles, which take
 * 30 pixels above the field and 46 below; 44 left of it are for the numbers.
 */
export function axes(x: Axis, y: Axis, { left, right, top, bottom }: Field): Markup[] {
  const parts = [
    element("text", { x: left - 44, y: top - 16, class: "axis-label" }, y.title),
    element(
      "text",
      { x: (left + right) / 2, y: bottom + 40, "text-anchor": "middle", class: "axis-label" },
      x.title,
    ),
  ];
  for (const tick of y.ticks) {
    const height = y.place(tick);
    parts.push(
      element("line", { class: "grid", x1: left, x2: right, y1: height, y2: height }),
      element("text", { x: left - 8, y: height + 4, "text-anchor": "end" }, y.format(tick)),
    );
  }
  let free = -Infinity;
  for (const tick of x.ticks) {
    const place = x.place(tick);
    parts.push(element("line", { class: "tick", x1: place, x2: place, y1: bottom, y2: bottom + 5 }));
    const text = x.format(tick);
    if (place - textWidth(text) / 2 < free) continue;
    free = place + textWidth(text) / 2 + 6;
    parts.push(element("text", { x: place, y: bottom + 19, "text-anchor": "middle" }, text));
  }
  return parts;
}
