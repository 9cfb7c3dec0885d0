import type { RetrievedPassage } from "../library/document-library.js";
import type { Passage } from "../splitting/split-document.js";
import type { Language } from "./language.js";

export interface CharacterRange {
  start: number;
  end: number;
}

/** A passage the answer may point to as [number]. */
export interface Citation extends Passage {
  number: number;
  documentId: string;
  documentName: string;
  /** The passage itself: characters `start` to `end` of the document's text. */
  text: string;
  /** The sentences of the passage that the answer quotes, as ranges of the document's text. */
  quotes: CharacterRange[];
  /** What the passage was ranked by: cosine plus half the share of the question's words it has. */
  score: number;
}

export function citationOf(
  { document, ...passage }: RetrievedPassage,
  number: number,
  quotes: CharacterRange[] = [],
): Citation {
  return { number, documentId: document.id, documentName: document.name, ...passage, quotes };
}

export interface Answer {
  /** "quotes": sentences taken from the documents; "chat": written by a language model; "none": nothing found. */
  kind: "quotes" | "chat" | "none";
  language: Language;
  /** With [1]-style citations, each the number of one of `citations`. */
  text: string;
  /** What the reader should know about how the answer came about. */
  note: string;
  /** The passages retrieved for the question. */
  citations: Citation[];
  /** Numbers of the citations the text points to, in order of appearance. */
  cited: number[];
}

/** An answer as it comes about. "text" events are pieces of a text that "done" gives whole and checked. */
export type AnswerEvent =
  | { type: "citations"; citations: Citation[] }
  | { type: "text"; text: string }
  | { type: "done"; answer: Answer };

export interface Answerer {
  /** What writes the answers, for the settings panel. */
  readonly description: { kind: "quotes" | "chat"; model?: string };
  answer(
    question: string,
    passages: readonly RetrievedPassage[],
    signal: AbortSignal,
  ): AsyncIterable<AnswerEvent>;
}

const nothingFound: Readonly<Record<Language, string>> = {
  en: "I found nothing about that in the documents.",
  ja: "文書の中に、それについての記述は見つかりませんでした。",
};

export function emptyAnswer(language: Language, citations: Citation[] = []): Answer {
  return { kind: "none", language, text: nothingFound[language], note: "", citations, cited: [] };
}
