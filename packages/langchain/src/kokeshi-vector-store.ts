import {
  dotProduct,
  Embeddings as EmbeddingMatrix,
  InvalidArgumentError,
  nearestNeighbors,
  normalizeRows,
  type Neighbor,
  type Vector,
} from "@kokeshi/core";
import { fuseScores, type FusionOptions, resolveFusion } from "@kokeshi/lexical";
import { Document, type DocumentInterface } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { maximalMarginalRelevance } from "@langchain/core/utils/math";
import { VectorStore, type MaxMarginalRelevanceSearchOptions } from "@langchain/core/vectorstores";
import { KokeshiEmbeddings } from "./kokeshi-embeddings.js";
import { RowTerms } from "./row-terms.js";
import { VectorTable } from "./vector-table.js";

/** Says which documents a search may return. */
export type KokeshiDocumentFilter = (document: DocumentInterface) => boolean;

export interface KokeshiVectorStoreOptions {
  /**
   * "cosine" (the default) brings documents and queries to length 1; "dot" leaves them as they are, for models whose
   * lengths mean something.
   */
  similarity?: "cosine" | "dot";
  /**
   * Search by the words of `pageContent`, too, wherever the query is a text: for names, numbers, rare words, which vectors
   * blur. `true` for the defaults of `fuseScores` in @kokeshi/lexical. Default: by vectors alone.
   */
  hybrid?: boolean | FusionOptions;
}

/** Rows that vectors and words put forward each, at least: fusion looks at the range of their scores. */
const fewestCandidates = 100;

interface AddOptions {
  /** One a document. Default: the document's own id, or a random one. A known id replaces its document. */
  ids?: readonly string[];
}

/**
 * An exact vector store in memory: all vectors are rows of one Float32Array, and a search looks at every row. Scores
 * are cosines (or dot products), higher is closer; equal scores come in the order of adding.
 */
export class KokeshiVectorStore extends VectorStore {
  declare FilterType: KokeshiDocumentFilter;
  readonly similarity: "cosine" | "dot";
  private readonly table = new VectorTable();
  private readonly fusion: FusionOptions | undefined;
  private readonly terms: RowTerms | undefined;
  private documents: DocumentInterface[] = [];
  private rowOfId = new Map<string, number>();

  constructor(embeddings: EmbeddingsInterface, options: KokeshiVectorStoreOptions = {}) {
    super(embeddings, options);
    this.similarity = options.similarity ?? "cosine";
    const { hybrid = false } = options;
    if (hybrid === false) return;
    this.fusion = resolveFusion(hybrid === true ? {} : hybrid);
    this.terms = new RowTerms();
  }

  override _vectorstoreType(): string {
    return "kokeshi";
  }

  /** Documents in the store. */
  get size(): number {
    return this.documents.length;
  }

  /** Embeds and adds; resolves with the ids, in order. */
  override async addDocuments(documents: DocumentInterface[], options: AddOptions = {}): Promise<string[]> {
    const texts = documents.map((document) => document.pageContent);
    const vectors =
      this.embeddings instanceof KokeshiEmbeddings
        ? await this.embeddings.embedMatrix(texts, "document")
        : await this.embeddings.embedDocuments(texts);
    return this.add(Array.from<Vector>(vectors), documents, options);
  }

  /**
   * Adds vectors made elsewhere, one a document; resolves with the ids, in order. Throws InvalidArgumentError, and
   * adds none of them, when a vector has another length or is not finite.
   */
  override async addVectors(
    vectors: number[][],
    documents: DocumentInterface[],
    options: AddOptions = {},
  ): Promise<string[]> {
    return this.add(vectors, documents, options);
  }

