import { InvalidArgumentError } from "@kokeshi/core";
import { subgraphs } from "./every-graph.js";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "./model.js";
import { float32Elements } from "./tensor-elements.js";
import { elementCount, tensorBytes, type TensorType } from "./tensor-type.js";

export interface NewNode {
  attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Default: "", ONNX's own operators. */
  domain?: string;
  /** Default: one. */
  outputs?: number;
}

/**
 * Asks who computes and who takes a value, and changes a model in place. Nodes may be added in any order; `finish`
 * drops what nothing needs any more and puts the rest in the order in which it is computed. What is changed past an
 * editor, it does not see: make a new one.
 */
export class GraphEditor {
  readonly graph: OnnxGraph;
  /** Built when first asked for after a change. */
  private index: GraphIndex | undefined;
  private nextName = 0;

  constructor(readonly model: OnnxModel) {
    this.graph = model.graph;
  }

  /** The node that computes a value, if it is one of these operators, or any when none is named. */
  producer(value: string | undefined, ...operators: string[]): OnnxNode | undefined {
    const node = value === undefined ? undefined : this.indexed().producers.get(value);
    return node !== undefined && (operators.length === 0 || operators.includes(node.operator))
      ? node
      : undefined;
  }

  /** The nodes that take a value, themselves or in a subgraph; one that takes it twice comes once. */
  consumers(value: string): readonly OnnxNode[] {
    return this.indexed().consumers.get(value) ?? [];
  }

  /** The node that takes a value, if it is the only one and of one of these operators. */
  onlyConsumer(value: string, ...operators: string[]): OnnxNode | undefined {
    const [node, ...others] = this.consumers(value);
    if (node === undefined || others.length > 0 || this.isOutput(value)) return undefined;
    return operators.length === 0 || operators.includes(node.operator) ? node : undefined;
  }

  isOutput(value: string): boolean {
    return this.graph.outputs.some((output) => output.name === value);
  }

  /** The tensor behind a constant value: an initializer that is no input, or what a Constant node holds. */
  constant(value: string | undefined): OnnxTensor | undefined {
    return value === undefined ? undefined : this.indexed().constants.get(value);
  }

  /** The number behind a constant of one float. */
  scalar(value: string | undefined): number | undefined {
    const tensor = this.constant(value);
    if (tensor === undefined || !/^b?float/.test(tensor.type) || elementCount(tensor.shape) !== 1) {
      return undefined;
    }
    return float32Elements(tensor)[0];
  }

  /** Adds a constant tensor; returns its name, which begins with `stem`. */
  initializer(stem: string, type: TensorType, shape: readonly number[], elements: ArrayBufferView): string {
    const data = new Uint8Array(elements.buffer as ArrayBuffer, elements.byteOffset, elements.byteLength);
    if (data.length !== tensorBytes(type, shape)) {
      throw new InvalidArgumentError({
        part: "onnx",
        problem: `${stem}, ${type} [${shape.join(", ")}], has ${data.length} bytes`,
        remedy: `pass ${tensorBytes(type, shape)} bytes`,
      });
    }
    const name = this.freshName(stem);
    this.graph.initializers.push({ name, type, shape: [...shape], data });
    this.index = undefined;
    return name;
  }

  /** Adds a node; its outputs get new names. */
  node(
    operator: string,
    inputs: readonly string[],
    { attributes = {}, domain = "", outputs = 1 }: NewNode = {},
  ): OnnxNode {
    const names = Array.from({ length: outputs }, () => this.freshName(operator));
    const node = { operator, domain, name: names[0], inputs: [...inputs], outputs: names, attributes };
    this.graph.nodes.push(node);
    this.index = undefined;
    return node;
  }

  /** Adds a node with one output; returns the output's name. */
  value(operator: string, inputs: readonly string[], options: Omit<NewNode, "outputs"> = {}): string {
    return this.node(operator, inputs, options).outputs[0] as string;
  }

  /** Everything that took `old` takes `replacement`, and an output of the graph keeps its name. */
  replaceUses(old: string, replacement: string): void {
    if (this.isOutput(old)) {
      // The name now belongs to the replacement: whoever computed it so far lets it go.
      const producer = this.producer(old);
      if (producer !== undefined) {
        producer.outputs = producer.outputs.map((name) => (name === old ? this.freshName(old) : name));
      }
      renameUses(this.graph, old, replacement);
      this.graph.nodes.push({
        operator: "Identity",
        domain: "",
        inputs: [replacement],
        outputs: [old],
        attributes: {},
      });
    } else {
      renameUses(this.graph, old, replacement);
    }
    this.index = undefined;
  }

  /** Imports a domain's operators, at this version or a later one that the model already has. */
  requireOpset(domain: string, version: number): void {
    const present = this.model.opsets[domain];
    if (present !== undefined && present >= version) return;
    this.model.opsets = { ...this.model.opsets, [domain]: version };
  }

