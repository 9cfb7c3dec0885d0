import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readModel, writeModel, type OnnxAttribute, type OnnxModel, type OnnxTensor } from "@kokeshi/onnx";

/** A graph with something wrong. */
export interface Damage {
  /** In words. */
  what: string;
  files: Record<string, Uint8Array | string>;
}

/** Paths of the graphs that are damaged: exports of four architectures. */
export const goldenGraphs = [
  "bert/onnx/model.onnx",
  "bert/onnx/of-texts.onnx",
  "bert/onnx/with-positions.onnx",
  "roberta/onnx/model.onnx",
  "t5/onnx/model.onnx",
  "xlm-roberta/onnx/model.onnx",
].map((path) => join(import.meta.dirname, "../src/fixtures/golden", path));

/** Operators that encoders have after ONNX Runtime's own fusions or ours, besides those of the graphs. */
const otherOperators = [
  ["", "Gemm"],
  ["", "LSTM"],
  ["", "ConstantOfShape"],
  ["", "Expand"],
  ["", "Tile"],
  ["", "Range"],
  ["", "GatherND"],
  ["", "ScatterND"],
  ["", "Einsum"],
  ["", "DynamicQuantizeLinear"],
  ["", "MatMulInteger"],
  ["", "DequantizeLinear"],
  ["", "QuantizeLinear"],
  ["", "QLinearMatMul"],
  ["com.microsoft", "Attention"],
  ["com.microsoft", "MultiHeadAttention"],
  ["com.microsoft", "EmbedLayerNormalization"],
  ["com.microsoft", "SkipLayerNormalization"],
  ["com.microsoft", "FusedMatMul"],
  ["com.microsoft", "DynamicQuantizeMatMul"],
  ["com.microsoft", "MatMulIntegerToFloat"],
  ["com.microsoft", "MatMulNBits"],
  ["com.microsoft", "QAttention"],
  ["com.microsoft", "BiasGelu"],
  ["com.microsoft", "GatherBlockQuantized"],
] as const;

const oddNumbers = [0, 1, 2, 3, 5, 7, 127, 128, 255, 1e6, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1];

/** Half of the numbers change bytes, half the graph; the same number always does the same to the same graphs. */
export function damagedGraph(paths: readonly string[], number: number): Damage {
  const random = new Random(number);
  const path = random.of(paths);
  const bytes = new Uint8Array(readFileSync(path));
  const [what, graph] = random.below(2) === 0 ? changeBytes(bytes, random) : changeModel(bytes, random);
  return {
    what: `${path}: ${what}`,
    files: { "config.json": "{}", "tokenizer.json": "{}", "onnx/model.onnx": graph },
  };
}

/** One most often: many are refused at the first. */
function countOfChanges(random: Random): number {
  return 1 + random.below(2) * random.below(4);
}

/** Away from the weights, for the most part: they may be any. */
function changeBytes(bytes: Uint8Array, random: Random): [string, Uint8Array] {
  const copy = bytes.slice(0, random.below(8) === 0 ? random.below(bytes.length) + 1 : bytes.length);
  const weights = readModel(bytes)
    .graph.initializers.filter(({ data }) => data.length >= 256 && data.buffer === bytes.buffer)
    .map(({ data }) => [data.byteOffset, data.byteOffset + data.length] as const);
  const changes = [];
  for (let left = countOfChanges(random); left > 0; left--) {
    let at = random.below(copy.length);
    for (let tries = 20; tries > 0 && weights.some(([start, end]) => at >= start && at < end); tries--) {
      at = random.below(copy.length);
    }
    copy[at] = random.below(2) === 0 ? random.below(256) : random.of([0, 1, 127, 128, 255]);
    changes.push(`${at}=${copy[at]}`);
  }
  return [`${copy.length} bytes, ${changes.join(" ")}`, copy];
}

function changeModel(bytes: Uint8Array, random: Random): [string, Uint8Array] {
  for (;;) {
    const model = readModel(bytes);
    const whats = Array.from({ length: countOfChanges(random) }, () => random.of(changes)(model, random));
    try {
      return [whats.join("; "), writeModel(model)];
    } catch {
      // A number that the format cannot hold: another change.
    }
  }
}

type Change = (model: OnnxModel, random: Random) => string;

