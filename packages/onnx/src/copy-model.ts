import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode } from "./model.js";

/**
 * A second model that can be edited without a trace in the first. The bytes of tensors are shared: editors replace them, and
 * never write into them.
 */
export function copyModel(model: OnnxModel): OnnxModel {
  return {
    ...model,
    graph: copyGraph(model.graph),
    ...(model.functions !== undefined && {
      functions: model.functions.map((part) => ({ ...part, nodes: part.nodes.map(copyNode) })),
    }),
  };
}

function copyGraph(graph: OnnxGraph): OnnxGraph {
  return {
    ...graph,
    nodes: graph.nodes.map(copyNode),
    initializers: graph.initializers.map((tensor) => ({ ...tensor })),
    inputs: [...graph.inputs],
    outputs: [...graph.outputs],
    ...(graph.valueInfo !== undefined && { valueInfo: [...graph.valueInfo] }),
  };
}

function copyNode(node: OnnxNode): OnnxNode {
  return {
    ...node,
    inputs: [...node.inputs],
    outputs: [...node.outputs],
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([name, attribute]) => [name, copyAttribute(attribute)]),
    ),
  };
}

function copyAttribute(attribute: OnnxAttribute): OnnxAttribute {
  switch (attribute.type) {
    case "graph":
      return { ...attribute, value: copyGraph(attribute.value) };
    case "graphs":
      return { ...attribute, value: attribute.value.map(copyGraph) };
    case "tensor":
      return { ...attribute, value: { ...attribute.value } };
    case "tensors":
      return { ...attribute, value: attribute.value.map((tensor) => ({ ...tensor })) };
    default:
      return attribute;
  }
}
