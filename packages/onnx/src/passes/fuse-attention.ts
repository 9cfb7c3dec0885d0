import { float, int, ints } from "../attributes.js";
import { nodeName, type GraphEditor } from "../graph-editor.js";
import type { OnnxNode } from "../model.js";
import type { OnnxRuntime } from "../runtime/onnx-runtime.js";
import { float32Elements, integerElements } from "../tensor-elements.js";
import { tensorTypeCodes } from "../tensor-type.js";
import { isPaddingMask } from "./padding-mask.js";

export interface FuseAttentionOptions {
  /**
   * "columns" (default): padding is kept out by one more column a head. "none": the graph ignores attention_mask, and
   * is right only for batches without padding.
   */
  padding?: "columns" | "none";
}

/**
 * Replaces the attention of every layer by ONNX Runtime's MultiHeadAttention, without giving that a mask: its fast
 * path, which goes through keys in blocks that stay in the cache, exists only for attention without one.
 *
 * Padding is kept out all the same, by one more column in every head: queries have 1 there, and keys have 0 for a token
 * and -10,000 for padding, so that the product of the two adds what the mask would have added. Values stay as they
 * are. The columns come from the projections (zero weights, and a bias), so queries cost nothing more, and keys one
 * addition.
 *
 * Layers whose mask is anything but the padding of attention_mask are left as they are; `runtime` computes the mask of an
 * example. Returns how many it replaced.
 */
export async function fuseAttention(
  editor: GraphEditor,
  runtime: OnnxRuntime,
  { padding = "columns" }: FuseAttentionOptions = {},
): Promise<number> {
  const masks = new Map<string, boolean>();
  const keyColumns = new Map<string, string>();
  let count = 0;
  for (const softmax of editor.graph.nodes.filter((node) => node.operator === "Softmax")) {
    const match = matchAttention(editor, softmax);
    if (match === undefined) continue;
    const { mask } = match;
    if (mask !== undefined) {
      if (!masks.has(mask)) masks.set(mask, await isPaddingMask(editor, mask, runtime));
      if (masks.get(mask) !== true) continue;
    }
    replaceAttention(editor, padding === "none" ? { ...match, mask: undefined } : match, keyColumns);
    count++;
  }
  if (count > 0) editor.requireOpset("com.microsoft", 1);
  editor.finish();
  return count;
}

/** A dense layer: MatMul with constant weights, and Add of a constant bias. */
interface Projection {
  /** Of its MatMul, so that the layer keeps its name. */
  name: string;
  input: string;
  weight: string;
  bias: string;
}

interface Attention {
  query: Projection;
  key: Projection;
  /** The values before they are split into heads: batch x sequence x hidden. */
  value: string;
  heads: number;
  /** Columns of one head of queries and keys. */
  width: number;
  scale: number;
  mask: string | undefined;
  /** The context after the heads are joined again. */
  result: string;
}