  private add(
    vectors: readonly Vector[],
    documents: readonly DocumentInterface[],
    options: AddOptions,
  ): string[] {
    requireSameCount("vectors", vectors.length, documents.length);
    if (options.ids !== undefined) requireSameCount("ids", options.ids.length, documents.length);
    vectors.forEach((vector, index) => {
      this.table.check(vector, `vector ${index}`);
      requireSameLength(vector, vectors[0] as Vector, index);
    });
    return documents.map((document, index) => {
      const id = options.ids?.[index] ?? document.id ?? crypto.randomUUID();
      const vector = this.comparable(vectors[index] as Vector);
      const stored = new Document({ ...document, id });
      const row = this.rowOfId.get(id);
      if (row === undefined) {
        this.rowOfId.set(id, this.documents.length);
        this.documents.push(stored);
        this.table.append(vector);
        this.terms?.append(stored.pageContent);
      } else {
        this.terms?.replace(row, (this.documents[row] as DocumentInterface).pageContent, stored.pageContent);
        this.documents[row] = stored;
        this.table.replace(row, vector);
      }
      return id;
    });
  }

  /** Removes documents; ids that are not here are ignored. */
  override async delete({ ids }: { ids: readonly string[] }): Promise<void> {
    if (!Array.isArray(ids)) {
      throw new InvalidArgumentError({
        part: "langchain",
        problem: "delete() was given no list of ids",
        remedy: "call delete({ ids: [...] }) with the ids that addDocuments() returned",
      });
    }
    const doomed = new Set(ids.map((id) => this.rowOfId.get(id)));
    const kept = this.documents.flatMap((_, row) => (doomed.has(row) ? [] : [row]));
    this.table.keep(kept);
    this.terms?.keep(kept, (row) => (this.documents[row] as DocumentInterface).pageContent);
    this.documents = kept.map((row) => this.documents[row] as DocumentInterface);
    this.rowOfId = new Map(this.documents.map((document, row) => [document.id as string, row]));
  }

  /** The best documents that pass the filter, by vectors and, where the store is `hybrid`, by words. */
  override async similaritySearchWithScore(
    query: string,
    k = 4,
    filter?: KokeshiDocumentFilter,
  ): Promise<[DocumentInterface, number][]> {
    const vector = await this.embeddings.embedQuery(query);
    return this.best(query, vector, k, filter).map(({ index, score }) => [this.document(index), score]);
  }

  override async similaritySearch(
    query: string,
    k = 4,
    filter?: KokeshiDocumentFilter,
  ): Promise<DocumentInterface[]> {
    return (await this.similaritySearchWithScore(query, k, filter)).map(([document]) => document);
  }

  /**
   * Rates any text by the words it shares with the query, as documents are in a `hybrid` store: 0 for none, towards 1 the
   * more of them and the rarer they are among the documents. Throws InvalidArgumentError where the store is not.
   */
  lexicalScorer(query: string): (text: string) => number {
    if (this.terms !== undefined) return this.terms.scorer(query);
    throw new InvalidArgumentError({
      part: "langchain",
      problem: "lexicalScorer() was asked of a store that knows no words",
      remedy: "make the store with `hybrid`",
    });
  }

  /** The `k` documents nearest to a vector that pass the filter, nearest first: by vectors alone. */
  override async similaritySearchVectorWithScore(
    query: number[],
    k: number,
    filter?: KokeshiDocumentFilter,
  ): Promise<[DocumentInterface, number][]> {
    return this.nearest(query, k, filter).map(({ index, score }) => [this.document(index), score]);
  }

  /**
   * Of the `fetchK` best documents (default 20) the `k` that are near the query and unlike each other: `lambda` 1
   * asks for nearness only, 0 for variety only (default 0.5). After Carbonell and Goldstein, 1998.
   */
  override async maxMarginalRelevanceSearch(
    query: string,
    { k, fetchK = 20, lambda = 0.5, filter }: MaxMarginalRelevanceSearchOptions<KokeshiDocumentFilter>,
  ): Promise<DocumentInterface[]> {
    const vector = await this.embeddings.embedQuery(query);
    const rows = this.best(query, vector, fetchK, filter).map((neighbor) => neighbor.index);
    const candidates = this.table.gather(rows).toArrays();
    return maximalMarginalRelevance(vector, candidates, lambda, k).map((index) =>
      this.document(rows[index] as number),
    );
  }

