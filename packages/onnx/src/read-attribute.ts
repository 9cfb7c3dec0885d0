import { attributeKinds } from "./attribute-codes.js";
import type { OnnxAttribute, OnnxGraph } from "./model.js";
import type { ProtobufField, ProtobufMessage } from "./protobuf-reader.js";
import { readTensor } from "./read-tensor.js";

type Kind = keyof typeof attributeKinds;

const kindsByCode = new Map<number, Kind>(
  Object.entries(attributeKinds).map(([kind, { code }]) => [code, kind as Kind]),
);

/** An AttributeProto. Graphs are read by `readGraph`, which reads attributes in turn. */
export function readAttribute(
  message: ProtobufMessage,
  readGraph: (message: ProtobufMessage) => OnnxGraph,
): { name: string; attribute: OnnxAttribute } {
  let name = "";
  let code: number | undefined;
  let plain = true;
  const values: ProtobufField[] = [];
  for (const field of message.fields()) {
    if (field.number === 1) name = field.text();
    else if (field.number === 20) code = field.count();
    // A doc string (13), of no effect, is all that is let go.
    else if (field.number >= 2 && field.number <= 11) values.push(field);
    else if (field.number !== 13) plain = false;
  }
  const kind = code === undefined ? undefined : kindsByCode.get(code);
  if (!plain || kind === undefined || values.some((field) => field.number !== attributeKinds[kind].field)) {
    return { name, attribute: { type: "opaque", value: message.bytes } };
  }
  const attribute = readValues(kind, values, message, readGraph);
  return { name, attribute: attribute ?? { type: "opaque", value: message.bytes } };
}

/** Undefined for what is no UTF-8 text, which a string attribute may be. */
function readValues(
  kind: Kind,
  fields: readonly ProtobufField[],
  message: ProtobufMessage,
  readGraph: (message: ProtobufMessage) => OnnxGraph,
): OnnxAttribute | undefined {
  const last = fields.at(-1);
  switch (kind) {
    case "floats":
      return { type: "floats", value: fields.flatMap((field) => field.floats()) };
    case "ints":
      return { type: "ints", value: fields.flatMap((field) => field.integers()) };
    case "strings": {
      const texts = fields.map((field) => field.textOrUndefined());
      return texts.every((text) => text !== undefined) ? { type: "strings", value: texts } : undefined;
    }
    case "tensors":
      return { type: "tensors", value: fields.map((field) => readTensor(field.nested(message.where))) };
    case "graphs":
      return { type: "graphs", value: fields.map((field) => readGraph(field.nested(message.where))) };
    case "float":
      return { type: "float", value: last?.float() ?? 0 };
    case "int":
      return { type: "int", value: last?.integer() ?? 0 };
    case "string": {
      const text = last === undefined ? "" : last.textOrUndefined();
      return text === undefined ? undefined : { type: "string", value: text };
    }
    case "tensor":
      if (last === undefined) throw message.fault(0, "the attribute has no tensor");
      return { type: "tensor", value: readTensor(last.nested(message.where)) };
    case "graph":
      if (last === undefined) throw message.fault(0, "the attribute has no graph");
      return { type: "graph", value: readGraph(last.nested(message.where)) };
  }
}
