import { float, GraphBuilder, int, writeModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Rows whose cosines with all others are held at once: 150 MB with 18,000 rows. */
const rowsAtOnce = 2048;

/** Unit rows, row-major, `columns` values a row. */
export interface UnitRows {
  rows: Float32Array;
  columns: number;
}

/**
 * How far the cosines between some unit rows are from those between others, softly thresholded. By ONNX Runtime: the
 * cosines of all rows with all are too many to keep, and are computed anew, block by block, wherever they are needed.
 */
export class CosineResiduals {
  private constructor(
    private readonly session: InferenceSession,
    private readonly before: UnitRows,
  ) {}

  /**
   * @param before V, the rows whose cosines are thresholded
   * @param threshold t of soft(c) = sign(c) max(|c| - t, 0)
   * @param matrices as many are passed to `timesRows`
   * @param threads ONNX Runtime may use
   */
  static async create(
    before: UnitRows,
    threshold: number,
    matrices: number,
    threads: number,
  ): Promise<CosineResiduals> {
    const session = await InferenceSession.create(residualsGraph(threshold, matrices), {
      intraOpNumThreads: threads,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
    return new CosineResiduals(session, before);
  }

  /** (U Uᵀ - soft(V Vᵀ)) U for each U, the diagonal of the residuals included. */
  async timesRows(matrices: readonly UnitRows[], signal?: AbortSignal): Promise<Float32Array[]> {
    const count = this.before.rows.length / this.before.columns;
    const products = matrices.map(({ rows }) => new Float32Array(rows.length));
    for (let first = 0; first < count; first += rowsAtOnce) {
      signal?.throwIfAborted();
      const end = Math.min(count, first + rowsAtOnce);
      const feeds: Record<string, Tensor> = {
        before: rowsOf(this.before, 0, count),
        beforeOfBlock: rowsOf(this.before, first, end),
      };
      matrices.forEach((matrix, place) => {
        feeds[`rows${place}`] = rowsOf(matrix, 0, count);
        feeds[`rowsOfBlock${place}`] = rowsOf(matrix, first, end);
      });
      const outputs = await this.session.run(feeds);
      matrices.forEach(({ columns }, place) =>
        products[place]?.set(outputs[`products${place}`]?.data as Float32Array, first * columns),
      );
    }
    return products;
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

function rowsOf({ rows, columns }: UnitRows, first: number, end: number): Tensor {
  return new Tensor("float32", rows.subarray(first * columns, end * columns), [end - first, columns]);
}

function residualsGraph(threshold: number, matrices: number): Uint8Array {
  const graph = new GraphBuilder("cosine-residuals");
  /** Cosines of the rows of a block with all, and all rows. */
  const cosines = (name: string, place: string): [cosines: string, all: string] => {
    const columns = `columnsOf${name}${place}`;
    const all = graph.input(`${name}${place}`, "float32", ["rows", columns]);
    const block = graph.input(`${name}OfBlock${place}`, "float32", ["block", columns]);
    const attributes = { transB: int(1) };
    return [graph.node("FusedMatMul", [block, all], { domain: "com.microsoft", attributes }), all];
  };
  const [before] = cosines("before", "");
  const wanted = graph.node("Shrink", [before], {
    attributes: { lambd: float(threshold), bias: float(threshold) },
  });
  for (let place = 0; place < matrices; place++) {
    const [now, rows] = cosines("rows", `${place}`);
    const products = graph.node("MatMul", [graph.node("Sub", [now, wanted]), rows]);
    graph.output(`products${place}`, products, "float32", ["block", `columnsOfrows${place}`]);
  }
  return writeModel(graph.model({ "": 21, "com.microsoft": 1 }));
}
