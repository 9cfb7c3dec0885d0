import { InvalidArgumentError } from "@kokeshi/core";
import { createKernelsSync, type TopRows } from "@kokeshi/kernels";
import { Growable } from "./growable.js";
import { TermTable } from "./term-table.js";
import { mergePostings, type Postings, rangeOf, sortedPostings } from "./postings.js";

export interface Bm25Options {
  /** How soon more occurrences of a term stop counting. Default: 0.9, Anserini's, as BEIR and MTEB take it. */
  readonly k1?: number;
  /** How much the length of a document counts, from 0 to 1. Default: 0.4. */
  readonly b?: number;
}

export const defaultBm25 = { k1: 0.9, b: 0.4 } as const;

/** A term of a query: what it is worth there at most, and its number, if any document has had it. */
interface QueryTerm {
  readonly term: number | undefined;
  readonly weight: number;
}

/** The scores of one query. Valid until the next query or change. */
export interface Bm25Scores {
  /** What a document would get that has nothing but each term of the query, again and again; above all scores. */
  readonly bound: number;
  /** The `k` best documents that share a term with the query, best first; the earlier of equal ones first. */
  nearest(k: number): TopRows;
  /** The scores of these documents, 0 for those that share no term with the query. */
  of(documents: Uint32Array): Float32Array;
}

/** Length of a document that is not there. */
const absent = -1;
const greatestFrequency = 65_535;
/** Postings that wait to be sorted: more would take long at once, and memory. */
const mostPending = 1 << 22;

/**
 * BM25 as Lucene computes it (BM25Similarity.java), with exact document lengths:
 *
 *     score(q, d) = sum over the terms of q of idf(t) * f / (f + k1 * (1 - b + b * |d| / average |d|))
 *     idf(t) = ln(1 + (N - n(t) + 0.5) / (n(t) + 0.5))
 *
 * with f times the term t in d and n(t) of N documents that have it. A term that stands twice in the query counts twice.
 * Documents come and go: the scores are always those of an index of the documents that are there.
 */
export class Bm25Index {
  private readonly k1: number;
  private readonly b: number;
  private readonly terms = new TermTable();
  /**
   * Three numbers a term, side by side: documents that have it, the last document it was counted in, plus 1, and where in
   * `pending`.
   */
  private readonly counts = new Growable(new Uint32Array(4096));
  /** Terms of each document, `absent` for numbers without one. */
  private readonly lengths = new Growable(new Int32Array(1024));
  private readonly pending = {
    terms: new Growable(new Uint32Array(4096)),
    documents: new Growable(new Uint32Array(4096)),
    frequencies: new Growable(new Uint16Array(4096)),
  };
  /** Each with fewer postings than half of those before it, as in a log-structured merge tree. */
  private readonly segments: Postings[] = [];
  private readonly kernels = createKernelsSync();
  private documents = 0;
  private totalLength = 0;
  /** k1 * (1 - b + b * |d| / average |d|) of each document; infinity, and so no score, for those that are not there. */
  private norms: Float64Array | undefined;
  private scores = new Float32Array(0);

  /** Throws InvalidArgumentError for parameters that make no sense. */
  constructor({ k1 = defaultBm25.k1, b = defaultBm25.b }: Bm25Options = {}) {
    if (!(k1 >= 0 && Number.isFinite(k1))) throw invalid(`k1 is ${k1}`, "use a number of at least 0");
    if (!(b >= 0 && b <= 1)) throw invalid(`b is ${b}`, "use a number from 0 to 1");
    this.k1 = k1;
    this.b = b;
  }

  /** Documents that are there. */
  get count(): number {
    return this.documents;
  }

  /**
   * Adds a document. Throws InvalidArgumentError where its number is not above those of all that came before; numbers may
   * be left out.
   */
  add(document: number, terms: readonly string[]): void {
    if (!Number.isInteger(document) || document < this.lengths.length || document >= 2 ** 32 - 1) {
      throw invalid(
        `document ${document} was added after document ${this.lengths.length - 1}`,
        "number documents in the order of adding them",
      );
    }
    const first = this.lengths.length;
    this.lengths.extend(document + 1);
    this.lengths.values.fill(absent, first, document);
    this.lengths.values[document] = terms.length;
    for (const term of terms) this.countTerm(this.terms.findOrAdd(term), document);
    this.documents++;
    this.totalLength += terms.length;
    this.norms = undefined;
    if (this.pending.terms.length >= mostPending) this.seal();
  }

  /** Removes a document, whose terms must be those that were added. Does nothing where it is not there. */
  remove(document: number, terms: readonly string[]): void {
    if (!this.has(document)) return;
    for (const term of new Set(terms)) {
      const number = this.terms.find(term);
      if (number !== undefined) (this.counts.values[3 * number] as number)--;
    }
    this.lengths.values[document] = absent;
    this.documents--;
    this.totalLength -= terms.length;
    this.norms = undefined;
  }

  has(document: number): boolean {
    return document < this.lengths.length && this.lengths.values[document] !== absent;
  }