function matchAttention(editor: GraphEditor, softmax: OnnxNode): Attention | undefined {
  const { axis } = softmax.attributes;
  if (axis?.type !== "int" || (axis.value !== -1 && axis.value !== 3)) return undefined;

  const probabilities = withoutGuard(editor, softmax.outputs[0] as string);
  const weighted = editor.onlyConsumer(probabilities, "MatMul");
  if (weighted === undefined || weighted.inputs[0] !== probabilities) return undefined;
  const value = splitHeads(editor, weighted.inputs[1], "0,2,1,3");
  const transposed = editor.onlyConsumer(weighted.outputs[0] as string, "Transpose");
  if (transposed === undefined || permutation(transposed) !== "0,2,1,3") return undefined;
  // Exporters ask the context for its sizes, to tell Reshape.
  const takers = editor.consumers(transposed.outputs[0] as string);
  const [joined, ...otherTakers] = takers.filter((node) => node.operator !== "Shape");
  if (joined?.operator !== "Reshape" || otherTakers.length > 0) return undefined;

  let scores = softmax.inputs[0];
  let mask: string | undefined;
  const masked = editor.producer(scores, "Add");
  if (masked !== undefined) {
    const product = masked.inputs.find((input) => scaledProduct(editor, input) !== undefined);
    mask = masked.inputs.find((input) => input !== product);
    scores = product;
  }
  const product = scaledProduct(editor, scores);
  if (product === undefined || value === undefined) return undefined;

  const queryFactor = scaled(editor, product.node.inputs[0]);
  const keyFactor = scaled(editor, product.node.inputs[1]);
  const query = splitHeads(editor, queryFactor.value, "0,2,1,3");
  const key =
    splitHeads(editor, keyFactor.value, "0,2,3,1") ??
    splitHeads(editor, keyFactor.value, "0,2,1,3", "0,1,3,2");
  const queryProjection = projection(editor, query?.value);
  const keyProjection = projection(editor, key?.value);
  if (query === undefined || queryProjection === undefined || keyProjection === undefined) return undefined;
  const width = query.width ?? value.width;
  if (width === undefined) return undefined;
  const hidden = editor.constant(queryProjection.bias)?.shape[0] ?? 0;
  if (editor.constant(keyProjection.bias)?.shape[0] !== hidden || hidden % width !== 0) return undefined;
  return {
    query: queryProjection,
    key: keyProjection,
    value: value.value,
    heads: hidden / width,
    width,
    scale: product.scale * queryFactor.scale * keyFactor.scale,
    mask,
    result: joined.outputs[0] as string,
  };
}

/**
 * Where(IsNaN(p), 0, p), as PyTorch 2.5 and later write it for texts that are padding alone: every text has a token, so
 * it is p.
 */
function withoutGuard(editor: GraphEditor, value: string): string {
  const guard = editor.consumers(value).find((node) => node.operator === "Where");
  const isGuard =
    guard !== undefined &&
    editor.producer(guard.inputs[0], "IsNaN")?.inputs[0] === value &&
    editor.scalar(guard.inputs[1]) === 0 &&
    guard.inputs[2] === value &&
    editor.consumers(value).length === 2;
  return isGuard ? (guard.outputs[0] as string) : value;
}

/** A product of two matrices, perhaps with a number. */
function scaledProduct(
  editor: GraphEditor,
  value: string | undefined,
): { node: OnnxNode; scale: number } | undefined {
  const outer = scaled(editor, value);
  const node = editor.producer(outer.value, "MatMul");
  return node === undefined ? undefined : { node, scale: outer.scale };
}

function scaled(
  editor: GraphEditor,
  value: string | undefined,
): { value: string | undefined; scale: number } {
  const node = editor.producer(value, "Mul", "Div");
  const number = editor.scalar(node?.inputs[1]);
  if (node === undefined || number === undefined) return { value, scale: 1 };
  return { value: node.inputs[0], scale: node.operator === "Mul" ? number : 1 / number };
}

/** Undoes Reshape to heads and the transposes after it: the value before, and the width of a head if it is written. */
function splitHeads(
  editor: GraphEditor,
  value: string | undefined,
  ...permutations: string[]
): { value: string; width: number | undefined } | undefined {
  let current = value;
  for (const expected of [...permutations].reverse()) {
    const transpose = editor.producer(current, "Transpose");
    if (transpose === undefined || permutation(transpose) !== expected) return undefined;
    current = transpose.inputs[0];
  }
  const reshape = editor.producer(current, "Reshape");
  if (reshape === undefined) return undefined;
  const last = lastSize(editor, reshape.inputs[1]);
  return { value: reshape.inputs[0] as string, width: last !== undefined && last > 0 ? last : undefined };
}

function permutation(transpose: OnnxNode): string {
  const { perm } = transpose.attributes;
  return perm?.type === "ints" ? perm.value.join() : "";
}

/** The last of four sizes, constant as a whole or joined from parts. */
function lastSize(editor: GraphEditor, shape: string | undefined): number | undefined {
  const concat = editor.producer(shape, "Concat");
  const tensor = editor.constant(concat === undefined ? shape : concat.inputs.at(-1));
  return tensor?.type === "int64" ? integerElements(tensor).at(-1) : undefined;
}