  /** Drops nodes and initializers that no output needs, and sorts the nodes. Throws where they form a circle. */
  finish(): void {
    removeDead(this.graph);
    sortNodes(this.graph);
    this.index = undefined;
  }

  private freshName(stem: string): string {
    const taken = this.indexed().names;
    let name: string;
    do name = `${stem}__${this.nextName++}`;
    while (taken.has(name));
    return name;
  }

  private indexed(): GraphIndex {
    this.index ??= indexGraph(this.graph);
    return this.index;
  }
}

interface GraphIndex {
  producers: ReadonlyMap<string, OnnxNode>;
  consumers: ReadonlyMap<string, OnnxNode[]>;
  constants: ReadonlyMap<string, OnnxTensor>;
  names: ReadonlySet<string>;
}

function indexGraph(graph: OnnxGraph): GraphIndex {
  const producers = new Map<string, OnnxNode>();
  const consumers = new Map<string, OnnxNode[]>();
  const names = new Set(graph.inputs.map((input) => input.name));
  const constants = new Map<string, OnnxTensor>();
  for (const tensor of graph.initializers) {
    if (!names.has(tensor.name)) constants.set(tensor.name, tensor);
  }
  for (const node of graph.nodes) {
    for (const output of node.outputs) producers.set(output, node);
    for (const input of takenBy(node)) {
      const takers = consumers.get(input);
      if (takers === undefined) consumers.set(input, [node]);
      else takers.push(node);
    }
    const held = node.attributes["value"];
    if (node.operator === "Constant" && held?.type === "tensor") {
      constants.set(node.outputs[0] as string, held.value);
    }
  }
  for (const name of [...constants.keys(), ...producers.keys()]) names.add(name);
  return { producers, consumers, constants, names };
}

/** The name of a node, or of its first output where the exporter named no nodes. */
export function nodeName({ name, outputs }: OnnxNode): string {
  return name === undefined || name === "" ? (outputs[0] as string) : name;
}

/** What a node needs: its inputs, and every name that its subgraphs take, from outside or within. */
export function takenBy(node: OnnxNode): Set<string> {
  const taken = new Set(node.inputs.filter((input) => input !== ""));
  for (const graph of subgraphs(node)) {
    for (const inner of graph.nodes) for (const name of takenBy(inner)) taken.add(name);
    for (const output of graph.outputs) taken.add(output.name);
  }
  return taken;
}

/** Names are unique across a graph and its subgraphs (ONNX's static single assignment), so none is shadowed. */
function renameUses(graph: OnnxGraph, old: string, replacement: string): void {
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map((input) => (input === old ? replacement : input));
    for (const inner of subgraphs(node)) renameUses(inner, old, replacement);
  }
}

function removeDead(graph: OnnxGraph): void {
  const producers = indexGraph(graph).producers;
  const live = new Set<OnnxNode>();
  const needed = new Set<string>();
  const pending = graph.outputs.map((output) => output.name);
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (needed.has(value)) continue;
    needed.add(value);
    const node = producers.get(value);
    if (node === undefined || live.has(node)) continue;
    live.add(node);
    pending.push(...takenBy(node));
  }
  graph.nodes = graph.nodes.filter((node) => live.has(node));
  graph.initializers = graph.initializers.filter((tensor) => needed.has(tensor.name));
  if (graph.valueInfo !== undefined) {
    graph.valueInfo = graph.valueInfo.filter((value) => needed.has(value.name));
  }
}

/** Depth first; nodes that stand in order already stay as they are. */
function sortNodes(graph: OnnxGraph): void {
  const { producers } = indexGraph(graph);
  const sorted: OnnxNode[] = [];
  const state = new Map<OnnxNode, "open" | "done">();
  for (const root of graph.nodes) {
    // Without recursion: graphs are deeper than stacks.
    const path: { node: OnnxNode; needs: OnnxNode[] }[] = [];
    const enter = (node: OnnxNode): void => {
      if (state.get(node) === "done") return;
      if (state.get(node) === "open") {
        throw new InvalidArgumentError({
          part: "onnx",
          problem: `the ${node.operator} that computes ${node.outputs[0]} needs its own result`,
          remedy: "check the replacement that led to it",
        });
      }
      state.set(node, "open");
      const needs = Array.from(takenBy(node), (name) => producers.get(name));
      path.push({ node, needs: needs.filter((need) => need !== undefined).reverse() });
    };
    enter(root);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const need = step.needs.pop();
      if (need !== undefined) enter(need);
      else {
        state.set(step.node, "done");
        sorted.push(step.node);
        path.pop();
      }
    }
  }
  graph.nodes = sorted;
}
