import { element } from "./element.js";
import { markedText, type Range } from "./marked-text.js";

/** Longer texts are shown only around the passage: a browser lays out so many lines slowly. */
const shownCharacters = 200_000;

interface Marks {
  passage?: Range;
  quotes: readonly Range[];
}

interface Block extends Range {
  kind: "paragraph" | "blank" | "code" | "heading";
  /** Of a heading. */
  level?: number;
}

/**
 * A document as blocks, with the passage and the quotes marked. The text stays as it is; in Markdown, headings and
 * code look like themselves, and the lines of a paragraph flow together.
 */
export function documentLines(text: string, hasMarkup: boolean, marks: Marks): HTMLElement[] {
  const middle = marks.passage?.start ?? 0;
  const start = startOfLine(text, Math.max(0, middle - shownCharacters / 2));
  const end = Math.min(text.length, start + shownCharacters);
  const blocks = hasMarkup ? markdownBlocks(text, { start, end }) : [{ kind: "code", start, end } as const];
  return [
    ...leftOut(start),
    ...blocks.map((block) => blockElement(text, block, marks, hasMarkup)),
    ...leftOut(text.length - end),
  ];
}

function blockElement(text: string, block: Block, marks: Marks, hasMarkup: boolean): HTMLElement {
  if (!hasMarkup) return element("div", { class: "block plain" }, ...markedText(text, block, marks));
  if (block.level === undefined) {
    return element("div", { class: `block ${block.kind}` }, ...markedText(text, block, marks));
  }
  const titleStart = block.start + text.slice(block.start, block.end).search(/[^#\s]|$/);
  return element(
    "div",
    { class: `block heading heading-${block.level}` },
    element("span", { class: "marker" }, text.slice(block.start, titleStart)),
    ...markedText(text, { start: titleStart, end: block.end }, marks),
  );
}

function markdownBlocks(text: string, { start, end }: Range): Block[] {
  const blocks: Block[] = [];
  let inCode = false;
  let position = start;
  for (const line of text.slice(start, end).split("\n")) {
    const lineEnd = position + line.length;
    const isFence = /^ {0,3}(?:```|~~~)/.test(line);
    const level = /^ {0,3}(#{1,6})\s/.exec(line)?.[1]?.length;
    const before = blocks.at(-1);
    if (inCode || isFence || line.startsWith("|")) {
      if (before?.kind === "code") before.end = lineEnd;
      else blocks.push({ kind: "code", start: position, end: lineEnd });
    } else if (level !== undefined) {
      blocks.push({ kind: "heading", level, start: position, end: lineEnd });
    } else if (line.trim() === "") {
      blocks.push({ kind: "blank", start: position, end: lineEnd });
    } else if (before?.kind === "paragraph" && !/^\s*(?:[-*+>]|\d+[.)])\s/.test(line)) {
      before.end = lineEnd;
    } else {
      blocks.push({ kind: "paragraph", start: position, end: lineEnd });
    }
    if (isFence) inCode = !inCode;
    position = lineEnd + 1;
  }
  return blocks;
}

function startOfLine(text: string, position: number): number {
  return position === 0 ? 0 : text.lastIndexOf("\n", position) + 1;
}

function leftOut(characters: number): HTMLElement[] {
  if (characters === 0) return [];
  return [element("p", { class: "hint" }, `… ${characters.toLocaleString("en")} more characters …`)];
}
