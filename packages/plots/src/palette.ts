/**
 * Colours after Okabe and Ito (https://jfly.uni-koeln.de/color/), which readers with any of the common kinds of colour
 * blindness tell apart, darkened for a white page and lightened for a dark one until each stands out from the ground by
 * WCAG's 3:1. Shapes tell the series apart once more.
 */
export const seriesColors: readonly ColorPair[] = [
  { light: "#0067a5", dark: "#5ab4e6" },
  { light: "#c8500a", dark: "#ff9056" },
  { light: "#00805c", dark: "#3cc79b" },
  { light: "#a3478a", dark: "#e59ad0" },
  { light: "#856a00", dark: "#e0b93a" },
];

/** A colour on a white page, and on a dark one. */
export interface ColorPair {
  readonly light: string;
  readonly dark: string;
}

/** Everything that has a colour, by the name that style sheets know it by. */
export const plotColors: Readonly<Record<string, ColorPair>> = {
  ground: { light: "#ffffff", dark: "#1a1e25" },
  ink: { light: "#1c232d", dark: "#e6eaf0" },
  soft: { light: "#566070", dark: "#a3adba" },
  rule: { light: "#dde1e7", dark: "#323944" },
  grid: { light: "#e6e9ee", dark: "#2b313b" },
  limit: { light: "#b00020", dark: "#ff7b8a" },
  baseline: { light: "#5b6470", dark: "#a9b3c0" },
  ...Object.fromEntries(seriesColors.map((color, index) => [`series-${index}`, color])),
};

export const shapes = ["circle", "square", "triangle", "diamond", "wedge", "cross", "plus"] as const;
export type Shape = (typeof shapes)[number];

export interface SeriesStyle {
  /** Class of the marks, whose colour the style sheet knows. */
  readonly className: string;
  readonly shape: Shape;
  /** Only an outline. Default: false. */
  readonly isHollow?: boolean;
}

const filledShapes = ["circle", "square", "triangle", "diamond", "wedge"] as const;

/** The style of series `index`: 25 pairs of colour and shape before one comes again. */
export function seriesStyle(index: number): SeriesStyle {
  const colors = seriesColors.length;
  const shape = filledShapes[(index + Math.floor(index / colors)) % filledShapes.length] ?? "circle";
  return { className: `series-${index % colors}`, shape };
}

/** Grey, for what models are compared with. */
export function baselineStyle(index: number): SeriesStyle {
  return { className: "baseline", shape: index % 2 === 0 ? "cross" : "plus" };
}
