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
   * (U Uᵀ - soft(V Vᵀ)) U, the diagonal of the residuals included: up to a factor the gradient of their squares.
   *
   * @param rows U, row-major, `columns` values a row
   * @param before V, of the same shape
   */
  async timesRows(
    rows: Float32Array,
    before: Float32Array,
    columns: number,
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const shape = [rows.length / columns, columns];
    const all = { rows: new Tensor("float32", rows, shape), before: new Tensor("float32", before, shape) };
    const products = new Float32Array(rows.length);
    for (let start = 0; start < rows.length; start += rowsAtOnce * columns) {
      signal?.throwIfAborted();
      const block = (of: Float32Array): Tensor => {
        const part = of.subarray(start, start + rowsAtOnce * columns);
        return new Tensor("float32", part, [part.length / columns, columns]);
      };
      const outputs = await this.session.run({
        ...all,
        rowsOfBlock: block(rows),
        beforeOfBlock: block(before),
      });
      products.set(outputs["products"]?.data as Float32Array, start);
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
  const input = (name: string): string => graph.input(name, "float32", ["rows", "columns"]);
  const inputOfBlock = (name: string): string => graph.input(name, "float32", ["block", "columns"]);
  const rows = input("rows");
  const wanted = graph.node("Shrink", [cosines(inputOfBlock("beforeOfBlock"), input("before"))], {
    attributes: { lambd: float(threshold), bias: float(threshold) },
  });
  const residuals = graph.node("Sub", [cosines(inputOfBlock("rowsOfBlock"), rows), wanted]);
  graph.output("products", graph.node("MatMul", [residuals, rows]), "float32", ["block", "columns"]);
  return writeModel(graph.model({ "": 21, "com.microsoft": 1 }));
}
