import type { FileKind } from "../loading/file-kind.js";
import type { CharacterRange } from "./answer.js";
import { languageOf } from "./language.js";

const listMarker = /^[ \t]*(?:>[ \t]*)*(?:[-*+•・][ \t]+|\d{1,3}[.)][ \t]+)/;
const quoteMarker = /^[ \t]*(?:>[ \t]*)+/;

/**
 * The sentences of a passage, as ranges of the document's text, a list for each paragraph or list item. Headings,
 * tables and fenced code are no sentences. In PDFs each line is a paragraph, because wrapped lines are joined already.
 */
export function sentencesOf(text: string, passage: CharacterRange, kind: FileKind): CharacterRange[][] {
  return blocksOf(text, passage, kind).map((block) => splitBlock(text, block));
}

function blocksOf(text: string, passage: CharacterRange, kind: FileKind): CharacterRange[] {
  const blocks: CharacterRange[] = [];
  let block: CharacterRange | undefined;
  let inCode = false;
  let position = passage.start;
  for (const line of text.slice(passage.start, passage.end).split("\n")) {
    const end = position + line.length;
    const isFence = /^ {0,3}(?:```|~~~)/.test(line);
    if (isFence) inCode = !inCode;
    const marker = listMarker.exec(line)?.[0] ?? quoteMarker.exec(line)?.[0];
    if (inCode || isFence || /^\s*(?:#{1,6}\s|\||$)/.test(line)) {
      block = undefined;
    } else if (block === undefined || marker !== undefined || kind === "pdf") {
      block = { start: position + (marker?.length ?? 0), end };
      blocks.push(block);
    } else {
      block.end = end;
    }
    position = end + 1;
  }
  return blocks;
}

const segmenters = {
  en: new Intl.Segmenter("en", { granularity: "sentence" }),
  ja: new Intl.Segmenter("ja", { granularity: "sentence" }),
};

function splitBlock(text: string, block: CharacterRange): CharacterRange[] {
  // A line end inside a block is no sentence end, but Unicode's rules (UAX #29) take it for one.
  const source = text.slice(block.start, block.end).replaceAll("\n", " ");
  const sentences = Array.from(segmenters[languageOf(source)].segment(source), ({ index, segment }) => {
    const start = block.start + index + (segment.length - segment.trimStart().length);
    return { start, end: start + segment.trim().length };
  });
  return sentences.filter(({ start, end }) => end > start);
}

const wide = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/;

/** A sentence on one line: line ends become spaces, or nothing between Japanese characters. */
export function onOneLine(sentence: string): string {
  return sentence.replace(/[ \t]*\n[ \t>]*/g, (gap: string, offset: number) => {
    const before = sentence[offset - 1] ?? "";
    const after = sentence[offset + gap.length] ?? "";
    return wide.test(before) && wide.test(after) ? "" : " ";
  });
}
