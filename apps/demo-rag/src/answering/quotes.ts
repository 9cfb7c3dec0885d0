import { dotProduct } from "@kokeshi/core";
import type { KokeshiEmbeddings } from "@kokeshi/langchain";
import type { RetrievedPassage, Scorer } from "../library/document-library.js";
import { displayWidth } from "../splitting/display-width.js";
import type { CharacterRange } from "./answer.js";
import { languageOf } from "./language.js";
import { onOneLine, sentencesOf } from "./sentences.js";

const mostQuotes = 3;
/** Columns of the shortest text that says something alone. */
const shortestQuote = 16;
/** Columns up to which a sentence is quoted together with the one after it. */
const longestPair = 240;
/** How much of a quote's score comes from the passage around it. */
const passageShare = 0.5;
/** What a quote in another language than the question's is worth: the reader may not know it. */
const foreignWorth = 0.8;
/** Below this score nothing in the documents has to do with the question. */
const absoluteFloor = 0.155;
/** Something is quoted while it scores at least this share of the best quote. */
const relativeFloor = 0.75;
/** Weight of closeness to the question against difference from what is quoted already. */
const relevanceShare = 0.7;

export interface Quote extends CharacterRange {
  passage: RetrievedPassage;
  /** On one line. */
  text: string;
  /** Rated like passages: see `DocumentLibrary.scorer`. */
  score: number;
}

interface Candidate extends Quote {
  vector: Float32Array;
}

/**
 * What the passages say about the question in their own words: sentences close to the question and unlike each other,
 * best first. Empty where nothing is close.
 */
export async function bestQuotes(
  question: string,
  passages: readonly RetrievedPassage[],
  embeddings: KokeshiEmbeddings,
  score: Scorer,
): Promise<Quote[]> {
  const quotes = passages.flatMap(quotable);
  if (quotes.length === 0) return [];
  const texts = quotes.map(({ text }) => text);
  const query = (await embeddings.embedMatrix([question], "query")).row(0);
  const vectors = await embeddings.embedMatrix(texts, "document");
  const language = languageOf(question);
  return choose(
    quotes.map((quote, index) => {
      const vector = vectors.row(index);
      const own = score(dotProduct(query, vector), quote.text);
      const worth = languageOf(quote.text) === language ? 1 : foreignWorth;
      return {
        ...quote,
        vector,
        score: worth * ((1 - passageShare) * own + passageShare * quote.passage.score),
      };
    }),
  );
}

/** Each sentence of the passage, with the next one of its paragraph where both are short. */
function quotable(passage: RetrievedPassage): Omit<Quote, "score">[] {
  const { text, kind } = passage.document;
  const quotes = sentencesOf(text, passage, kind).flatMap((sentences) =>
    sentences.map((sentence, index) => {
      const pair = { start: sentence.start, end: (sentences[index + 1] ?? sentence).end };
      const { start, end } = displayWidth(text.slice(pair.start, pair.end)) <= longestPair ? pair : sentence;
      return { start, end, passage, text: onOneLine(text.slice(start, end)) };
    }),
  );
  return quotes.filter((quote) => displayWidth(quote.text) >= shortestQuote);
}

/** Maximal marginal relevance (Carbonell and Goldstein 1998) over what is close enough. */
function choose(quotes: readonly Candidate[]): Quote[] {
  const floor = Math.max(absoluteFloor, relativeFloor * Math.max(...quotes.map(({ score }) => score)));
  let left = quotes.filter(({ score }) => score >= floor);
  const chosen: Candidate[] = [];
  while (left.length > 0 && chosen.length < mostQuotes) {
    const worth = left.map((quote) => {
      const likest = Math.max(0, ...chosen.map((other) => dotProduct(quote.vector, other.vector)));
      return relevanceShare * quote.score - (1 - relevanceShare) * likest;
    });
    const next = left[worth.indexOf(Math.max(...worth))] as Candidate;
    chosen.push(next);
    left = left.filter((quote) => !overlap(quote, next));
  }
  return chosen;
}

function overlap(a: Quote, b: Quote): boolean {
  return a.passage.document === b.passage.document && a.start < b.end && b.start < a.end;
}
