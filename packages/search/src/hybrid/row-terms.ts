import { eventLoopTurns } from "@kokeshi/core";
import { type Analyzer, analyzeText, Bm25Index, type Bm25Options, type Bm25Scores } from "@kokeshi/lexical";
import type { Contents } from "../contents.js";
import type { WorkOptions } from "../vector-index.js";

export interface TermOptions extends Bm25Options {
  /** Where an item has its text. Default: the payload, if that is a string, or its `text`. */
  textOf?: (payload: unknown) => string | undefined;
  /** How texts and queries fall into terms. Default: "mixed", for any language. */
  analyzer?: Analyzer | ((text: string) => readonly string[]);
}

/**
 * The terms of the rows of an index that have texts, in memory. Follows the contents when it is told to catch up, row by
 * row; what it gives is always that of the rows that were there then.
 */
export class RowTerms {
  private readonly bm25: Bm25Index;
  private readonly textOf: NonNullable<TermOptions["textOf"]>;
  private readonly analyze: (text: string) => readonly string[];
  /** Rows that were looked at. */
  private done = 0;
  /** Of these, rows that were removed since. */
  private removed: number[] = [];

  constructor({ textOf = textOfPayload, analyzer = "mixed", ...options }: TermOptions) {
    this.bm25 = new Bm25Index(options);
    this.textOf = textOf;
    this.analyze = typeof analyzer === "function" ? analyzer : (text) => analyzeText(text, analyzer);
  }

  /** Rows that have a text. */
  get count(): number {
    return this.bm25.count;
  }

  isComplete(contents: Contents): boolean {
    return this.done === contents.rows && this.removed.length === 0;
  }

  /** Remembers rows that are no more. */
  remove(rows: Iterable<number>): void {
    for (const row of rows) if (row < this.done) this.removed.push(row);
  }

  /** Takes in what has changed. Nobody may change the contents meanwhile. Where it rejects, it can be called again. */
  async catchUp(contents: Contents, { signal, onProgress }: WorkOptions = {}): Promise<void> {
    const takeTurn = eventLoopTurns();
    while (this.removed.length > 0) {
      const row = this.removed.at(-1) as number;
      this.bm25.remove(row, this.termsOf(contents.payload(row)) ?? []);
      this.removed.pop();
      signal?.throwIfAborted();
      await takeTurn();
    }
    const total = contents.rows;
    for (const { row, payload } of contents.texts({ firstRow: this.done })) {
      const terms = contents.isLive(row) ? this.termsOf(contents.parsed(payload)) : undefined;
      if (terms !== undefined) this.bm25.add(row, terms);
      this.done = row + 1;
      if (row % 64 !== 63) continue;
      signal?.throwIfAborted();
      if (row % 4096 === 4095) onProgress?.({ done: row + 1, total });
      await takeTurn();
    }
    onProgress?.({ done: total, total });
  }

  /** Valid until the next query. */
  score(query: string): Bm25Scores {
    return this.bm25.score(this.analyze(query));
  }

  private termsOf(payload: unknown): readonly string[] | undefined {
    const text = this.textOf(payload);
    return text === undefined ? undefined : this.analyze(text);
  }
}

function textOfPayload(payload: unknown): string | undefined {
  if (typeof payload === "string") return payload;
  const text =
    typeof payload === "object" && payload !== null ? (payload as { text?: unknown }).text : undefined;
  return typeof text === "string" ? text : undefined;
}
