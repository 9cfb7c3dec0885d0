import type { GraphEditor, OnnxNode } from "@kokeshi/onnx";

/**
 * Replaces x * (1 + erf(x / sqrt 2)) / 2, however its factors are ordered, by one Gelu node of ONNX Runtime's own
 * operators. Returns how many it replaced.
 */
export function fuseGelu(editor: GraphEditor): number {
  let count = 0;
  for (const erf of editor.graph.nodes.filter((node) => node.operator === "Erf")) {
    const match = matchGelu(editor, erf);
    if (match === undefined) continue;
    editor.replaceUses(match.result, editor.value("Gelu", [match.input], { domain: "com.microsoft" }));
    count++;
  }
  if (count > 0) editor.requireOpset("com.microsoft", 1);
  editor.finish();
  return count;
}

function matchGelu(editor: GraphEditor, erf: OnnxNode): { input: string; result: string } | undefined {
  const input = scaledInput(editor, erf.inputs[0]);
  const plusOne = editor.onlyConsumer(erf.outputs[0] as string, "Add");
  if (input === undefined || plusOne === undefined) return undefined;
  if (scalarOperand(editor, plusOne) !== 1) return undefined;
  const sum = plusOne.outputs[0] as string;
  // The product has three factors in any order, so it is complete after one Mul or two.
  let product = editor.onlyConsumer(sum, "Mul", "Div");
  for (let step = 0; step < 2 && product !== undefined; step++) {
    const result = product.outputs[0] as string;
    const { halves, others } = factors(editor, result, sum);
    if (halves === 0.5 && others.length === 1 && others[0] === input) return { input, result };
    product = editor.onlyConsumer(result, "Mul", "Div");
  }
  return undefined;
}

/** The x of x / sqrt 2. */
function scaledInput(editor: GraphEditor, value: string | undefined): string | undefined {
  const node = editor.producer(value, "Div", "Mul");
  if (node === undefined) return undefined;
  const scalar = scalarOperand(editor, node);
  if (scalar === undefined) return undefined;
  const scale = node.operator === "Div" ? 1 / scalar : scalar;
  // Exporters write the root in single precision.
  if (Math.abs(scale - Math.SQRT1_2) > 1e-6) return undefined;
  return node.inputs.find((operand) => editor.scalar(operand) === undefined);
}

/** What is multiplied to give `value`, besides `known`: the product of its numbers, and the other values. */
function factors(editor: GraphEditor, value: string, known: string): { halves: number; others: string[] } {
  const node = editor.producer(value, "Mul", "Div");
  if (value === known) return { halves: 1, others: [] };
  if (node === undefined) return { halves: 1, others: [value] };
  const [left, right] = node.inputs as [string, string];
  const number = editor.scalar(right) ?? (node.operator === "Mul" ? editor.scalar(left) : undefined);
  if (number !== undefined) {
    const rest = factors(editor, editor.scalar(right) === undefined ? right : left, known);
    return { halves: rest.halves * (node.operator === "Mul" ? number : 1 / number), others: rest.others };
  }
  if (node.operator === "Div") return { halves: 1, others: [value] };
  const first = factors(editor, left, known);
  const second = factors(editor, right, known);
  return { halves: first.halves * second.halves, others: [...first.others, ...second.others] };
}

/** The number that one of two operands is. */
function scalarOperand(editor: GraphEditor, node: OnnxNode): number | undefined {
  const right = editor.scalar(node.inputs[1]);
  return right ?? (node.operator === "Div" ? undefined : editor.scalar(node.inputs[0]));
}
