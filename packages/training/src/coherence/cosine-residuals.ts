import { float, GraphBuilder, int, writeModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Rows whose cosines with all others are held at once: 150 MB with 18,000 rows. */
const rowsAtOnce = 2048;

/**
 * How far the cosines of some unit rows are from those of others, softly thresholded. By ONNX Runtime: the cosines of
 * all rows with all are too many to keep, and are computed anew, block by block, wherever they are needed.
 */
export class CosineResiduals {
  private constructor(private readonly session: InferenceSession) {}

  /** `threshold` is that of the soft thresholding; `threads` ONNX Runtime may use. */
  static async create(threshold: number, threads: number): Promise<CosineResiduals> {
    return new CosineResiduals(
      await InferenceSession.create(residualsGraph(threshold), {
        intraOpNumThreads: threads,
        extra: { session: { intra_op: { allow_spinning: "0" } } },
      }),
    );
  }

  /**
   * (U Uᵀ - soft(V Vᵀ)) W, the diagonal of the residuals included.
   *
   * @param rows U, row-major, `columns` values a row
   * @param before V, as many rows, of any width
   * @param weighted W, of the shape of U
   */
  async timesRows(
    rows: Float32Array,
    before: Float32Array,
    weighted: Float32Array,
    columns: number,
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const count = rows.length / columns;
    const products = new Float32Array(rows.length);
    for (let first = 0; first < count; first += rowsAtOnce) {
      signal?.throwIfAborted();
      const end = Math.min(count, first + rowsAtOnce);
      const part = (of: Float32Array, from: number, to: number): Tensor => {
        const width = of.length / count;
        return new Tensor("float32", of.subarray(from * width, to * width), [to - from, width]);
      };
      const outputs = await this.session.run({
        rows: part(rows, 0, count),
        before: part(before, 0, count),
        weighted: part(weighted, 0, count),
        rowsOfBlock: part(rows, first, end),
        beforeOfBlock: part(before, first, end),
      });
      products.set(outputs["products"]?.data as Float32Array, first * columns);
    }
    return products;
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

function residualsGraph(threshold: number): Uint8Array {
  const graph = new GraphBuilder("cosine-residuals");
  const cosines = (block: string, all: string): string =>
    graph.node("FusedMatMul", [block, all], {
      domain: "com.microsoft",
      attributes: { transB: int(1) },
    });
  const rows = graph.input("rows", "float32", ["rows", "columns"]);
  const weighted = graph.input("weighted", "float32", ["rows", "columns"]);
  const before = graph.input("before", "float32", ["rows", "columnsBefore"]);
  const rowsOfBlock = graph.input("rowsOfBlock", "float32", ["block", "columns"]);
  const beforeOfBlock = graph.input("beforeOfBlock", "float32", ["block", "columnsBefore"]);
  const wanted = graph.node("Shrink", [cosines(beforeOfBlock, before)], {
    attributes: { lambd: float(threshold), bias: float(threshold) },
  });
  const residuals = graph.node("Sub", [cosines(rowsOfBlock, rows), wanted]);
  graph.output("products", graph.node("MatMul", [residuals, weighted]), "float32", ["block", "columns"]);
  return writeModel(graph.model({ "": 21, "com.microsoft": 1 }));
}
