import type { GraphEditor } from "@kokeshi/onnx";

/** A product of activations and constant weights, with the bias that is added to it, if there is one. */
export interface DenseLayer {
  /** The activations. */
  input: string;
  /** A float32 initializer, inputs x outputs. */
  weight: string;
  bias: string | undefined;
  /** The value that the layer computes, bias included. */
  result: string;
}

/** Every MatMul with constant weights of two dimensions, in the order in which they are computed. */
export function denseLayers(editor: GraphEditor): DenseLayer[] {
  return editor.graph.nodes.flatMap((node): DenseLayer[] => {
    const [input, weight] = node.inputs;
    const weights = editor.constant(weight);
    if (node.operator !== "MatMul" || input === undefined || weight === undefined) return [];
    if (weights?.type !== "float32" || weights.shape.length !== 2) return [];
    const product = node.outputs[0] as string;
    const add = editor.onlyConsumer(product, "Add");
    const bias = add?.inputs.find((operand) => operand !== product);
    const biases = editor.constant(bias);
    const isBias = biases?.type === "float32" && biases.shape.join() === String(weights.shape[1]);
    return [
      {
        input,
        weight,
        bias: isBias ? bias : undefined,
        result: isBias && add !== undefined ? (add.outputs[0] as string) : product,
      },
    ];
  });
}
