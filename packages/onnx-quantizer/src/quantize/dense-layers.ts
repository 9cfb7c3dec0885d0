import {
  elementCount,
  float32Elements,
  GraphEditor,
  nodeName,
  type OnnxModel,
  type OnnxNode,
} from "@kokeshi/onnx";

/** What a dense layer is called, and its sizes. */
export interface LayerDescription {
  /**
   * The name of its node, such as "/encoder/layer.0/attention/self/query/MatMul", or of the node's output where the
   * exporter named no nodes. Unique in the model; the passes of this package keep it.
   */
  name: string;
  operator: "MatMul" | "Gemm";
  /** Columns of the activations that the layer takes. */
  inputs: number;
  /** Columns of what it computes. */
  outputs: number;
}

/** A product of activations and constant weights, with the bias that is added to it, if there is one. */
export interface DenseLayer extends LayerDescription {
  /** The node that multiplies. */
  node: OnnxNode;
  /** The activations. */
  input: string;
  /** A float32 initializer, inputs x outputs, or outputs x inputs where `transposed`. */
  weight: string;
  transposed: boolean;
  bias: string | undefined;
  /** The value that the layer computes, bias included. */
  result: string;
}

/** The dense layers of a model that is not quantized yet, in the order in which they are computed. */
export function encoderLayers(model: OnnxModel): LayerDescription[] {
  return denseLayers(new GraphEditor(model)).map(({ name, operator, inputs, outputs }) => ({
    name,
    operator,
    inputs,
    outputs,
  }));
}

/**
 * Every MatMul with constant weights of two dimensions, and every Gemm that is one (its activations not transposed,
 * alpha and beta 1), in the order in which they are computed.
 */
export function denseLayers(editor: GraphEditor): DenseLayer[] {
  const names = new Map<string, number>();
  return editor.graph.nodes.flatMap((node): DenseLayer[] => {
    const layer = matMulLayer(editor, node) ?? gemmLayer(editor, node);
    if (layer === undefined) return [];
    const name = nodeName(node);
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    return [{ ...layer, name: count === 1 ? name : `${name}#${count}` }];
  });
}

/** The weights of a layer, inputs x outputs. */
export function layerWeights(editor: GraphEditor, layer: DenseLayer): Float32Array {
  const tensor = editor.constant(layer.weight);
  const elements = tensor === undefined ? new Float32Array() : float32Elements(tensor);
  if (!layer.transposed) return elements;
  const { inputs, outputs } = layer;
  const transposed = new Float32Array(elements.length);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      transposed[input * outputs + output] = elements[output * inputs + input] as number;
    }
  }
  return transposed;
}

type Unnamed = Omit<DenseLayer, "name">;

function matMulLayer(editor: GraphEditor, node: OnnxNode): Unnamed | undefined {
  const [input, weight] = node.inputs;
  const shape = matrixShape(editor, weight);
  if (node.operator !== "MatMul" || node.domain !== "") return undefined;
  if (input === undefined || weight === undefined || shape === undefined) return undefined;
  const [inputs, outputs] = shape;
  const product = node.outputs[0] as string;
  const add = editor.onlyConsumer(product, "Add");
  const bias = add?.inputs.find((operand) => operand !== product);
  const biases = editor.constant(bias);
  const isBias = biases?.type === "float32" && biases.shape.join() === String(outputs);
  return {
    operator: "MatMul",
    node,
    inputs,
    outputs,
    input,
    weight,
    transposed: false,
    bias: isBias ? bias : undefined,
    result: isBias && add !== undefined ? (add.outputs[0] as string) : product,
  };
}

function gemmLayer(editor: GraphEditor, node: OnnxNode): Unnamed | undefined {
  if (node.operator !== "Gemm" || node.domain !== "") return undefined;
  const [input, weight, bias = ""] = node.inputs;
  const shape = matrixShape(editor, weight);
  if (input === undefined || weight === undefined || shape === undefined) return undefined;
  const { transA, transB, alpha, beta } = node.attributes;
  if (transA?.type === "int" && transA.value !== 0) return undefined;
  if (alpha?.type === "float" && alpha.value !== 1) return undefined;
  if (bias !== "" && beta?.type === "float" && beta.value !== 1) return undefined;
  const transposed = transB?.type === "int" && transB.value !== 0;
  const [inputs, outputs] = transposed ? [shape[1], shape[0]] : shape;
  if (bias !== "") {
    const biases = editor.constant(bias);
    // Gemm also adds a matrix, or one number, to its product.
    if (biases?.type !== "float32" || biases.shape.length !== 1) return undefined;
    if (elementCount(biases.shape) !== outputs) return undefined;
  }
  return {
    operator: "Gemm",
    node,
    inputs,
    outputs,
    input,
    weight,
    transposed,
    bias: bias === "" ? undefined : bias,
    result: node.outputs[0] as string,
  };
}

function matrixShape(editor: GraphEditor, weight: string | undefined): [number, number] | undefined {
  const tensor = editor.constant(weight);
  if (tensor?.type !== "float32" || tensor.shape.length !== 2) return undefined;
  return tensor.shape as unknown as [number, number];
}
