import { InvalidArgumentError } from "@kokeshi/core";
import type { OnnxAttribute, OnnxGraph, OnnxModel } from "./model.js";
import { tensorBytes, type TensorType } from "./tensor-type.js";

/** Name of a value inside a graph: what an input, a constant or a node gives, and what nodes take. */
export type ValueName = string;

export interface NodeOptions {
  attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Default: "", ONNX's own operators. */
  domain?: string;
}

/**
 * Builds a graph node by node, in the order in which the values are computed:
 *
 *     const graph = new GraphBuilder("scores");
 *     const a = graph.input("a", "float32", ["rows", 256]);
 *     const b = graph.input("b", "float32", ["rows", 256]);
 *     graph.output("scores", graph.node("FusedMatMul", [a, b], {
 *       domain: "com.microsoft", attributes: { transB: int(1) } }), "float32", ["rows", "rows"]);
 *     const bytes = writeModel(graph.model({ "": 21, "com.microsoft": 1 }));
 */
export class GraphBuilder {
  private readonly graph: OnnxGraph;
  private readonly names = new Set<string>();

  constructor(name: string) {
    this.graph = { name, nodes: [], initializers: [], inputs: [], outputs: [] };
  }

  /** A dimension is a size, or the name of a size known only at run time. */
  input(name: string, type: TensorType, shape: readonly (number | string)[]): ValueName {
    this.define(name);
    this.graph.inputs.push({ name, type, shape });
    return name;
  }

  /** A small constant tensor, written out. Without `shape`, one dimension as long as the values. */
  constant(
    type: "float32" | "int64",
    values: readonly number[],
    shape: readonly number[] = [values.length],
  ): ValueName {
    const typed = type === "float32" ? Float32Array.from(values) : BigInt64Array.from(values, BigInt);
    return this.initializer(type, shape, new Uint8Array(typed.buffer));
  }

  /** A constant tensor from its bytes: row-major elements, little-endian. */
  initializer(type: TensorType, shape: readonly number[], data: Uint8Array): ValueName {
    const expected = tensorBytes(type, shape);
    if (data.length !== expected) {
      throw this.fault(
        `a ${type} constant of shape [${shape.join(", ")}] has ${data.length} bytes`,
        `pass ${expected} bytes`,
      );
    }
    const name = this.freshName("constant");
    this.graph.initializers.push({ name, type, shape, data });
    return name;
  }

  /** A node with one output; returns the output. */
  node(operator: string, inputs: readonly ValueName[], options: NodeOptions = {}): ValueName {
    return this.nodes(operator, inputs, 1, options)[0] as ValueName;
  }

  /** A node with several outputs. */
  nodes(
    operator: string,
    inputs: readonly ValueName[],
    outputCount: number,
    { attributes = {}, domain = "" }: NodeOptions = {},
  ): ValueName[] {
    for (const input of inputs) {
      if (input !== "") this.require(input, `${operator} takes`);
    }
    const outputs = Array.from({ length: outputCount }, () => this.freshName(operator));
    this.graph.nodes.push({ operator, domain, inputs: [...inputs], outputs, attributes });
    return outputs;
  }

  /** Makes a value an output of the graph, under a name of its own. */
  output(name: string, value: ValueName, type: TensorType, shape: readonly (number | string)[]): void {
    this.require(value, `the output ${name} takes`);
    this.define(name);
    this.graph.nodes.push({
      operator: "Identity",
      domain: "",
      inputs: [value],
      outputs: [name],
      attributes: {},
    });
    this.graph.outputs.push({ name, type, shape });
  }

  /** The finished model. `opsets`: operator set versions by domain. */
  model(opsets: Readonly<Record<string, number>> = { "": 21 }): OnnxModel {
    for (const { operator, domain } of this.graph.nodes) {
      if (opsets[domain] === undefined) {
        throw this.fault(
          `${operator} belongs to the operators "${domain}", which are not imported`,
          "name their version in the opsets",
        );
      }
    }
    return { graph: this.graph, opsets };
  }

  private freshName(stem: string): string {
    let number = this.names.size;
    while (this.names.has(`${stem}_${number}`)) number++;
    const name = `${stem}_${number}`;
    this.names.add(name);
    return name;
  }

  private define(name: string): void {
    if (name === "" || this.names.has(name)) {
      throw this.fault(
        `the name "${name}" is empty or taken`,
        "give every input and output a name of its own",
      );
    }
    this.names.add(name);
  }

  private require(name: string, taker: string): void {
    if (this.names.has(name)) return;
    throw this.fault(`${taker} "${name}", which does not exist yet`, "add the node that computes it first");
  }

  private fault(problem: string, remedy: string): InvalidArgumentError {
    return new InvalidArgumentError({
      part: "onnx",
      problem: `graph ${this.graph.name}: ${problem}`,
      remedy,
    });
  }
}
