import { InvalidFileError } from "@kokeshi/core";
import { subgraphs } from "./every-graph.js";
import { isInsideFolder } from "./external-location.js";
import type {
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from "./model.js";
import { tensorBytes, tensorTypeCodes } from "./tensor-type.js";

/**
 * Throws InvalidFileError, naming the place, unless the structure of a model is sound: every name is given once (static
 * single assignment), every value is there before it is taken, outputs are computed, operator sets are imported, tensors
 * have as many bytes as their shapes ask for, and attributes hold what their types say. It is what `onnx.checker` looks
 * at without the schemas of operators (https://github.com/onnx/onnx/blob/main/onnx/checker.cc); whether inputs fit an
 * operator is for the runtime that loads the model.
 */
export function checkModel(model: OnnxModel): void {
  const { graph, opsets, irVersion = 10, functions = [] } = model;
  if (!isCount(irVersion) || irVersion < 1) throw fault("the model", `has the IR version ${irVersion}`);
  checkOpsets(opsets, "the model");
  const defined = new Set(functions.map(({ domain, name }) => functionKey(domain, name)));
  if (defined.size < functions.length) throw fault("the model", "defines a function twice");
  for (const value of [...graph.inputs, ...graph.outputs]) {
    if (value.type === undefined && value.otherType === undefined) {
      throw fault("the graph", `does not say what type ${value.name} has`);
    }
  }
  new GraphChecker(opsets, defined).graph(graph, "the graph", []);
  for (const part of functions) checkFunction(part, defined);
}

function checkFunction(part: OnnxFunction, defined: ReadonlySet<string>): void {
  const where = `the function ${part.name}`;
  checkOpsets(part.opsets, where);
  const inputs = part.inputs.map((name): OnnxValue => ({ name }));
  const outputs = part.outputs.map((name): OnnxValue => ({ name }));
  const graph = { name: part.name, nodes: part.nodes, initializers: [], inputs, outputs };
  new GraphChecker(part.opsets, defined).graph(graph, where, []);
}

function checkOpsets(opsets: Readonly<Record<string, number>>, where: string): void {
  for (const [domain, version] of Object.entries(opsets)) {
    if (!isCount(version) || version < 1) {
      throw fault(where, `imports version ${version} of the operators "${domain}"`);
    }
  }
}

class GraphChecker {
  constructor(
    private readonly opsets: Readonly<Record<string, number>>,
    /** Operators that the model defines itself. */
    private readonly functions: ReadonlySet<string>,
  ) {}

  /** `outer`: the names that the graphs around this one have so far. */
  graph(graph: OnnxGraph, where: string, outer: readonly ReadonlySet<string>[]): void {
    const names = new Set<string>();
    const isKnown = (name: string): boolean => names.has(name) || outer.some((scope) => scope.has(name));
    for (const value of graph.inputs) {
      // The input of a subgraph may have a name of the outside.
      if (names.has(value.name)) throw fault(where, `has two inputs ${value.name}`);
      this.value(value, where);
      names.add(value.name);
    }
    const inputs = new Set(names);
    const initializers = new Set<string>();
    for (const tensor of graph.initializers) {
      const { name } = tensor;
      if (name === "") throw fault(where, "has an initializer without a name");
      // An input's initializer is its default.
      if (initializers.has(name) || (!inputs.has(name) && isKnown(name))) {
        throw fault(where, `gives the name ${name} twice`);
      }
      checkTensor(tensor, where);
      initializers.add(name);
      names.add(name);
    }
    const scopes = [...outer, names];
    graph.nodes.forEach((node, index) => {
      const place = `${where}, node ${index} (${node.operator}${node.name ? ` ${node.name}` : ""})`;
      this.operator(node, place);
      for (const input of node.inputs) {
        if (input !== "" && !isKnown(input)) throw fault(place, `takes ${input}, which is not there yet`);
      }
      for (const [name, attribute] of Object.entries(node.attributes)) {
        checkAttribute(name, attribute, place);
      }
      for (const inner of subgraphs(node)) this.graph(inner, `${place}, subgraph ${inner.name}`, scopes);
      for (const output of node.outputs) {
        if (output === "") continue;
        if (isKnown(output)) throw fault(place, `gives the name ${output} again`);
        names.add(output);
      }
    });
    const outputs = new Set<string>();
    for (const value of graph.outputs) {
      this.value(value, where);
      if (!isKnown(value.name)) throw fault(where, `has the output ${value.name}, which nothing computes`);
      if (outputs.has(value.name)) throw fault(where, `has two outputs ${value.name}`);
      outputs.add(value.name);
    }
    for (const value of graph.valueInfo ?? []) this.value(value, where);
  }

  private operator({ operator, domain, inputs, outputs }: OnnxNode, where: string): void {
    if (operator === "") throw fault(where, "has no operator");
    if (inputs.length === 0 && outputs.length === 0) throw fault(where, "takes nothing and gives nothing");
    const isImported = Object.hasOwn(this.opsets, domain === "ai.onnx" ? "" : domain);
    if (isImported || this.functions.has(functionKey(domain, operator))) return;
    throw fault(where, `is of the domain "${domain}", whose operators are not imported`);
  }

  private value({ name, type, shape }: OnnxValue, where: string): void {
    if (name === "") throw fault(where, "has a value without a name");
    if (type !== undefined && !Object.hasOwn(tensorTypeCodes, type)) {
      throw fault(where, `says that ${name} has the type ${type}`);
    }
    const wrong = shape?.find((size) => typeof size === "number" && !isCount(size));
    if (wrong !== undefined) throw fault(where, `says that ${name} has the size ${wrong}`);
  }
}

function checkTensor({ name, type, shape, data, external }: OnnxTensor, where: string): void {
  const bytes = Object.hasOwn(tensorTypeCodes, type) ? tensorBytes(type, shape) : NaN;
  const described = `the tensor ${name} of ${type} [${shape.join(", ")}]`;
  if (!shape.every(isCount) || !Number.isSafeInteger(bytes)) {
    throw fault(where, `has ${described}, whose size cannot be told`);
  }
  const length = external?.length ?? data.length;
  if (length !== bytes) throw fault(where, `has ${described} with ${length} bytes instead of ${bytes}`);
  if (external === undefined) return;
  if (!isInsideFolder(external.location) || !isCount(external.offset)) {
    throw fault(where, `has ${described} at byte ${external.offset} of "${external.location}"`);
  }
}

/** Attributes that are of one type in every operator that has them. */
const typesByName: Readonly<Record<string, OnnxAttribute["type"]>> = {
  accuracy_level: "int",
  axis: "int",
  bits: "int",
  block_size: "int",
  epsilon: "float",
  K: "int",
  keepdims: "int",
  N: "int",
  num_heads: "int",
  perm: "ints",
  to: "int",
  transA: "int",
  transB: "int",
};

function checkAttribute(name: string, attribute: OnnxAttribute, where: string): void {
  const expected = Object.hasOwn(typesByName, name) ? typesByName[name] : undefined;
  const { type } = attribute;
  // "opaque" may be a reference to an attribute of the function around it.
  if (expected !== undefined && type !== expected && type !== "opaque") {
    throw fault(where, `has the attribute ${name} of type ${type} instead of ${expected}`);
  }
  if (!isOfType(attribute)) throw fault(where, `has the attribute ${name}, which is no ${type}`);
  if (type === "tensor") checkTensor(attribute.value, where);
  if (type === "tensors") for (const tensor of attribute.value) checkTensor(tensor, where);
}

function isOfType(attribute: OnnxAttribute): boolean {
  const { type, value } = attribute;
  switch (type) {
    case "int":
      return isInteger(value);
    case "ints":
      return Array.isArray(value) && value.every(isInteger);
    case "float":
      return typeof value === "number";
    case "floats":
      return Array.isArray(value) && value.every((element) => typeof element === "number");
    case "string":
      return typeof value === "string";
    case "strings":
      return Array.isArray(value) && value.every((element) => typeof element === "string");
    case "tensor":
    case "graph":
      return typeof value === "object";
    case "tensors":
    case "graphs":
      return Array.isArray(value);
    case "opaque":
      return value instanceof Uint8Array;
    default:
      return false;
  }
}

function isInteger(value: unknown): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function functionKey(domain: string, name: string): string {
  return `${domain === "ai.onnx" ? "" : domain} ${name}`;
}

function fault(where: string, problem: string): InvalidFileError {
  return new InvalidFileError({
    part: "onnx",
    problem: `${where} ${problem}`,
    remedy: "export the model again, or check the changes made to it",
  });
}
