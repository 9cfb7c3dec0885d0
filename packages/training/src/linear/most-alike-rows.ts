import { GraphBuilder, int, writeModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Rows that are compared at once. */
const rowsAtOnce = 2048;

/** Finds, for each of many rows, the candidate of the greatest dot product, by ONNX Runtime in float32. */
export class MostAlikeRows {
  private constructor(private readonly session: InferenceSession) {}

  static async create(threads = 1): Promise<MostAlikeRows> {
    const graph = new GraphBuilder("most-alike-rows");
    const rows = graph.input("rows", "float32", ["rows", "columns"]);
    const candidates = graph.input("candidates", "float32", ["candidates", "columns"]);
    const products = graph.node("FusedMatMul", [rows, candidates], {
      domain: "com.microsoft",
      attributes: { transB: int(1) },
    });
    const best = graph.node("ArgMax", [products], { attributes: { axis: int(1), keepdims: int(0) } });
    graph.output("best", best, "int64", ["rows"]);
    return new MostAlikeRows(
      await InferenceSession.create(writeModel(graph.model({ "": 21, "com.microsoft": 1 })), {
        intraOpNumThreads: threads,
        extra: { session: { intra_op: { allow_spinning: "0" } } },
      }),
    );
  }

  /** Row-major, `columns` values a row; gives the index of a candidate for each row, the first among equals. */
  async find(
    rows: Float32Array,
    candidates: Float32Array,
    columns: number,
    signal?: AbortSignal,
  ): Promise<Int32Array> {
    const found = new Int32Array(rows.length / columns);
    const fixed = new Tensor("float32", candidates, [candidates.length / columns, columns]);
    for (let start = 0; start < rows.length; start += rowsAtOnce * columns) {
      signal?.throwIfAborted();
      const part = rows.subarray(start, start + rowsAtOnce * columns);
      const { best } = await this.session.run({
        rows: new Tensor("float32", part, [part.length / columns, columns]),
        candidates: fixed,
      });
      found.set(Array.from(best?.data as BigInt64Array, Number), start / columns);
    }
    return found;
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}
