import { InvalidArgumentError } from "@kokeshi/core";
import type { WeighedTokens } from "@kokeshi/static-model";
import { RowIndexer } from "./row-index.js";
import { tableStepBinary } from "./table-step-binary.js";

/** The functions of `assembly/table-step.ts`, where each is documented. */
interface TableStepFunctions {
  gatherMeans(
    table: number,
    dimensions: number,
    ids: number,
    starts: number,
    texts: number,
    weights: number,
    means: number,
  ): void;
  shareAmongTokens(
    gradients: number,
    dimensions: number,
    starts: number,
    texts: number,
    weights: number,
  ): void;
  updateRows(
    table: number,
    firstMoments: number,
    secondMoments: number,
    dimensions: number,
    gradients: number,
    rows: number,
    starts: number,
    texts: number,
    weights: number,
    count: number,
    gradient: number,
    stepSize: number,
    secondCorrection: number,
  ): void;
}

const beta1 = 0.9;
const beta2 = 0.999;

const bytesPerPage = 65_536;
const mostBytes = 65_536 * bytesPerPage;

/**
 * The table of a static model while it is trained, with Adam's moments, in one WebAssembly memory. A step is
 * `forward` (vectors of the batch's texts), a loss elsewhere, and `backward` (Adam on the rows of the batch's tokens, as
 * PyTorch's SparseAdam: the moments of the other rows stay as they are).
 */
export class TrainableTable {
  /** Updates done. */
  steps = 0;
  private readonly functions: TableStepFunctions;
  private readonly indexer: RowIndexer;
  private readonly tableBytes: number;
  /** Addresses; those of a batch's arrays come behind these, anew each step. */
  private readonly tableAt = 0;
  private readonly firstMomentsAt: number;
  private readonly secondMomentsAt: number;
  private readonly gradientAt: number;
  private readonly batchAt: number;

  private constructor(
    private readonly memory: WebAssembly.Memory,
    readonly vocabularySize: number,
    readonly dimensions: number,
  ) {
    const module = new WebAssembly.Module(Buffer.from(tableStepBinary, "base64"));
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    this.functions = instance.exports as unknown as TableStepFunctions;
    this.indexer = new RowIndexer(vocabularySize);
    this.tableBytes = align(4 * vocabularySize * dimensions);
    this.firstMomentsAt = this.tableBytes;
    this.secondMomentsAt = 2 * this.tableBytes;
    this.gradientAt = 3 * this.tableBytes;
    this.batchAt = this.gradientAt + align(4 * dimensions);
  }

