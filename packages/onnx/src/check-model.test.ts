import { InvalidFileError } from "@kokeshi/core";
import fc from "fast-check";
import { InferenceSession } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { float, int } from "./attributes.js";
import { checkModel } from "./check-model.js";
import { copyModel } from "./copy-model.js";
import { subgraphs } from "./every-graph.js";
import { GraphBuilder } from "./graph-builder.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "./model.js";
import { readModel } from "./read-model.js";
import { writeModel } from "./write-model.js";

/** Two dense layers, a branch that takes values of the outside, and a function. */
function example(): OnnxModel {
  const graph = new GraphBuilder("example");
  const x = graph.input("x", "float32", ["rows", 2]);
  const isLarge = graph.input("is_large", "bool", []);
  const weights = graph.initializer("float32", [2, 2], new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer));
  const product = graph.node("MatMul", [x, weights]);
  const norm = graph.node("LayerNormalization", [product, graph.constant("float32", [1, 1])], {
    attributes: { axis: int(-1), epsilon: float(1e-5) },
  });
  const branch = (name: string, operator: string): OnnxGraph => ({
    name,
    nodes: [
      { operator: "Identity", domain: "", inputs: [norm], outputs: ["same"], attributes: {} },
      { operator, domain: "", inputs: ["same"], outputs: ["changed"], attributes: {} },
    ],
    initializers: [],
    inputs: [],
    outputs: [{ name: "changed", type: "float32" }],
  });
  const chosen = graph.node("If", [isLarge], {
    attributes: {
      then_branch: { type: "graph", value: branch("then", "Relu") },
      else_branch: { type: "graph", value: branch("else", "Neg") },
    },
  });
  graph.output("y", graph.node("Twice", [chosen], { domain: "own" }), "float32", ["rows", 2]);
  return {
    ...graph.model({ "": 17, own: 1 }),
    functions: [
      {
        ...{ name: "Twice", domain: "own", inputs: ["a"], outputs: ["b"], attributeNames: [] },
        nodes: [{ operator: "Add", domain: "", inputs: ["a", "a"], outputs: ["b"], attributes: {} }],
        opsets: { "": 17 },
      },
    ],
  };
}

const nodeOf = (model: OnnxModel, operator: string): OnnxNode =>
  model.graph.nodes.find((node) => node.operator === operator) as OnnxNode;
const thenOf = (model: OnnxModel): OnnxGraph => subgraphs(nodeOf(model, "If")).next().value as OnnxGraph;

