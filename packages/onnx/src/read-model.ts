import { InvalidFileError } from "@kokeshi/core";
import type { Dimension, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from "./model.js";
import { OtherFields } from "./other-fields.js";
import { ProtobufMessage, type ProtobufField } from "./protobuf-reader.js";
import { readAttribute } from "./read-attribute.js";
import { readTensor } from "./read-tensor.js";
import { tensorTypeOf } from "./tensor-type.js";

/**
 * Reads the bytes of an `.onnx` file. Tensors are views of `bytes`, not copies. What lies in other files is left
 * there until `loadExternalData` brings it in. Throws InvalidFileError for anything that is not a well-formed model;
 * memory stays within a small multiple of the file's size whatever the file claims. Whether the operators exist and
 * their shapes fit is for the runtime that loads the model.
 *
 * Field numbers here and beside are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
export function readModel(bytes: Uint8Array): OnnxModel {
  // Node's Buffer, whose methods differ, becomes what it extends.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const message = new ProtobufMessage(plain, "the model");
  const other = new OtherFields();
  const opsets: [string, number][] = [];
  const metadata: [string, string][] = [];
  const functions: OnnxFunction[] = [];
  const model: Partial<OnnxModel> = {};
  for (const field of message.fields()) {
    switch (field.number) {
      case 1:
        model.irVersion = field.count();
        break;
      case 2:
        model.producerName = field.text();
        break;
      case 3:
        model.producerVersion = field.text();
        break;
      case 7:
        if (model.graph !== undefined) throw field.fault("is a second graph");
        model.graph = readGraph(field.nested("the graph"));
        break;
      case 8:
        opsets.push(readOpset(field));
        break;
      case 14:
        metadata.push(readEntry(field));
        break;
      case 25:
        functions.push(readFunction(field.nested(`function ${functions.length}`)));
        break;
      default:
        other.add(field);
    }
  }
  const { graph } = model;
  if (graph === undefined || opsets.length === 0) {
    throw new InvalidFileError({
      part: "onnx",
      problem: `the file has no ${graph === undefined ? "graph" : "operator sets"}`,
      remedy: "check that it is an ONNX model, and whole",
    });
  }
  return {
    ...model,
    graph,
    opsets: Object.fromEntries(opsets),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
    ...(functions.length > 0 && { functions }),
    ...other.ifAny(),
  };
}

export function readGraph(message: ProtobufMessage): OnnxGraph {
  const other = new OtherFields();
  const graph: OnnxGraph = { name: "", nodes: [], initializers: [], inputs: [], outputs: [] };
  const valueInfo: OnnxValue[] = [];
  for (const field of message.fields()) {
    switch (field.number) {
      case 1:
        graph.nodes.push(readNode(field.nested(`${message.where}, node ${graph.nodes.length}`)));
        break;
      case 2:
        graph.name = field.text();
        break;
      case 5:
        graph.initializers.push(
          readTensor(field.nested(`${message.where}, initializer ${graph.initializers.length}`)),
        );
        break;
      case 11:
        graph.inputs.push(readValue(field.nested(`${message.where}, input ${graph.inputs.length}`)));
        break;
      case 12:
        graph.outputs.push(readValue(field.nested(`${message.where}, output ${graph.outputs.length}`)));
        break;
      case 13:
        valueInfo.push(readValue(field.nested(`${message.where}, value ${valueInfo.length}`)));
        break;
      default:
        other.add(field);
    }
  }
  return { ...graph, ...(valueInfo.length > 0 && { valueInfo }), ...other.ifAny() };
}

function readNode(message: ProtobufMessage): OnnxNode {
  const other = new OtherFields();
  const attributes = new Map<string, ReturnType<typeof readAttribute>["attribute"]>();
  const node: OnnxNode = { operator: "", domain: "", inputs: [], outputs: [], attributes: {} };
  for (const field of message.fields()) {
    switch (field.number) {
      case 1:
        node.inputs.push(field.text());
        break;
      case 2:
        node.outputs.push(field.text());
        break;
      case 3:
        node.name = field.text();
        break;
      case 4:
        node.operator = field.text();
        break;
      case 5: {
        const nested = field.nested(`${message.where}, attribute ${attributes.size}`);
        const { name, attribute } = readAttribute(nested, readGraph);
        if (attributes.has(name)) throw field.fault(`gives the attribute ${name} again`);
        attributes.set(name, attribute);
        break;
      }
      case 7:
        // "ai.onnx" is a second name of ONNX's own operators.
        node.domain = domainName(field.text());
        break;
      default:
        other.add(field);
    }
  }
  if (node.operator === "") throw message.fault(0, "the node has no operator");
  return { ...node, attributes: Object.fromEntries(attributes), ...other.ifAny() };
}

function readFunction(message: ProtobufMessage): OnnxFunction {
  const other = new OtherFields();
  const opsets: [string, number][] = [];
  const result: Omit<OnnxFunction, "opsets"> = {
    name: "",
    domain: "",
    inputs: [],
    outputs: [],
    attributeNames: [],
    nodes: [],
  };
  for (const field of message.fields()) {
    switch (field.number) {
      case 1:
        result.name = field.text();
        break;
      case 4:
        result.inputs.push(field.text());
        break;
      case 5:
        result.outputs.push(field.text());
        break;
      case 6:
        result.attributeNames.push(field.text());
        break;
      case 7:
        result.nodes.push(readNode(field.nested(`${message.where}, node ${result.nodes.length}`)));
        break;
      case 9:
        opsets.push(readOpset(field));
        break;
      case 10:
        result.domain = domainName(field.text());
        break;
      default:
        other.add(field);
    }
  }
  return { ...result, opsets: Object.fromEntries(opsets), ...other.ifAny() };
}

function readValue(message: ProtobufMessage): OnnxValue {
  const other = new OtherFields();
  let value: OnnxValue = { name: "" };
  for (const field of message.fields()) {
    if (field.number === 1) value.name = field.text();
    else if (field.number === 2) {
      const nested = field.nested(`${message.where}, type`);
      value = { ...value, ...(readTensorType(nested) ?? { otherType: nested.bytes }) };
    } else other.add(field);
  }
  return { ...value, ...other.ifAny() };
}

/** The type of a plain tensor; undefined where the type is another, or says more than OnnxValue does. */
function readTensorType(message: ProtobufMessage): Pick<OnnxValue, "type" | "shape"> | undefined {
  const result: Pick<OnnxValue, "type" | "shape"> = {};
  let plain = true;
  for (const field of message.fields()) {
    if (field.number !== 1) {
      plain = false;
      continue;
    }
    for (const part of field.nested(message.where).fields()) {
      if (part.number === 1) {
        const type = tensorTypeOf(part.count());
        if (type === undefined) plain = false;
        else result.type = type;
      } else if (part.number === 2) {
        const shape: Dimension[] = [];
        for (const dimension of part.nested(message.where).fields()) {
          if (dimension.number !== 1) plain = false;
          else shape.push(readDimension(dimension.nested(message.where), () => (plain = false)));
        }
        result.shape = shape;
      } else plain = false;
    }
  }
  return plain && result.type !== undefined ? result : undefined;
}

function readDimension(message: ProtobufMessage, onMore: () => void): Dimension {
  let dimension: Dimension = null;
  for (const field of message.fields()) {
    // Some exporters write -1 for a size they do not know.
    if (field.number === 1) {
      const size = field.integer();
      dimension = typeof size === "number" && size >= 0 ? size : null;
    } else if (field.number === 2) dimension = field.text() || null;
    else onMore();
  }
  return dimension;
}

function readOpset(field: ProtobufField): [string, number] {
  let domain = "";
  let version = 0;
  for (const part of field.nested("the operator sets").fields()) {
    if (part.number === 1) domain = domainName(part.text());
    else if (part.number === 2) version = part.count();
  }
  return [domain, version];
}

function readEntry(field: ProtobufField): [string, string] {
  const entry: [string, string] = ["", ""];
  for (const part of field.nested("the metadata").fields()) {
    if (part.number === 1) entry[0] = part.text();
    else if (part.number === 2) entry[1] = part.text();
  }
  return entry;
}

function domainName(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}
