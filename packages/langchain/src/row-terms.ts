import { analyzeText, Bm25Index, type Bm25Scores } from "@kokeshi/lexical";

/** The words of the rows of a store. Rows move up when others go; the index of words never numbers a document again. */
export class RowTerms {
  private readonly bm25 = new Bm25Index();
  private numbers: number[] = [];
  private rows = new Map<number, number>();
  private next = 0;

  append(text: string): void {
    this.place(this.numbers.length, text);
  }

  replace(row: number, before: string, after: string): void {
    this.drop(row, before);
    this.place(row, after);
  }

  /** Keeps the rows at `kept` (ascending), in order. */
  keep(kept: readonly number[], textOf: (row: number) => string): void {
    const left = new Set(kept);
    this.numbers.forEach((_, row) => left.has(row) || this.drop(row, textOf(row)));
    this.numbers = kept.map((row) => this.numbers[row] as number);
    this.rows = new Map(this.numbers.map((number, row) => [number, row]));
  }

  /** Valid until the next query or change. */
  score(query: string): RowScores {
    const scores = this.bm25.score(analyzeText(query));
    return {
      bound: scores.bound,
      of: (rows) => scores.of(Uint32Array.from(rows, (row) => this.numbers[row] as number)),
      nearest: (count) => Array.from(scores.nearest(count).rows, (number) => this.rows.get(number) as number),
    };
  }

  /** Rates any text: 0 where it shares no word with the query, towards 1 the more of its words it has. */
  scorer(query: string): (text: string) => number {
    const { bound, score } = this.bm25.scorer(analyzeText(query));
    return (text) => (bound > 0 ? score(analyzeText(text)) / bound : 0);
  }

  private place(row: number, text: string): void {
    const number = this.next++;
    this.bm25.add(number, analyzeText(text));
    this.numbers[row] = number;
    this.rows.set(number, row);
  }

  private drop(row: number, text: string): void {
    const number = this.numbers[row] as number;
    this.bm25.remove(number, analyzeText(text));
    this.rows.delete(number);
  }
}

/** BM25 by rows of the store. */
export interface RowScores {
  bound: Bm25Scores["bound"];
  of(rows: readonly number[]): Float32Array;
  /** The best rows that share a word with the query, best first. */
  nearest(count: number): number[];
}