  /** Scores every document for a query. */
  score(query: readonly string[]): Bm25Scores {
    this.seal();
    const queryTerms = this.queryTerms(query);
    const scores = this.emptyScores();
    for (const { term, weight } of queryTerms) {
      if (term === undefined) continue;
      for (const segment of this.segments) this.addScores(scores, segment, term, weight);
    }
    return {
      bound: boundOf(queryTerms),
      nearest: (k) => {
        const { rows, scores: best } = this.kernels.selectTop(scores, k);
        const end = best.findIndex((score) => score <= 0);
        return end < 0 ? { rows, scores: best } : { rows: rows.slice(0, end), scores: best.slice(0, end) };
      },
      of: (documents) => Float32Array.from(documents, (document) => scores[document] ?? 0),
    };
  }

  /** Scores texts that are not in the index, as if they were, by the documents that are. */
  scorer(query: readonly string[]): { bound: number; score(terms: readonly string[]): number } {
    const frequencies = frequenciesOf(query);
    const weights = new Map(Array.from(frequencies, ([term, times]) => [term, times * this.idf(term)]));
    return {
      bound: Array.from(weights.values()).reduce((sum, weight) => sum + weight, 0),
      score: (terms) => {
        const norm = this.norm(terms.length);
        const found = frequenciesOf(terms.filter((term) => weights.has(term)));
        return Array.from(found).reduce(
          (sum, [term, times]) => sum + ((weights.get(term) as number) * times) / (times + norm),
          0,
        );
      },
    };
  }

  private queryTerms(query: readonly string[]): QueryTerm[] {
    return Array.from(frequenciesOf(query), ([term, times]) => ({
      term: this.terms.find(term),
      weight: times * this.idf(term),
    }));
  }

  private idf(term: string): number {
    const number = this.terms.find(term);
    const having = number === undefined ? 0 : (this.counts.values[3 * number] as number);
    return Math.log(1 + (this.documents - having + 0.5) / (having + 0.5));
  }

  private norm(length: number): number {
    const average = this.totalLength / this.documents;
    return this.k1 * (1 - this.b + (average > 0 ? (this.b * length) / average : 0));
  }

  private addScores(scores: Float32Array, postings: Postings, term: number, weight: number): void {
    const range = rangeOf(postings, term);
    if (range === undefined) return;
    const norms = this.documentNorms();
    const { documents, frequencies } = postings;
    for (let index = range[0]; index < range[1]; index++) {
      const document = documents[index] as number;
      const frequency = frequencies[index] as number;
      scores[document] =
        (scores[document] as number) + (weight * frequency) / (frequency + (norms[document] as number));
    }
  }

  private documentNorms(): Float64Array {
    if (this.norms === undefined) {
      const lengths = this.lengths.values.subarray(0, this.lengths.length);
      this.norms = Float64Array.from(lengths, (length) => (length === absent ? Infinity : this.norm(length)));
    }
    return this.norms;
  }

  private emptyScores(): Float32Array {
    if (this.scores.length === this.lengths.length) return this.scores.fill(0);
    return (this.scores = new Float32Array(this.lengths.length));
  }

  /** Counts one occurrence. */
  private countTerm(term: number, document: number): void {
    const { terms, documents, frequencies } = this.pending;
    this.counts.extend(3 * term + 3);
    const counts = this.counts.values;
    if (counts[3 * term + 1] === document + 1) {
      const place = counts[3 * term + 2] as number;
      const frequency = frequencies.values[place] as number;
      if (frequency < greatestFrequency) frequencies.values[place] = frequency + 1;
      return;
    }
    (counts[3 * term] as number)++;
    counts[3 * term + 1] = document + 1;
    counts[3 * term + 2] = terms.length;
    terms.push(term);
    documents.push(document);
    frequencies.push(1);
  }

  /** Makes what was added a segment, and of small segments larger ones. */
  private seal(): void {
    const { terms, documents, frequencies } = this.pending;
    const { length } = terms;
    if (length === 0) return;
    this.segments.push(
      sortedPostings(
        terms.values.subarray(0, length),
        documents.values.subarray(0, length),
        frequencies.values.subarray(0, length),
        this.terms.size,
      ),
    );
    for (const values of [terms, documents, frequencies]) values.clear();
    while (this.segments.length > 1) {
      const [earlier, later] = this.segments.slice(-2) as [Postings, Postings];
      if (earlier.documents.length >= 2 * later.documents.length) break;
      this.segments.splice(
        -2,
        2,
        mergePostings(earlier, later, (document) => this.has(document)),
      );
    }
  }
}

function boundOf(terms: readonly QueryTerm[]): number {
  return terms.reduce((sum, { weight }) => sum + weight, 0);
}

function frequenciesOf(terms: readonly string[]): Map<string, number> {
  const frequencies = new Map<string, number>();
  for (const term of terms) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  return frequencies;
}

function invalid(problem: string, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({ part: "lexical", problem, remedy });
}
