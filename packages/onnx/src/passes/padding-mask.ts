import { takenBy, type GraphEditor } from "../graph-editor.js";
import type { OnnxModel, OnnxNode, OnnxTensor } from "../model.js";
import { evaluateModel } from "../runtime/evaluate-model.js";
import type { OnnxRuntime } from "../runtime/onnx-runtime.js";
import { float32Elements } from "../tensor-elements.js";

/**
 * Whether a value that is added to attention scores is the padding of attention_mask and nothing else: 0 for a token,
 * -10,000 or less for padding, for every query alike. Exporters write it in a dozen ways, so it is not recognised by
 * its operators but computed for an example.
 */
export async function isPaddingMask(
  editor: GraphEditor,
  mask: string,
  runtime: OnnxRuntime,
): Promise<boolean> {
  const { graph, model } = editor;
  const nodes = new Set<OnnxNode>();
  const needed = new Set<string>();
  const pending = [mask];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (needed.has(value)) continue;
    needed.add(value);
    const node = editor.producer(value);
    if (node === undefined || nodes.has(node)) continue;
    // A mask does not depend on what the layers compute.
    if (node.operator === "Softmax") return false;
    nodes.add(node);
    pending.push(...takenBy(node));
  }
  if (!needed.has("attention_mask")) return false;
  const inputs = graph.inputs.filter((input) => needed.has(input.name));
  if (inputs.some((input) => input.type !== "int64" || input.shape?.length !== 2)) return false;
  const part: OnnxModel = {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.filter((node) => nodes.has(node)),
      initializers: graph.initializers.filter((tensor) => needed.has(tensor.name)),
      inputs,
      outputs: [{ name: mask }],
      valueInfo: undefined,
      otherFields: undefined,
    },
  };
  const example = Object.fromEntries(inputs.map(({ name }) => [name, exampleInput(name)]));
  let result: OnnxTensor | undefined;
  try {
    result = (await evaluateModel(runtime, part, example)).get(mask);
  } catch {
    // Tables that end before: what such a mask does at all lengths is not known.
    return false;
  }
  return result !== undefined && isExpected(result);
}

/** Longer than the windows that encoders attend through: 64 tokens to each side in ModernBERT, 256 in EmbeddingGemma. */
const sequence = 1030;
/** Tokens of each text; the rest is padding. */
const lengths = [sequence, 600, 1];
const batch = lengths.length;

function exampleInput(name: string): OnnxTensor {
  const ones = name === "attention_mask" ? lengths : [0, 0, 0];
  const values = BigInt64Array.from({ length: batch * sequence }, (_, index) =>
    index % sequence < (ones[Math.floor(index / sequence)] as number) ? 1n : 0n,
  );
  return { name, type: "int64", shape: [batch, sequence], data: new Uint8Array(values.buffer) };
}

/** batch x 1 x (1 or sequence) x sequence. */
function isExpected(tensor: OnnxTensor): boolean {
  const { type, shape } = tensor;
  const queries = shape[2] ?? 0;
  if (type !== "float32" || shape.join() !== `${batch},1,${queries},${sequence}`) return false;
  return float32Elements(tensor).every((value, index) => {
    const length = lengths[Math.floor(index / (queries * sequence))] as number;
    return index % sequence < length ? value === 0 : value <= -10_000;
  });
}