const changes: readonly Change[] = [
  function attribute({ graph }, random) {
    const node = random.of(graph.nodes);
    const names = [
      ...Object.keys(node.attributes),
      "axis",
      "perm",
      "to",
      "num_heads",
      "epsilon",
      "axes",
      "value",
    ];
    const name = random.of(names);
    node.attributes = { ...node.attributes, [name]: oddAttribute(random, node.attributes[name]) };
    return `${node.operator}.${name} = ${JSON.stringify(node.attributes[name], (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))}`.slice(
      0,
      120,
    );
  },
  function input({ graph }, random) {
    const node = random.of(graph.nodes);
    const at = random.below(node.inputs.length + 1);
    node.inputs[at] = random.of([
      ...graph.nodes.flatMap(({ outputs }) => outputs),
      ...graph.initializers.map(({ name }) => name),
      "",
      "nothing",
    ]);
    for (let index = 0; index < at; index++) node.inputs[index] ??= "";
    return `input ${at} of ${node.operator} is ${node.inputs[at]}`;
  },
  function operator({ graph, ...model }, random) {
    const node = random.of(graph.nodes);
    const [domain, name] =
      random.below(2) === 0 ? random.of(otherOperators) : [node.domain, random.of(graph.nodes).operator];
    const was = node.operator;
    Object.assign(node, { operator: name, domain });
    Object.assign(model.opsets, { "com.microsoft": 1 });
    return `${was} is ${name}`;
  },
  function shapeOfTensor({ graph }, random) {
    const tensor = random.of(graph.initializers);
    const shape = [...tensor.shape];
    const way = random.below(3);
    if (way === 0) shape.reverse();
    else if (way === 1) shape.push(random.of(oddNumbers));
    else shape[random.below(shape.length + 1)] = random.of(oddNumbers);
    tensor.shape = shape;
    return `${tensor.name} has the shape [${shape.join()}]`;
  },
  function dataOfTensor({ graph }, random) {
    const tensor = random.of(graph.initializers);
    const length = random.of([0, 1, tensor.data.length - 1, tensor.data.length + 1, tensor.data.length * 2]);
    const data = new Uint8Array(Math.max(0, length));
    data.set(tensor.data.subarray(0, data.length));
    tensor.data = data;
    return `${tensor.name} has ${data.length} bytes`;
  },
  function typeOfTensor({ graph }, random) {
    const tensor = random.of(graph.initializers);
    tensor.type = random.of([
      "float32",
      "float16",
      "int64",
      "int32",
      "int8",
      "uint8",
      "bool",
      "float64",
      "int4",
      "bfloat16",
    ] as const) as OnnxTensor["type"];
    return `${tensor.name} is ${tensor.type}`;
  },
  function integersOfTensor({ graph }, random) {
    const integers = graph.initializers.filter(({ type, data }) => type === "int64" && data.length >= 8);
    if (integers.length === 0) return "nothing";
    const tensor = random.of(integers);
    const data = tensor.data.slice();
    const value = BigInt(random.of(oddNumbers)) * (random.below(2) === 0 ? -1n : 1n);
    new DataView(data.buffer).setBigInt64(8 * random.below(Math.floor(data.length / 8)), value, true);
    tensor.data = data;
    return `${tensor.name} holds ${value}`;
  },
  function nodes({ graph }, random) {
    const at = random.below(graph.nodes.length);
    const [node] = graph.nodes.splice(at, 1);
    if (node === undefined || random.below(3) === 0) return `${node?.operator} is gone`;
    graph.nodes.splice(random.below(graph.nodes.length + 1), 0, node);
    if (random.below(2) === 0) graph.nodes.splice(at, 0, { ...node, outputs: [...node.outputs] });
    return `${node.operator} is elsewhere, or twice`;
  },
  function valueOfGraph({ graph }, random) {
    const value = random.of([...graph.inputs, ...graph.outputs]);
    if (random.below(2) === 0)
      value.type = random.of(["float32", "int64", "int32", "float16", "bool", "string"] as const);
    else
      value.shape = random.of([
        [],
        [1],
        [0, 0],
        [2, 3, 4, 5],
        ["a", "a", "a"],
        [2 ** 31, 2 ** 31],
        [null, null],
      ]);
    return `${value.name} is ${value.type} [${value.shape?.join()}]`;
  },
  function opset(model, random) {
    const versions: Record<string, number> = {
      ...model.opsets,
      "": random.of([0, 1, 6, 7, 10, 11, 12, 13, 14, 16, 18, 21, 23, 99]),
    };
    model.opsets = versions;
    return `opset ${versions[""]}`;
  },
];

function oddAttribute(random: Random, was: OnnxAttribute | undefined): OnnxAttribute {
  const odd = () => random.of(oddNumbers) * (random.below(2) === 0 ? -1 : 1);
  const type = random.below(4) === 0 ? random.of(["int", "ints", "float", "string"] as const) : was?.type;
  switch (type) {
    case "ints":
      return { type, value: Array.from({ length: random.below(6) }, odd) };
    case "float":
      return { type, value: random.of([NaN, Infinity, -Infinity, 0, -1, 1e-45, 3e38]) };
    case "string":
      return { type, value: random.of(["", "NOTSET", "linear", "\u0000", "x".repeat(5000)]) };
    default:
      return { type: "int", value: odd() };
  }
}

/** mulberry32 (Tommy Ettinger, public domain). */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761) >>> 0;
  }

  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}
