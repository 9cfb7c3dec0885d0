import { GraphEditor } from "./graph-editor.js";
import { subgraphs } from "./every-graph.js";
import type { OnnxModel, OnnxNode, OnnxTensor } from "./model.js";
import { elementCount } from "./tensor-type.js";

/** Runs a model that has no inputs, as ONNX Runtime can, and gives its outputs by name. */
export type EvaluateModel = (model: OnnxModel) => Promise<ReadonlyMap<string, OnnxTensor>>;

/** Operators whose result is not a function of their inputs. */
const random = /^(Random|Multinomial|Bernoulli)/;

export interface FoldingOptions {
  /** Results of more elements stay computed: a table expanded would only make the file larger. Default: 2^22. */
  largest?: number;
}

/**
 * Replaces what depends on constants alone by its value, in place; `evaluate` computes it. Returns how many nodes it
 * replaced.
 */
export async function foldConstants(
  model: OnnxModel,
  evaluate: EvaluateModel,
  { largest = 2 ** 22 }: FoldingOptions = {},
): Promise<number> {
  const editor = new GraphEditor(model);
  const known = new Set(model.graph.initializers.map((tensor) => tensor.name));
  for (const input of model.graph.inputs) known.delete(input.name);
  const foldable: OnnxNode[] = [];
  // Nodes stand in the order in which they are computed, as the format demands.
  for (const node of model.graph.nodes) {
    if (random.test(node.operator) || !subgraphs(node).next().done) continue;
    if (!node.inputs.every((input) => input === "" || known.has(input))) continue;
    // Weights that are only unpacked at run time stay small in the file.
    if (node.operator === "DequantizeLinear") continue;
    for (const output of node.outputs) known.add(output);
    foldable.push(node);
  }
  const folded = new Set(foldable);
  const wanted = foldable.flatMap((node) =>
    node.outputs.filter(
      (output) =>
        output !== "" &&
        (editor.isOutput(output) || editor.consumers(output).some((taker) => !folded.has(taker))),
    ),
  );
  if (wanted.length === 0) return 0;
  const taken = new Set(foldable.flatMap((node) => node.inputs));
  const results = await evaluate({
    ...model,
    graph: {
      ...model.graph,
      nodes: foldable,
      // Not the weights of the layers.
      initializers: model.graph.initializers.filter(({ name }) => taken.has(name) || wanted.includes(name)),
      inputs: [],
      outputs: wanted.map((name) => ({ name })),
      valueInfo: undefined,
      otherFields: undefined,
    },
  });
  for (const node of foldable) {
    const values = node.outputs.map((output) => results.get(output));
    if (values.some((value) => value !== undefined && elementCount(value.shape) > largest)) continue;
    values.forEach((value, index) => {
      if (value === undefined) return;
      const output = node.outputs[index] as string;
      model.graph.initializers.push({ ...value, name: output });
      // The name belongs to the constant now; the node is dead.
      node.outputs[index] = `${output}__folded`;
    });
  }
  new GraphEditor(model).finish();
  const left = new Set(model.graph.nodes);
  return foldable.filter((node) => !left.has(node)).length;
}
