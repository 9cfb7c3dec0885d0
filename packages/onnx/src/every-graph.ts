import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "./model.js";

/** Graphs inside a node: the branches of If, the bodies of Loop and Scan. */
export function* subgraphs(node: OnnxNode): Generator<OnnxGraph> {
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.type === "graph") yield attribute.value;
    if (attribute.type === "graphs") yield* attribute.value;
  }
}

/** Every tensor of a model: initializers and attributes, those of subgraphs and functions included. */
export function* everyTensor(model: OnnxModel): Generator<OnnxTensor> {
  yield* tensorsOfGraph(model.graph);
  for (const { nodes } of model.functions ?? []) yield* tensorsOfNodes(nodes);
}

function* tensorsOfGraph(graph: OnnxGraph): Generator<OnnxTensor> {
  yield* graph.initializers;
  yield* tensorsOfNodes(graph.nodes);
}

function* tensorsOfNodes(nodes: readonly OnnxNode[]): Generator<OnnxTensor> {
  for (const node of nodes) {
    for (const attribute of Object.values(node.attributes)) {
      if (attribute.type === "tensor") yield attribute.value;
      if (attribute.type === "tensors") yield* attribute.value;
    }
    for (const graph of subgraphs(node)) yield* tensorsOfGraph(graph);
  }
}