function projection(editor: GraphEditor, value: string | undefined): Projection | undefined {
  const add = editor.producer(value, "Add");
  if (add === undefined) return undefined;
  const product = add.inputs.find((input) => editor.producer(input, "MatMul"));
  const bias = add.inputs.find((input) => input !== product);
  const node = editor.producer(product, "MatMul");
  const [input, weight] = node?.inputs ?? [];
  const weights = editor.constant(weight);
  const biases = editor.constant(bias);
  if (node === undefined || input === undefined || weight === undefined || bias === undefined)
    return undefined;
  if (weights?.type !== "float32" || weights.shape.length !== 2) return undefined;
  return biases?.type === "float32" && biases.shape.length === 1
    ? { name: nodeName(node), input, weight, bias }
    : undefined;
}

function replaceAttention(editor: GraphEditor, match: Attention, keyColumns: Map<string, string>): void {
  const { heads, width, mask } = match;
  let query: string;
  let key: string;
  if (mask === undefined) {
    query = dense(editor, match.query);
    key = dense(editor, match.key);
  } else {
    query = dense(editor, widened(editor, match.query, heads, width, 1));
    const columns = `${heads} ${width}`;
    let padding = keyColumns.get(columns);
    if (padding === undefined) {
      padding = paddingColumns(editor, heads, width);
      keyColumns.set(columns, padding);
    }
    key = editor.value("Add", [dense(editor, widened(editor, match.key, heads, width, 0)), padding]);
  }
  const attention = editor.value("MultiHeadAttention", [query, key, match.value], {
    domain: "com.microsoft",
    attributes: { num_heads: int(heads), scale: float(match.scale) },
  });
  editor.replaceUses(match.result, attention);
}

function dense(editor: GraphEditor, { name, input, weight, bias }: Projection): string {
  const product = editor.node("MatMul", [input, weight]);
  product.name = name;
  return editor.value("Add", [product.outputs[0] as string, bias]);
}

/** A projection with one more column in every head, that is `constant` whatever the input. */
function widened(
  editor: GraphEditor,
  { name, input, weight, bias }: Projection,
  heads: number,
  width: number,
  constant: number,
): Projection {
  const widen = (constantName: string, fill: number): string => {
    const tensor = editor.constant(constantName);
    if (tensor === undefined) return constantName;
    const rows = tensor.shape.length === 2 ? (tensor.shape[0] as number) : 1;
    const elements = float32Elements(tensor);
    const wide = new Float32Array(rows * heads * (width + 1)).fill(fill);
    for (let head = 0; head < rows * heads; head++) {
      wide.set(elements.subarray(head * width, (head + 1) * width), head * (width + 1));
    }
    const columns = heads * (width + 1);
    return editor.initializer(
      constantName,
      "float32",
      tensor.shape.length === 2 ? [rows, columns] : [columns],
      wide,
    );
  };
  return { name, input, weight: widen(weight, 0), bias: widen(bias, constant) };
}

/** What is added to keys: -10,000 in the last column of every head where a position is padding, batch x sequence x columns. */
function paddingColumns(editor: GraphEditor, heads: number, width: number): string {
  const mask = editor.value("Cast", ["attention_mask"], {
    attributes: { to: int(tensorTypeCodes.float32) },
  });
  const one = editor.initializer("one", "float32", [], Float32Array.of(1));
  const padding = editor.value("Sub", [one, mask]);
  const pattern = Float32Array.from({ length: heads * (width + 1) }, (_, column) =>
    column % (width + 1) === width ? -10_000 : 0,
  );
  const columns = editor.initializer("padding_columns", "float32", [pattern.length], pattern);
  return editor.value("Mul", [withLastDimension(editor, padding), columns]);
}

function withLastDimension(editor: GraphEditor, value: string): string {
  // Unsqueeze takes its axes as an input since opset 13.
  if ((editor.model.opsets[""] ?? 0) < 13) {
    return editor.value("Unsqueeze", [value], { attributes: { axes: ints(2) } });
  }
  const axes = editor.initializer("last_dimension", "int64", [1], BigInt64Array.of(2n));
  return editor.value("Unsqueeze", [value, axes]);
}
