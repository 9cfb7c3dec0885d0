import { everyTensor, subgraphs, type OnnxModel, type OnnxNode } from "@kokeshi/onnx";
import type { Precision } from "../encoder/encoder-plan.js";

export interface GraphFacts {
  precision: Precision;
  batchInvariant: boolean;
  /** Files beside the graph that hold its weights, by their paths relative to it. */
  externalFiles: readonly string[];
}

/** What the operators and weights of a graph tell about it. */
export function inspectGraph(model: OnnxModel): GraphFacts {
  const operators = new Set<string>();
  for (const node of everyNode(model)) operators.add(node.operator);
  const types = new Set<string>();
  const externalFiles = new Set<string>();
  for (const { type, shape, external } of everyTensor(model)) {
    // Scales and zero points are scalars or lists.
    if (shape.length >= 2) types.add(type);
    if (external !== undefined) externalFiles.add(external.location);
  }
  const isQuantized = [...operators].some((operator) =>
    /quantize|Integer|QLinear|^QAttention/i.test(operator),
  );
  return {
    precision: precisionOf(operators, types, isQuantized),
    // Their scale is that of the whole batch: a text's vector then depends on its neighbours.
    batchInvariant: ![...operators].some((operator) => operator.startsWith("DynamicQuantize")),
    externalFiles: [...externalFiles],
  };
}

function precisionOf(
  operators: ReadonlySet<string>,
  types: ReadonlySet<string>,
  isQuantized: boolean,
): Precision {
  if (operators.has("MatMulNBits") || operators.has("MatMulBnb4")) return "int4";
  if (isQuantized && types.has("int8")) return "int8";
  if (isQuantized && types.has("uint8")) return "uint8";
  return types.has("float16") ? "float16" : "float32";
}

function* everyNode({ graph, functions = [] }: OnnxModel): Generator<OnnxNode> {
  const waiting = [graph.nodes, ...functions.map(({ nodes }) => nodes)];
  for (let nodes = waiting.pop(); nodes !== undefined; nodes = waiting.pop()) {
    for (const node of nodes) {
      yield node;
      for (const inner of subgraphs(node)) waiting.push(inner.nodes);
    }
  }
}
