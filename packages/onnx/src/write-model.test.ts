import { InvalidArgumentError } from "@kokeshi/core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { float, floats, int, ints, string } from "./attributes.js";
import { GraphBuilder } from "./graph-builder.js";
import { writeModel } from "./write-model.js";

/** Runs a model in ONNX Runtime, which validates it first. */
async function run(model: Uint8Array, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
  try {
    return (await session.run(feeds)) as Record<string, Tensor>;
  } finally {
    await session.release();
  }
}

const matrix = (rows: number, columns: number, values: number[]): Tensor =>
  new Tensor("float32", Float32Array.from(values), [rows, columns]);

describe("writeModel", () => {
  it("writes a graph that ONNX Runtime computes as plain TypeScript does", async () => {
    const graph = new GraphBuilder("cosines");
    const a = graph.input("a", "float32", ["rows", 3]);
    const b = graph.input("b", "float32", ["columns", 3]);
    const unit = (vectors: string): string => {
      const squares = graph.node("ReduceSumSquare", [vectors, graph.constant("int64", [1])]);
      return graph.node("Div", [vectors, graph.node("Sqrt", [squares])]);
    };
    const scores = graph.node("FusedMatMul", [unit(a), unit(b)], {
      domain: "com.microsoft",
      attributes: { transB: int(1), alpha: float(20) },
    });
    graph.output("scores", scores, "float32", ["rows", "columns"]);
    const model = writeModel(graph.model({ "": 21, "com.microsoft": 1 }));

    const rowsOfA = [
      [1, 2, 3],
      [-1, 0.5, 2],
    ];
    const rowsOfB = [
      [3, 2, 1],
      [0, 1, 0],
      [-2, 4, 1],
    ];
    const outputs = await run(model, { a: matrix(2, 3, rowsOfA.flat()), b: matrix(3, 3, rowsOfB.flat()) });
    const expected = rowsOfA.flatMap((x) =>
      rowsOfB.map((y) => {
        const dot = x.reduce((sum, value, index) => sum + value * (y[index] as number), 0);
        return (20 * dot) / (Math.hypot(...x) * Math.hypot(...y));
      }),
    );
    expect(outputs["scores"]?.dims).toEqual([2, 3]);
    expected.forEach((value, index) => expect(outputs["scores"]?.data[index]).toBeCloseTo(value, 4));
  });

  it("writes every kind of attribute, weights in bytes, several outputs and left-out inputs", async () => {
    const graph = new GraphBuilder("attributes");
    const x = graph.input("x", "float32", [2, 4]);
    const [top, indices] = graph.nodes("TopK", [x, graph.constant("int64", [2])], 2, {
      attributes: { axis: int(-1) },
    }) as [string, string];
    const weight = graph.initializer("int8", [4], new Uint8Array(Int8Array.from([-2, -1, 0, 1]).buffer));
    const scaled = graph.node("Mul", [x, graph.node("Cast", [weight], { attributes: { to: int(1) } })]);
    const transposed = graph.node("Transpose", [scaled], { attributes: { perm: ints(1, 0) } });
    // Clip's lower bound is optional: "" leaves it out.
    const clipped = graph.node("Clip", [transposed, "", graph.constant("float32", [3], [])]);
    const label = graph.node("LabelEncoder", [indices], {
      domain: "ai.onnx.ml",
      attributes: { keys_int64s: ints(0, 1, 2, 3), values_floats: floats(0.5, 1.5, 2.5, 3.5) },
    });
    const einsum = graph.node("Einsum", [top, top], { attributes: { equation: string("ij,ij->i") } });
    graph.output("clipped", clipped, "float32", [4, 2]);
    graph.output("label", label, "float32", [2, 2]);
    graph.output("einsum", einsum, "float32", [2]);
    const model = writeModel(graph.model({ "": 21, "ai.onnx.ml": 2 }));
    const outputs = await run(model, { x: matrix(2, 4, [1, 2, 3, 4, 8, 7, 6, 5]) });
    expect(Array.from(outputs["clipped"]?.data as Float32Array)).toEqual([-2, -16, -2, -7, 0, 0, 3, 3]);
    expect(Array.from(outputs["label"]?.data as Float32Array)).toEqual([3.5, 2.5, 0.5, 1.5]);
    expect(Array.from(outputs["einsum"]?.data as Float32Array)).toEqual([25, 113]);
  });

  it("keeps constants of 64 bits", async () => {
    const graph = new GraphBuilder("constants");
    const values = [-1, 2 ** 40, -(2 ** 53) + 1];
    graph.output("values", graph.node("Identity", [graph.constant("int64", values)]), "int64", [3]);
    const outputs = await run(writeModel(graph.model()), {});
    expect(Array.from(outputs["values"]?.data as BigInt64Array, Number)).toEqual(values);
  });
});

describe("GraphBuilder", () => {
  it("refuses what cannot become a graph", () => {
    const graph = new GraphBuilder("faulty");
    graph.input("x", "float32", [1]);
    expect(() => graph.input("x", "float32", [1])).toThrow(/"x" is empty or taken/);
    expect(() => graph.node("Relu", ["y"])).toThrow(/Relu takes "y", which does not exist yet/);
    expect(() => graph.output("z", "y", "float32", [1])).toThrow(InvalidArgumentError);
    expect(() => graph.initializer("float32", [2, 3], new Uint8Array(23))).toThrow(/pass 24 bytes/);
    graph.node("FusedMatMul", ["x", "x"], { domain: "com.microsoft" });
    expect(() => graph.model()).toThrow(/"com.microsoft", which are not imported/);
  });
});