  private nearest(query: Vector, k: number, filter: KokeshiDocumentFilter | undefined): Neighbor[] {
    if (this.size === 0) return [];
    this.table.check(query, "the query");
    const queries = EmbeddingMatrix.from([this.comparable(query)]);
    if (filter === undefined) return nearestNeighbors(queries, this.table.matrix(), k)[0] ?? [];
    const rows = this.documents.flatMap((document, row) => (filter(document) ? [row] : []));
    const neighbors = nearestNeighbors(queries, this.table.gather(rows), k)[0] ?? [];
    return neighbors.map(({ index, score }) => ({ index: rows[index] as number, score }));
  }

  private best(
    query: string,
    vector: Vector,
    k: number,
    filter: KokeshiDocumentFilter | undefined,
  ): Neighbor[] {
    const { terms, fusion } = this;
    if (terms === undefined) return this.nearest(vector, k, filter);
    const count = Math.max(10 * k, fewestCandidates);
    const near = this.nearest(vector, count, filter).map(({ index }) => index);
    const scores = terms.score(query);
    const passing = scores
      .nearest(filter === undefined ? count : Math.max(1, this.size))
      .filter((row) => filter === undefined || filter(this.documents[row] as DocumentInterface));
    const rows = Array.from(new Set([...near, ...passing.slice(0, count)])).sort((a, b) => a - b);
    const own = this.comparable(vector);
    const matrix = this.table.matrix();
    const dense = rows.map((row) => dotProduct(own, matrix.row(row)));
    const fused = fuseScores({ dense, lexical: scores.of(rows), lexicalBound: scores.bound }, fusion);
    // The sort is stable: of equal ones, that which was added first comes first.
    return rows
      .map((index, place) => ({ index, score: fused[place] as number }))
      .sort((a, b) => b.score - a.score)
      .slice(0, k);
  }

  /** A copy of the vector, ready for a dot product. */
  private comparable(vector: Vector): Float32Array {
    const copy = EmbeddingMatrix.from([vector]);
    return (this.similarity === "cosine" ? normalizeRows(copy) : copy).data;
  }

  private document(row: number): DocumentInterface {
    const document = this.documents[row] as DocumentInterface;
    return new Document({ ...document, metadata: { ...document.metadata } });
  }

  static override async fromTexts(
    texts: string[],
    metadatas: object[] | object,
    embeddings: EmbeddingsInterface,
    options?: KokeshiVectorStoreOptions,
  ): Promise<KokeshiVectorStore> {
    const documents = texts.map(
      (pageContent, index) =>
        new Document({
          pageContent,
          metadata: { ...(Array.isArray(metadatas) ? metadatas[index] : metadatas) },
        }),
    );
    return KokeshiVectorStore.fromDocuments(documents, embeddings, options);
  }

  static override async fromDocuments(
    documents: DocumentInterface[],
    embeddings: EmbeddingsInterface,
    options?: KokeshiVectorStoreOptions,
  ): Promise<KokeshiVectorStore> {
    const store = new KokeshiVectorStore(embeddings, options);
    await store.addDocuments(documents);
    return store;
  }
}

function requireSameCount(what: string, count: number, documents: number): void {
  if (count === documents) return;
  throw new InvalidArgumentError({
    part: "langchain",
    problem: `${count} ${what} were given for ${documents} documents`,
    remedy: "pass one a document",
  });
}

function requireSameLength(vector: Vector, first: Vector, index: number): void {
  if (vector.length === first.length) return;
  throw new InvalidArgumentError({
    part: "langchain",
    problem: `vector ${index} has ${vector.length} dimensions where the first has ${first.length}`,
    remedy: "pass vectors of equal length",
  });
}