/** What is done to the example, and what is said of it. */
const faults: Record<string, [(model: OnnxModel) => void, RegExp]> = {
  "an operator set that is not imported": [
    (model) => (nodeOf(model, "MatMul").domain = "com.microsoft"),
    /node 0 \(MatMul.*domain "com.microsoft", whose operators are not imported/,
  ],
  "an operator set of version 0": [(model) => (model.opsets = { "": 0, own: 1 }), /imports version 0/],
  "an IR version that is none": [(model) => (model.irVersion = -1), /IR version -1/],
  "a value that nothing gives": [
    (model) => (nodeOf(model, "MatMul").inputs[0] = "nothing"),
    /takes nothing, which is not there yet/,
  ],
  "nodes out of order": [(model) => model.graph.nodes.reverse(), /which is not there yet/],
  "a name given twice": [
    (model) => (nodeOf(model, "LayerNormalization").outputs = [...nodeOf(model, "MatMul").outputs]),
    /node 1 \(LayerNormalization.* gives the name .* again/,
  ],
  "a node that gives the name of an initializer": [
    (model) => (nodeOf(model, "MatMul").outputs = [model.graph.initializers[0]?.name as string]),
    /again/,
  ],
  "two initializers of one name": [
    (model) => model.graph.initializers.push({ ...(model.graph.initializers[0] as OnnxTensor) }),
    /gives the name constant_\d+ twice/,
  ],
  "two inputs of one name": [
    (model) => model.graph.inputs.push(...model.graph.inputs.slice(0, 1)),
    /has two inputs x/,
  ],
  "an output that nothing computes": [
    (model) => (model.graph.outputs = [{ name: "z", type: "float32" }]),
    /output z, which nothing computes/,
  ],
  "an output without a type": [(model) => (model.graph.outputs = [{ name: "y" }]), /what type y has/],
  "a subgraph that takes what is not there": [
    (model) => (thenOf(model).nodes[0] as OnnxNode).inputs.splice(0, 1, "y"),
    /subgraph then, node 0 \(Identity\) takes y/,
  ],
  "a subgraph that gives a name of the outside": [
    (model) => (thenOf(model).nodes[0] as OnnxNode).outputs.splice(0, 1, "x"),
    /gives the name x again/,
  ],
  "a tensor of fewer bytes than its shape asks for": [
    (model) => ((model.graph.initializers[0] as OnnxTensor).data = new Uint8Array(12)),
    /float32 \[2, 2\] with 12 bytes instead of 16/,
  ],
  "a tensor of half a row": [
    (model) => ((model.graph.initializers[0] as OnnxTensor).shape = [2, 0.5]),
    /whose size cannot be told/,
  ],
  "a tensor outside the folder": [
    (model) =>
      Object.assign(model.graph.initializers[0] as OnnxTensor, {
        external: { location: "../x", offset: 0, length: 16 },
      }),
    /at byte 0 of "..\/x"/,
  ],
  "an attribute of another type": [
    (model) => (nodeOf(model, "LayerNormalization").attributes = { epsilon: int(1) }),
    /attribute epsilon of type int instead of float/,
  ],
  "an attribute that is not what it says": [
    (model) => (nodeOf(model, "LayerNormalization").attributes = { axis: { type: "int", value: 0.5 } }),
    /attribute axis, which is no int/,
  ],
  "a function that takes what it is not given": [
    (model) => (model.functions?.[0]?.nodes[0] as OnnxNode).inputs.splice(0, 1, "x"),
    /the function Twice, node 0 \(Add\) takes x/,
  ],
  "a node without an operator": [(model) => (nodeOf(model, "MatMul").operator = ""), /has no operator/],
};

describe("checkModel", () => {
  it("takes a sound model, that ONNX Runtime takes too", async () => {
    checkModel(example());
    checkModel(readModel(writeModel(example())));
    const session = await InferenceSession.create(writeModel(example()), { logSeverityLevel: 3 });
    await session.release();
  });

  for (const [name, [change, message]] of Object.entries(faults)) {
    it(`refuses ${name}`, () => {
      const model = copyModel(example());
      change(model);
      expect(() => checkModel(model)).toThrow(InvalidFileError);
      expect(() => checkModel(model)).toThrow(message);
      // The first model knows nothing of it.
      checkModel(example());
    });
  }

  it("meets a thousand changed models with typed errors, or takes what can be written and read", () => {
    const names = ["x", "y", "is_large", "same", "changed", "", "constant_2", "MatMul_4", "nothing"];
    const place = fc.nat({ max: 40 });
    const change = fc.record({
      what: fc.nat({ max: 8 }),
      place,
      name: fc.constantFrom(...names),
      size: fc.integer(),
    });
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
        const model = copyModel(example());
        for (const { what, place: index, name, size } of changes) {
          const graph = index % 4 === 0 ? thenOf(model) : model.graph;
          const node = graph.nodes[index % graph.nodes.length];
          const tensor = graph.initializers[index % Math.max(1, graph.initializers.length)];
          if (what === 0) node?.inputs.splice(index % 3, 1, name);
          if (what === 1) node?.outputs.splice(index % 2, 1, name);
          if (what === 2) graph.nodes.splice(index % graph.nodes.length, 1);
          if (what === 3) graph.nodes.unshift(...graph.nodes.splice(-1));
          if (what === 4 && tensor !== undefined) tensor.shape = [size];
          if (what === 5 && tensor !== undefined) tensor.name = name;
          if (what === 6) graph.outputs[0] = { name, type: "float32", shape: [size] };
          if (what === 7) model.opsets = { "": Math.max(1, Math.abs(size) % 30) };
          if (what === 8 && node !== undefined) node.attributes = { ...node.attributes, axis: int(size) };
          if (nodeOf(model, "If") === undefined) break;
        }
        try {
          checkModel(model);
          expect(() => checkModel(readModel(writeModel(model)))).not.toThrow();
          accepted++;
        } catch (error) {
          if (!(error instanceof InvalidFileError)) throw error;
        }
      }),
      { numRuns: 1000, seed: 3 },
    );
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(900);
  });

  it("meets a thousand changed files with typed errors, or takes them", () => {
    const original = writeModel(example());
    const edit = fc.tuple(fc.nat({ max: original.length - 1 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const bytes = original.slice();
        for (const [position, byte] of edits) bytes[position] = byte;
        try {
          checkModel(readModel(bytes));
        } catch (error) {
          if (!(error instanceof InvalidFileError)) throw error;
        }
      }),
      { numRuns: 1000, seed: 4 },
    );
  });
});
