import type { LoadedDocument } from "../loading/load-document.js";
import { markdownSections, type Section } from "./markdown-sections.js";
import { PassageSplitter } from "./passage-splitter.js";

export interface Passage {
  /** Character range in the document's text. */
  start: number;
  end: number;
  /** Titles of the headings the passage stands under, outermost first. */
  headings: string[];
  /** Page of a PDF, from 1. */
  page?: number;
}

const splitter = new PassageSplitter();

/** Cuts a document into passages that never cross a heading, in the order of the text. */
export async function splitDocument(
  document: Pick<LoadedDocument, "kind" | "text" | "pageStarts">,
): Promise<Passage[]> {
  const { text, pageStarts } = document;
  const passages: Passage[] = [];
  for (const section of sectionsOf(document)) {
    for (const range of await splitter.splitRanges(text.slice(section.start, section.end))) {
      const start = section.start + range.start;
      const page = pageStarts.findLastIndex((pageStart) => pageStart <= start) + 1;
      const passage = { start, end: section.start + range.end, headings: section.headings };
      passages.push(page > 0 ? { ...passage, page } : passage);
    }
  }
  return passages;
}

function sectionsOf({ kind, text }: Pick<LoadedDocument, "kind" | "text">): Section[] {
  const whole = { start: 0, end: text.length, headings: [] };
  if (kind !== "markdown" && kind !== "html") return [whole];
  const sections = markdownSections(text);
  // A document of headings only is still worth finding.
  return sections.length > 0 ? sections : [whole];
}
