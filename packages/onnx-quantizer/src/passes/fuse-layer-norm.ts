import { elementCount, float, int, integerElements, type GraphEditor, type OnnxNode } from "@kokeshi/onnx";

/**
 * Replaces the chain ReduceMean, Sub, Pow, ReduceMean, Add, Sqrt, Div, Mul, Add over the last dimension by
 * LayerNormalization, an operator since opset 17. Models of opset 13 to 16 are raised to 17: between those, the
 * operators of encoders only gained types. Returns how many it replaced.
 */
export function fuseLayerNorm(editor: GraphEditor): number {
  if ((editor.model.opsets[""] ?? 0) < 13) return 0;
  let count = 0;
  for (const root of editor.graph.nodes.filter((node) => node.operator === "Sqrt")) {
    const match = matchLayerNorm(editor, root);
    if (match === undefined) continue;
    const { input, scale, bias, epsilon, result } = match;
    const norm = editor.value("LayerNormalization", [input, scale, bias], {
      attributes: { axis: int(-1), epsilon: float(epsilon) },
    });
    editor.replaceUses(result, norm);
    count++;
  }
  if (count > 0) editor.requireOpset("", 17);
  editor.finish();
  return count;
}

interface LayerNorm {
  input: string;
  scale: string;
  bias: string;
  epsilon: number;
  result: string;
}

function matchLayerNorm(editor: GraphEditor, root: OnnxNode): LayerNorm | undefined {
  const sum = editor.producer(root.inputs[0], "Add");
  const divided = editor.onlyConsumer(root.outputs[0] as string, "Div");
  if (sum === undefined || divided === undefined || divided.inputs[1] !== root.outputs[0]) return undefined;
  const [variance, epsilon] = withNumber(editor, sum) ?? [];
  const centred = squared(editor, meanOfLast(editor, variance));
  const input = centredInput(editor, centred);
  if (input === undefined || epsilon === undefined) return undefined;
  // Some exporters subtract the mean a second time instead of using the first difference again.
  if (divided.inputs[0] !== centred && centredInput(editor, divided.inputs[0]) !== input) return undefined;
  const scaled = editor.onlyConsumer(divided.outputs[0] as string, "Mul");
  const scale = scaled && vectorOperand(editor, scaled);
  const shifted = scaled && editor.onlyConsumer(scaled.outputs[0] as string, "Add");
  const bias = shifted && vectorOperand(editor, shifted);
  if (scale === undefined || bias === undefined) return undefined;
  if (sizeOf(editor, scale) !== sizeOf(editor, bias)) return undefined;
  return { input, scale, bias, epsilon, result: shifted?.outputs[0] as string };
}

/** The x of x - mean(x). */
function centredInput(editor: GraphEditor, value: string | undefined): string | undefined {
  const node = editor.producer(value, "Sub");
  if (node === undefined) return undefined;
  return meanOfLast(editor, node.inputs[1]) === node.inputs[0] ? node.inputs[0] : undefined;
}

/** The x of x squared. */
function squared(editor: GraphEditor, value: string | undefined): string | undefined {
  const node = editor.producer(value, "Pow", "Mul");
  const [base, exponent] = node?.inputs ?? [];
  const isSquare = node?.operator === "Pow" ? editor.scalar(exponent) === 2 : base === exponent;
  return isSquare ? base : undefined;
}

/** The x of its mean over the last dimension, which stays with size 1. */
function meanOfLast(editor: GraphEditor, value: string | undefined): string | undefined {
  const node = editor.producer(value, "ReduceMean");
  if (node === undefined) return undefined;
  const { axes, keepdims } = node.attributes;
  if (keepdims?.type === "int" && keepdims.value === 0) return undefined;
  const axesTensor = editor.constant(node.inputs[1]);
  const list = axes?.type === "ints" ? axes.value.map(Number) : axesTensor && integerElements(axesTensor);
  return list?.length === 1 && list[0] === -1 ? node.inputs[0] : undefined;
}

/** The operand that is no number, and the number. */
function withNumber(editor: GraphEditor, node: OnnxNode): [string, number] | undefined {
  const [left, right] = node.inputs as [string, string];
  const onTheRight = editor.scalar(right);
  if (onTheRight !== undefined) return [left, onTheRight];
  const onTheLeft = editor.scalar(left);
  return onTheLeft === undefined ? undefined : [right, onTheLeft];
}

/** The operand that is a constant of one dimension. */
function vectorOperand(editor: GraphEditor, node: OnnxNode): string | undefined {
  return node.inputs.find((input) => {
    const tensor = editor.constant(input);
    return tensor?.type === "float32" && tensor.shape.length === 1;
  });
}

function sizeOf(editor: GraphEditor, value: string): number {
  return elementCount(editor.constant(value)?.shape ?? []);
}
