import { GraphBuilder, int, tensorTypeCodes, writeModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Rows that are multiplied at once: some 30 MB in float64 at 1,024 dimensions. */
const rowsAtOnce = 4096;

/**
 * Products of tall matrices in float64, by ONNX Runtime: rows come as float32, as tables and embeddings are stored, and
 * sums of many thousand products keep their digits.
 */
export class MatrixEngine {
  private constructor(
    private readonly gramSession: InferenceSession,
    private readonly projectSession: InferenceSession,
  ) {}

  static async create(threads = 1): Promise<MatrixEngine> {
    const options = {
      intraOpNumThreads: threads,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    };
    const [gram, project] = await Promise.all([
      InferenceSession.create(gramGraph(), options),
      InferenceSession.create(projectGraph(), options),
    ]);
    return new MatrixEngine(gram, project);
  }

  /**
   * The sum over rows x of (x - mean)ᵀ(x - mean): `columns` x `columns`, row-major.
   *
   * @param rows row-major, `columns` values a row
   */
  async gram(rows: Float32Array, mean: Float64Array, signal?: AbortSignal): Promise<Float64Array> {
    const columns = mean.length;
    const sums = new Float64Array(columns * columns);
    const meanTensor = new Tensor("float64", mean, [1, columns]);
    for (let start = 0; start < rows.length; start += rowsAtOnce * columns) {
      signal?.throwIfAborted();
      const part = rows.subarray(start, start + rowsAtOnce * columns);
      const { gram } = await this.gramSession.run({
        rows: new Tensor("float32", part, [part.length / columns, columns]),
        mean: meanTensor,
      });
      (gram?.data as Float64Array).forEach((value, index) => (sums[index] = (sums[index] as number) + value));
    }
    return sums;
  }

  /** (x - mean) · axes for each row x, rounded to float32. `axes`: row-major, one row a column of `rows`. */
  async project(
    rows: Float32Array,
    mean: Float64Array,
    axes: Float64Array,
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const columns = mean.length;
    const dimensions = axes.length / columns;
    const projected = new Float32Array((rows.length / columns) * dimensions);
    const fixed = {
      mean: new Tensor("float64", mean, [1, columns]),
      axes: new Tensor("float64", axes, [columns, dimensions]),
    };
    for (let start = 0; start < rows.length; start += rowsAtOnce * columns) {
      signal?.throwIfAborted();
      const part = rows.subarray(start, start + rowsAtOnce * columns);
      const outputs = await this.projectSession.run({
        rows: new Tensor("float32", part, [part.length / columns, columns]),
        ...fixed,
      });
      projected.set(outputs["projected"]?.data as Float32Array, (start / columns) * dimensions);
    }
    return projected;
  }

  async close(): Promise<void> {
    await Promise.all([this.gramSession.release(), this.projectSession.release()]);
  }
}

function gramGraph(): Uint8Array {
  const graph = new GraphBuilder("gram");
  const centred = centredRows(graph);
  const transposed = graph.node("Transpose", [centred]);
  graph.output("gram", graph.node("MatMul", [transposed, centred]), "float64", ["columns", "columns"]);
  return writeModel(graph.model());
}

function projectGraph(): Uint8Array {
  const graph = new GraphBuilder("project");
  const centred = centredRows(graph);
  const axes = graph.input("axes", "float64", ["columns", "dimensions"]);
  const product = graph.node("MatMul", [centred, axes]);
  const rounded = graph.node("Cast", [product], { attributes: { to: int(tensorTypeCodes.float32) } });
  graph.output("projected", rounded, "float32", ["rows", "dimensions"]);
  return writeModel(graph.model());
}

function centredRows(graph: GraphBuilder): string {
  const rows = graph.input("rows", "float32", ["rows", "columns"]);
  const mean = graph.input("mean", "float64", [1, "columns"]);
  const wide = graph.node("Cast", [rows], { attributes: { to: int(tensorTypeCodes.float64) } });
  return graph.node("Sub", [wide, mean]);
}
