import { Embeddings, InvalidArgumentError } from "@kokeshi/core";
import { createKernelsSync, type Float32Vectors, type Kernels, type TopRows } from "@kokeshi/kernels";
import { type FunnelPlan, requirePlan, stagesFor } from "./funnel-plan.js";
import { truncate } from "./truncate.js";

export interface FunnelOptions {
  /** Where the vectors are kept. Default: an engine of the funnel's own. */
  kernels?: Kernels;
}

interface PreparedStage {
  readonly vectors: Float32Vectors;
  readonly dimensions: number;
  readonly keep: number;
}

/** Rows that are truncated at a time, to need little memory beside the result. */
const rowsAtATime = 4096;

/**
 * A corpus prepared for a plan. Stages of fewer dimensions compare truncated vectors by cosine, a stage of all
 * dimensions compares the vectors as they are by dot product. Each stage has a matrix of its own, so that the coarse
 * scan reads no more memory than it compares: the ladder 256, 64 takes 1.25 times the memory of the vectors.
 */
export class Funnel {
  private readonly dimensions: number;
  private readonly stages: readonly PreparedStage[];

  constructor(
    corpus: Embeddings,
    readonly plan: FunnelPlan,
    { kernels = createKernelsSync() }: FunnelOptions = {},
  ) {
    requirePlan(plan, corpus.dimensions);
    this.dimensions = corpus.dimensions;
    this.stages = stagesFor(plan, corpus.rows).map(({ dimensions, keep }) => ({
      dimensions,
      keep,
      vectors: writeStage(kernels.createFloat32Vectors(dimensions, corpus.rows), corpus, dimensions),
    }));
  }

  /**
   * The rows nearest to the query, best first, with their scores in the last stage. Exact where the first stage keeps
   * the whole corpus; otherwise a row that a stage drops is not found.
   */
  search(query: Float32Array): TopRows {
    return this.searchBatch(new Embeddings(query, query.length))[0] as TopRows;
  }

  /** `search` for each query, in order: the same results from fewer passes over the corpus. */
  searchBatch(queries: Embeddings): TopRows[] {
    this.requireQueries(queries);
    const [coarsest, ...finer] = this.stages as [PreparedStage, ...PreparedStage[]];
    const cutTo = (dimensions: number): Embeddings =>
      dimensions === this.dimensions ? queries : truncate(queries, dimensions);
    let found = coarsest.vectors.nearestBatch(cutTo(coarsest.dimensions).data, coarsest.keep);
    for (const { vectors, dimensions, keep } of finer) {
      const cut = cutTo(dimensions);
      found = found.map(({ rows }, index) =>
        // In the order of the corpus, in which memory is read fastest.
        vectors.nearest(cut.row(index), keep, rows.slice().sort()),
      );
    }
    return found;
  }

  private requireQueries(queries: Embeddings): void {
    const wrong = queries.findNonFinite();
    if (wrong === undefined && queries.dimensions === this.dimensions) return;
    throw new InvalidArgumentError({
      part: "matryoshka",
      problem:
        wrong === undefined
          ? `the query has ${queries.dimensions} dimensions, the corpus ${this.dimensions}`
          : `component ${wrong.column} of query ${wrong.row} is ${wrong.value}`,
      remedy: "embed the query with the model of the corpus, at its full dimensions",
    });
  }
}

function writeStage(vectors: Float32Vectors, corpus: Embeddings, dimensions: number): Float32Vectors {
  if (dimensions === corpus.dimensions) return vectors.write(0, corpus.data);
  for (let row = 0; row < corpus.rows; row += rowsAtATime) {
    const part = corpus.data.subarray(row * corpus.dimensions, (row + rowsAtATime) * corpus.dimensions);
    vectors.write(row, truncate(new Embeddings(part, corpus.dimensions), dimensions).data);
  }
  return vectors;
}
