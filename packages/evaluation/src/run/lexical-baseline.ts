import { type Analyzer, analyzeText, Bm25Index, type Bm25Options, defaultBm25 } from "@kokeshi/lexical";
import { scoreReranking } from "../protocols/reranking.js";
import { scoreRetrieval } from "../protocols/retrieval.js";
import type { Ranking } from "../ranking.js";
import { analyzerFor } from "../retrieval/analyzer-for.js";
import { rankByBm25 } from "../retrieval/rank-documents.js";
import type { Scores } from "../scores.js";
import type { Task } from "../task.js";
import { candidatesOf, withGrades } from "./reranking-candidates.js";

export interface LexicalOptions extends Bm25Options {
  /** How Japanese is taken apart. Default: "bigrams". */
  readonly japanese?: "bigrams" | "segmenter";
  /**
   * Reranking: where document frequencies and the mean length come from. The candidates of all queries (`"all"`, the
   * default), or those of the one query (`"query"`), as where its candidates are all that there is.
   */
  readonly statistics?: "all" | "query";
}

export type LexicalTask = Extract<Task, { type: "retrieval" | "reranking" }>;

/** BM25 on a task, computed once for its own row and the hybrid ones. */
export class LexicalBaseline {
  private readonly analyzer: Analyzer;
  private readonly options: Required<Bm25Options>;
  private readonly statistics: "all" | "query";
  private rankings: Promise<Ranking[]> | undefined;

  constructor(
    readonly task: LexicalTask,
    { japanese = "bigrams", statistics = "all", ...options }: LexicalOptions = {},
  ) {
    const texts =
      task.type === "retrieval" ? task.data.corpus.texts : task.data.queries.map(({ query }) => query);
    const analyzer = analyzerFor(task.description.languages, texts);
    this.analyzer = analyzer === "bigrams" ? japanese : analyzer;
    this.statistics = statistics;
    this.options = { ...defaultBm25, ...options };
  }

  /** In words, parameters included. */
  get method(): string {
    const { k1, b } = this.options;
    const own = this.task.type === "reranking" && this.statistics === "query";
    return `BM25 (Lucene), k1 = ${k1}, b = ${b}, ${analyzerNames[this.analyzer]}${own ? ", statistics of each query's candidates" : ""}`;
  }

  async score(signal?: AbortSignal): Promise<Scores> {
    const { mainMetric } = this.task.description;
    if (this.task.type === "retrieval") {
      return scoreRetrieval(await this.rank(signal), this.task.data.qrels, { mainMetric });
    }
    const { perQuery } = candidatesOf(this.task.data.queries);
    return scoreReranking(withGrades(perQuery, this.scoreCandidates()), { mainMetric });
  }

  /** The rankings of a retrieval task. */
  rank(signal?: AbortSignal): Promise<Ranking[]> {
    if (this.task.type !== "retrieval") return Promise.resolve([]);
    const { queries, corpus } = this.task.data;
    this.rankings ??= rankByBm25(queries, corpus, this.analyzer, this.options, signal);
    return this.rankings;
  }

  /** The scores of each query's candidates in a reranking task. */
  scoreCandidates(): Float64Array[] {
    if (this.task.type !== "reranking") return [];
    const { texts, perQuery } = candidatesOf(this.task.data.queries);
    const terms = texts.map((text) => analyzeText(text, this.analyzer));
    const all = this.statistics === "all" ? this.indexOf(terms) : undefined;
    return this.task.data.queries.map(({ query }, row) => {
      const asked = analyzeText(query, this.analyzer);
      const documents = perQuery[row]?.documents ?? new Uint32Array();
      if (all !== undefined) return Float64Array.from(all.score(asked).of(documents));
      const own = this.indexOf(Array.from(documents, (document) => terms[document] as string[]));
      return Float64Array.from(own.score(asked).of(Uint32Array.from(documents.keys())));
    });
  }

  private indexOf(documents: readonly (readonly string[])[]): Bm25Index {
    const index = new Bm25Index(this.options);
    for (const [document, terms] of documents.entries()) index.add(document, terms);
    return index;
  }
}

const analyzerNames: Readonly<Record<Analyzer, string>> = {
  mixed: "NFKC, words, and bigrams of Chinese, Japanese and Korean",
  words: "lower-cased words without stemming or stop words",
  bigrams: "NFKC, bigrams of kana and kanji, ASCII words",
  segmenter: "NFKC, words of Intl.Segmenter",
};