  /** Zeros everywhere: fill `values`. Throws InvalidArgumentError where table and moments exceed 4 GiB. */
  static create(vocabularySize: number, dimensions: number): TrainableTable {
    const bytes = 3 * align(4 * vocabularySize * dimensions) + align(4 * dimensions) + bytesPerPage;
    try {
      if (bytes > mostBytes) throw new RangeError("beyond the 4 GiB of a WebAssembly memory");
      const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / bytesPerPage), maximum: 65_536 });
      return new TrainableTable(memory, vocabularySize, dimensions);
    } catch (cause) {
      throw new InvalidArgumentError({
        part: "training",
        problem: `a table of ${vocabularySize} x ${dimensions} with its moments takes ${bytes} bytes (${(cause as Error).message})`,
        remedy: "use fewer dimensions or a smaller vocabulary",
        cause,
      });
    }
  }

  /** Row-major, `vocabularySize` x `dimensions`. A view, good until the next call of `forward`. */
  get values(): Float32Array {
    return this.floats(this.tableAt);
  }

  /** Adam's running means of the gradient, in the shape of the table. A view as `values`. */
  get firstMoments(): Float32Array {
    return this.floats(this.firstMomentsAt);
  }

  /** Adam's running means of the squared gradient. */
  get secondMoments(): Float32Array {
    return this.floats(this.secondMomentsAt);
  }

  /**
   * The weighted mean of the tokens' rows of each text, zeros for a text without tokens: one row a text. `vectors` is a
   * view, good until the next call of `forward`.
   */
  forward(batch: WeighedTokens): ForwardPass {
    const { dimensions } = this;
    const texts = batch.starts.length - 1;
    const tokens = batch.ids.length;
    const bytesOfTokens = align(4 * tokens);
    const startsAt = this.batchAt;
    const idsAt = startsAt + align(4 * (texts + 1));
    const weightsAt = batch.weights === undefined ? 0 : idsAt + bytesOfTokens;
    const vectorsAt = (weightsAt || idsAt) + bytesOfTokens;
    const behind = vectorsAt + align(4 * texts * dimensions);
    // The vectors make room for their gradients; behind them come rows, starts, texts and weights of the index.
    this.reserve(behind + 3 * bytesOfTokens + align(4 * (tokens + 1)));
    this.words(startsAt, texts + 1).set(batch.starts);
    this.words(idsAt, tokens).set(batch.ids);
    if (batch.weights) new Float32Array(this.memory.buffer, weightsAt, tokens).set(batch.weights);
    this.functions.gatherMeans(this.tableAt, dimensions, idsAt, startsAt, texts, weightsAt, vectorsAt);
    const vectors = new Float32Array(this.memory.buffer, vectorsAt, texts * dimensions);
    return {
      vectors,
      backward: (learningRate) =>
        this.backward(batch, { startsAt, weightsAt, vectorsAt, behind }, learningRate),
    };
  }

  private backward(batch: WeighedTokens, at: BatchAddresses, learningRate: number): void {
    const { dimensions } = this;
    const { startsAt, weightsAt, vectorsAt, behind } = at;
    this.functions.shareAmongTokens(vectorsAt, dimensions, startsAt, batch.starts.length - 1, weightsAt);
    const { rows, starts, texts, weights } = this.indexer.index(batch);
    const rowsAt = behind;
    const rowStartsAt = rowsAt + align(4 * rows.length);
    const textsAt = rowStartsAt + align(4 * starts.length);
    const textWeightsAt = weights === undefined ? 0 : textsAt + align(4 * texts.length);
    this.words(rowsAt, rows.length).set(rows);
    this.words(rowStartsAt, starts.length).set(starts);
    this.words(textsAt, texts.length).set(texts);
    if (weights) new Float32Array(this.memory.buffer, textWeightsAt, weights.length).set(weights);
    this.steps++;
    this.functions.updateRows(
      this.tableAt,
      this.firstMomentsAt,
      this.secondMomentsAt,
      dimensions,
      vectorsAt,
      rowsAt,
      rowStartsAt,
      textsAt,
      textWeightsAt,
      rows.length,
      this.gradientAt,
      learningRate / (1 - beta1 ** this.steps),
      1 / (1 - beta2 ** this.steps),
    );
  }

  private floats(address: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, this.vocabularySize * this.dimensions);
  }

  private words(address: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, address, length);
  }

  private reserve(bytes: number): void {
    const missing = bytes - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      this.memory.grow(Math.ceil(missing / bytesPerPage));
    } catch (cause) {
      throw new InvalidArgumentError({
        part: "training",
        problem: `table, moments and a batch take ${bytes} bytes, more than there is room for`,
        remedy: "use smaller batches, fewer dimensions or a smaller vocabulary",
        cause,
      });
    }
  }
}

/** Where the arrays of a batch lie; `weightsAt` is 0 where there are none. */
interface BatchAddresses {
  startsAt: number;
  weightsAt: number;
  vectorsAt: number;
  behind: number;
}

export interface ForwardPass {
  /** One row a text. Write d loss / d vectors here, in their place, and call `backward`, once. */
  readonly vectors: Float32Array;
  /** Adam on the rows of the batch. */
  backward(learningRate: number): void;
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
