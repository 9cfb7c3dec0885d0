import { displayWidth, fitToWidth } from "./display-width.js";

/** Of the text in plots, in pixels. */
export const fontSize = 13;

/** Width of a column of text: half that of a full-width character, and about the mean of a Latin letter. */
export const columnWidth = fontSize * 0.56;

/** Pixels that a text takes, about: there is nothing here that could measure it. */
export function textWidth(text: string): number {
  return displayWidth(text) * columnWidth;
}

/** The text cut to `width` pixels; an ellipsis says that it was cut. */
export function fitText(text: string, width: number): string {
  return fitToWidth(text, Math.max(1, Math.floor(width / columnWidth)));
}
