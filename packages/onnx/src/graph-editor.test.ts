import { InvalidArgumentError } from "@kokeshi/core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { int } from "./attributes.js";
import { foldConstants, type EvaluateModel } from "./fold-constants.js";
import { GraphBuilder } from "./graph-builder.js";
import { GraphEditor } from "./graph-editor.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "./model.js";
import { writeModel } from "./write-model.js";

async function run(model: OnnxModel, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(writeModel(model), { logSeverityLevel: 3 });
  try {
    return (await session.run(feeds)) as Record<string, Tensor>;
  } finally {
    await session.release();
  }
}

const vector = (...values: number[]): Tensor =>
  new Tensor("float32", Float32Array.from(values), [values.length]);

/** y = relu(x + 1) * 2, and a node that nothing needs. */
function example(): OnnxModel {
  const graph = new GraphBuilder("example");
  const x = graph.input("x", "float32", [2]);
  const sum = graph.node("Add", [x, graph.constant("float32", [1])]);
  graph.node("Neg", [sum]);
  const product = graph.node("Mul", [graph.node("Relu", [sum]), graph.constant("float32", [2])]);
  graph.output("y", product, "float32", [2]);
  return graph.model();
}

const find = (model: OnnxModel, operator: string): OnnxNode => {
  const node = model.graph.nodes.find((candidate) => candidate.operator === operator);
  if (node === undefined) throw new Error(`no ${operator}`);
  return node;
};

describe("GraphEditor", () => {
  it("knows who computes a value and who takes it", () => {
    const model = example();
    const editor = new GraphEditor(model);
    const sum = find(model, "Add").outputs[0] as string;
    expect(editor.producer(sum)?.operator).toBe("Add");
    expect(editor.producer(sum, "Mul")).toBeUndefined();
    expect(editor.producer("x")).toBeUndefined();
    expect(editor.consumers(sum).map((node) => node.operator)).toEqual(["Neg", "Relu"]);
    expect(editor.onlyConsumer(sum)).toBeUndefined();
    expect(editor.onlyConsumer("x", "Add", "Sub")?.operator).toBe("Add");
    expect(editor.onlyConsumer("y")).toBeUndefined();
    expect(editor.scalar(find(model, "Add").inputs[1])).toBe(1);
    expect(editor.scalar("x")).toBeUndefined();
  });

  it("replaces, drops what nothing needs, and sorts", async () => {
    const model = example();
    const editor = new GraphEditor(model);
    const relu = find(model, "Relu");
    const ten = editor.initializer("ten", "float32", [1], Float32Array.of(10));
    // Added last, needed in the middle.
    editor.replaceUses(relu.outputs[0] as string, editor.value("Min", [relu.inputs[0] as string, ten]));
    editor.finish();
    expect(model.graph.nodes.map((node) => node.operator)).toEqual(["Add", "Min", "Mul", "Identity"]);
    expect(model.graph.initializers).toHaveLength(3);
    const { y } = await run(model, { x: vector(-3, 100) });
    expect(Array.from(y?.data as Float32Array)).toEqual([-4, 20]);
  });

  it("replaces an output of the graph, which keeps its name", async () => {
    const model = example();
    const editor = new GraphEditor(model);
    editor.replaceUses("y", editor.value("Sqrt", ["y"]));
    expect(() => editor.finish()).toThrow(InvalidArgumentError);

    const again = example();
    const second = new GraphEditor(again);
    second.replaceUses("y", second.value("Sqrt", [find(again, "Mul").outputs[0] as string]));
    second.finish();
    const { y } = await run(again, { x: vector(1, 7) });
    expect(Array.from(y?.data as Float32Array)).toEqual([2, 4]);
  });

  it("sees what subgraphs take from outside", async () => {
    const graph = new GraphBuilder("branches");
    const x = graph.input("x", "float32", [2]);
    const condition = graph.input("condition", "bool", []);
    const doubled = graph.node("Add", [x, x]);
    const branch = (operator: string): OnnxGraph => ({
      name: operator,
      nodes: [{ operator, domain: "", inputs: [doubled], outputs: [`${operator}_y`], attributes: {} }],
      initializers: [],
      inputs: [],
      outputs: [{ name: `${operator}_y`, type: "float32", shape: [2] }],
    });
    const chosen = graph.node("If", [condition], {
      attributes: {
        then_branch: { type: "graph", value: branch("Neg") },
        else_branch: { type: "graph", value: branch("Exp") },
      },
    });
    graph.output("y", chosen, "float32", [2]);
    const model = graph.model();
    const editor = new GraphEditor(model);
    expect(editor.consumers(doubled).map((node) => node.operator)).toEqual(["If"]);
    editor.replaceUses(doubled, editor.value("Abs", [x]));
    editor.finish();
    expect(model.graph.nodes.map((node) => node.operator)).toEqual(["Abs", "If", "Identity"]);
    const yes = new Tensor("bool", Uint8Array.of(1), []);
    const { y } = await run(model, { x: vector(-3, 4), condition: yes });
    expect(Array.from(y?.data as Float32Array)).toEqual([-3, -4]);
  });

  it("refuses a constant whose bytes do not fit its shape", () => {
    const editor = new GraphEditor(example());
    expect(() => editor.initializer("three", "float32", [3], Float32Array.of(1))).toThrow(/pass 12 bytes/);
  });
});

describe("foldConstants", () => {
  const evaluate: EvaluateModel = async (model) => {
    const outputs = await run(model, {});
    return new Map(
      Object.entries(outputs).map(([name, { type, dims, data }]): [string, OnnxTensor] => [
        name,
        {
          name,
          type: type as "float32",
          shape: dims,
          data: new Uint8Array((data as Float32Array).slice().buffer),
        },
      ]),
    );
  };

  it("computes what depends on constants alone, and nothing else", async () => {
    const graph = new GraphBuilder("folding");
    const x = graph.input("x", "float32", [2]);
    const root = graph.node("Sqrt", [graph.constant("float32", [4, 9])]);
    const scaled = graph.node("Mul", [root, graph.constant("float32", [10])]);
    const noise = graph.node("RandomNormalLike", [scaled], { attributes: { dtype: int(1) } });
    graph.output("y", graph.node("Add", [x, scaled]), "float32", [2]);
    graph.output("shape", graph.node("Shape", [noise]), "int64", [1]);
    const model = graph.model();
    expect(await foldConstants(model, evaluate)).toBe(2);
    expect(model.graph.nodes.map((node) => node.operator)).toEqual([
      "RandomNormalLike",
      "Add",
      "Identity",
      "Shape",
      "Identity",
    ]);
    const { y } = await run(model, { x: vector(1, 2) });
    expect(Array.from(y?.data as Float32Array)).toEqual([21, 32]);
    expect(await foldConstants(model, evaluate)).toBe(0);
  });

  it("leaves large results to be computed", async () => {
    const graph = new GraphBuilder("large");
    const wide = graph.node("Expand", [graph.constant("float32", [1]), graph.constant("int64", [1000])]);
    graph.output("y", wide, "float32", [1000]);
    const model = graph.model();
    expect(await foldConstants(model, evaluate, { largest: 999 })).toBe(0);
    expect(model.graph.nodes.some((node) => node.operator === "Expand")).toBe(true);
    expect(await foldConstants(model, evaluate, { largest: 1000 })).toBe(2);
    expect((await run(model, {}))["y"]?.dims).toEqual([1000]);
  });
});
