import {
  tensorTypeCodes,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxTensor,
  type OnnxValue,
} from "./model.js";
import { ProtobufWriter } from "./protobuf-writer.js";

/** IR version 10 (ONNX 1.16, 2024): the first to know opset 21; ONNX Runtime 1.18 and later read it. */
const irVersion = 10;

/** Codes of AttributeProto.AttributeType. */
const attributeTypeCodes = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;

/**
 * The bytes of an `.onnx` file. Field numbers are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
export function writeModel({ graph, opsets }: OnnxModel): Uint8Array {
  const model = new ProtobufWriter().integer(1, irVersion).string(2, "kokeshi");
  model.message(7, (message) => {
    for (const node of graph.nodes) {
      message.message(1, (part) => {
        for (const input of node.inputs) part.string(1, input);
        for (const output of node.outputs) part.string(2, output);
        part.string(4, node.operator);
        for (const [name, attribute] of Object.entries(node.attributes)) {
          part.message(5, (field) => writeAttribute(field, name, attribute));
        }
        if (node.domain !== "") part.string(7, node.domain);
      });
    }
    message.string(2, graph.name);
    for (const tensor of graph.initializers) message.message(5, (part) => writeTensor(part, tensor));
    for (const value of graph.inputs) message.message(11, (part) => writeValue(part, value));
    for (const value of graph.outputs) message.message(12, (part) => writeValue(part, value));
  });
  for (const [domain, version] of Object.entries(opsets)) {
    model.message(8, (message) => message.string(1, domain).integer(2, version));
  }
  return model.finish();
}

function writeAttribute(message: ProtobufWriter, name: string, attribute: OnnxAttribute): void {
  message.string(1, name);
  switch (attribute.type) {
    case "float":
      message.float32(2, attribute.value);
      break;
    case "int":
      message.integer(3, attribute.value);
      break;
    case "string":
      message.string(4, attribute.value);
      break;
    case "floats":
      for (const value of attribute.value) message.float32(7, value);
      break;
    case "ints":
      for (const value of attribute.value) message.integer(8, value);
      break;
  }
  message.integer(20, attributeTypeCodes[attribute.type]);
}

function writeTensor(message: ProtobufWriter, { name, type, shape, data }: OnnxTensor): void {
  for (const size of shape) message.integer(1, size);
  message.integer(2, tensorTypeCodes[type]).string(8, name).raw(9, data);
}

function writeValue(message: ProtobufWriter, { name, type, shape }: OnnxValue): void {
  message.string(1, name).message(2, (typeMessage) =>
    typeMessage.message(1, (tensorType) =>
      tensorType.integer(1, tensorTypeCodes[type]).message(2, (shapeMessage) => {
        for (const size of shape) {
          shapeMessage.message(1, (dimension) =>
            typeof size === "number" ? dimension.integer(1, size) : dimension.string(2, size),
          );
        }
      }),
    ),
  );
}
