import { element } from "./element.js";

export interface Range {
  start: number;
  end: number;
}

/**
 * Characters `start` to `end` of a text, with what lies in the passage and in the quotes marked. `passage` marks are
 * fainter than `quote` marks; a quote inside the passage is a quote.
 */
export function markedText(
  text: string,
  { start: first, end: last }: Range,
  { passage, quotes }: { passage?: Range; quotes: readonly Range[] },
): (Node | string)[] {
  const edges = [
    first,
    last,
    ...[passage, ...quotes].flatMap((range) => (range ? [range.start, range.end] : [])),
  ]
    .filter((edge) => edge >= first && edge <= last)
    .sort((a, b) => a - b);
  return edges.slice(1).flatMap((end, index): (Node | string)[] => {
    const start = edges[index] as number;
    if (start === end) return [];
    const piece = text.slice(start, end);
    const within = (range: Range | undefined) =>
      range !== undefined && range.start <= start && end <= range.end;
    if (quotes.some(within)) return [element("mark", { class: "quote" }, piece)];
    if (within(passage)) return [element("mark", { class: "passage" }, piece)];
    return [piece];
  });
}
