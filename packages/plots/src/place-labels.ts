import type { Field } from "./axes.js";
import { fontSize, textWidth } from "./text-width.js";

export interface PlacedLabel {
  readonly text: string;
  /** The anchor of the baseline. */
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end" | "middle";
}

const markRadius = 8;

/**
 * Puts a label beside each point that has a text, right of it where there is room, else left, above, below or at a
 * corner, clear of the other labels and points and inside the field. A label for which there is no such place is left out: the mark has its title.
 */
export function placeLabels(
  points: readonly { readonly x: number; readonly y: number; readonly text?: string }[],
  field: Field,
): PlacedLabel[] {
  const taken: Field[] = points.map(({ x, y }) => ({
    left: x - markRadius,
    right: x + markRadius,
    top: y - markRadius,
    bottom: y + markRadius,
  }));
  return points.flatMap(({ x, y, text }, index) => {
    if (text === undefined) return [];
    const width = textWidth(text);
    const middle = y + fontSize * 0.35;
    const candidates: PlacedLabel[] = [
      { text, x: x + markRadius + 2, y: middle, anchor: "start" },
      { text, x: x - markRadius - 2, y: middle, anchor: "end" },
      { text, x, y: y - markRadius - 3, anchor: "middle" },
      { text, x, y: y + markRadius + fontSize, anchor: "middle" },
      { text, x: x + 6, y: y - markRadius, anchor: "start" },
      { text, x: x - 6, y: y - markRadius, anchor: "end" },
      { text, x: x + 6, y: y + markRadius + fontSize * 0.7, anchor: "start" },
      { text, x: x - 6, y: y + markRadius + fontSize * 0.7, anchor: "end" },
    ];
    const chosen = candidates.find((label) => {
      const box = boxOf(label, width);
      const inside =
        box.left >= field.left &&
        box.right <= field.right &&
        box.top >= field.top &&
        box.bottom <= field.bottom;
      return inside && taken.every((other, place) => place === index || !overlap(box, other));
    });
    if (chosen === undefined) return [];
    taken.push(boxOf(chosen, width));
    return [chosen];
  });
}

function boxOf({ x, y, anchor }: PlacedLabel, width: number): Field {
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { left, right: left + width, top: y - fontSize * 0.8, bottom: y + fontSize * 0.25 };
}

function overlap(a: Field, b: Field): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
