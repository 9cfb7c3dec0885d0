import { InvalidArgumentError } from "@kokeshi/core";
import { attributeKinds } from "./attribute-codes.js";
import { isInsideFolder } from "./external-location.js";
import type {
  ExternalTensorData,
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from "./model.js";
import { ProtobufWriter } from "./protobuf-writer.js";
import { tensorData } from "./tensor-elements.js";
import { tensorTypeCodes } from "./tensor-type.js";

/** IR version 10 (ONNX 1.16, 2024): the first to know opset 21; ONNX Runtime 1.18 and later read it. */
const defaultIrVersion = 10;

/** Readers of protobuf refuse longer messages. */
const longestMessage = 2 ** 31 - 1;

/** The bytes of an `.onnx` file. Throws InvalidArgumentError above protobuf's 2 GB. */
export function writeModel(model: OnnxModel): Uint8Array {
  return new ModelWriter(() => undefined).write(model);
}

export interface ExternalDataOptions {
  /** The name of the second file, relative to the model's folder, such as "model.onnx_data". */
  location: string;
  /** Tensors shorter than this many bytes stay in the model. Default: 1024, as the onnx library has it. */
  smallest?: number;
}

export interface ModelWithExternalData {
  model: Uint8Array;
  /** The second file in pieces, to be written one after the other: it may be longer than an array can be. */
  data: Uint8Array[];
}

/** Tensors begin at multiples of this, so that views of any element type and of memory maps are aligned. */
const alignment = 4096;

/** Writes a model of any size: the initializers of its graph go to a second file beside the `.onnx` file. */
export function writeModelWithExternalData(
  model: OnnxModel,
  { location, smallest = 1024 }: ExternalDataOptions,
): ModelWithExternalData {
  requireLocation(location);
  const file = new DataFile(location);
  const place = (tensor: OnnxTensor): ExternalTensorData | undefined =>
    tensorLength(tensor) < smallest ? undefined : file.add(tensorData(tensor));
  return { model: new ModelWriter(place).write(model), data: file.pieces };
}

export interface ModelFilesOptions {
  /** Default: "when-needed", where the `.onnx` file would be longer than `longest`. */
  externalData?: "when-needed" | "always";
  /** Bytes that a file may have. Default: 2^31 - 1, protobuf's limit. */
  longest?: number;
}

/**
 * A model of any size as files by path: `path` itself, and where the weights do not go into it, `${path}_data`,
 * `${path}_data_1` and so on beside it, the names that transformers.js looks for. Throws InvalidArgumentError where the
 * graph alone is longer than a file may be; a tensor that is has a file to itself.
 */
export function writeModelFiles(
  model: OnnxModel,
  path: string,
  { externalData = "when-needed", longest = longestMessage }: ModelFilesOptions = {},
): Record<string, Uint8Array> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const place = path.slice(0, path.length - name.length);
  requireLocation(name);
  const weights = model.graph.initializers.reduce((sum, tensor) => sum + tensorLength(tensor), 0);
  if (externalData !== "always" && weights <= longest) {
    const encoded = new ModelWriter(() => undefined).encode(model);
    if (encoded.size <= longest) return { [path]: encoded.finish() };
  }
  const data = [new DataFile(`${name}_data`)];
  const bytes = new ModelWriter((tensor) => {
    const length = tensorLength(tensor);
    if (length < smallestExternal) return undefined;
    let file = data.at(-1) as DataFile;
    if (file.length > 0 && file.nextOffset + length > longest) {
      file = new DataFile(`${name}_data_${data.length}`);
      data.push(file);
    }
    return file.add(tensorData(tensor));
  }).write(model, longest);
  const files: Record<string, Uint8Array> = { [path]: bytes };
  for (const file of data) if (file.length > 0) files[`${place}${file.location}`] = file.bytes();
  return files;
}

/** As the onnx library has it: shorter tensors stay in the model. */
const smallestExternal = 1024;

/** A file of weights that grows. */
class DataFile {
  readonly pieces: Uint8Array[] = [];
  length = 0;

  constructor(readonly location: string) {}

  /** Where the next tensor begins. */
  get nextOffset(): number {
    return Math.ceil(this.length / alignment) * alignment;
  }

  add(content: Uint8Array): ExternalTensorData {
    const offset = this.nextOffset;
    if (offset > this.length) this.pieces.push(new Uint8Array(offset - this.length));
    this.pieces.push(content);
    this.length = offset + content.length;
    return { location: this.location, offset, length: content.length };
  }

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let offset = 0;
    for (const piece of this.pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    return whole;
  }
}

/** The place of a tensor that stays where it is: nobody said how to read it. */
function placeOf({ external }: OnnxTensor): ExternalTensorData | undefined {
  return external?.files === undefined ? external : undefined;
}

/** Bytes that are written; none of a tensor that stays where it is. */
function tensorLength({ data, external }: OnnxTensor): number {
  return external === undefined ? data.length : external.files === undefined ? 0 : external.length;
}

function requireLocation(location: string): void {
  if (isInsideFolder(location)) return;
  throw new InvalidArgumentError({
    part: "onnx",
    problem: `external data cannot lie at "${location}"`,
    remedy: "pass a path inside the model's folder",
  });
}

/** Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
class ModelWriter {
  constructor(private readonly place: (tensor: OnnxTensor) => ExternalTensorData | undefined) {}

  write(model: OnnxModel, longest = longestMessage): Uint8Array {
    const encoded = this.encode(model);
    if (encoded.size <= longest) return encoded.finish();
    throw new InvalidArgumentError({
      part: "onnx",
      problem: `the .onnx file takes ${encoded.size} bytes, and may have ${longest}`,
      remedy: "put weights into files beside it (writeModelFiles)",
    });
  }

  encode(model: OnnxModel): ProtobufWriter {
    const writer = new ProtobufWriter()
      .integer(1, model.irVersion ?? defaultIrVersion)
      .string(2, model.producerName ?? "kokeshi")
      .string(3, model.producerVersion)
      .message(7, (message) => this.graph(message, model.graph, this.place));
    this.opsets(writer, 8, model.opsets);
    for (const [key, value] of Object.entries(model.metadata ?? {})) {
      writer.message(14, (entry) => entry.string(1, key).string(2, value));
    }
    for (const part of model.functions ?? []) writer.message(25, (message) => this.function(message, part));
    return writer.verbatim(model.otherFields);
  }

  private graph(
    message: ProtobufWriter,
    graph: OnnxGraph,
    place: (tensor: OnnxTensor) => ExternalTensorData | undefined = () => undefined,
  ): void {
    for (const node of graph.nodes) message.message(1, (part) => this.node(part, node));
    message.string(2, graph.name);
    for (const tensor of graph.initializers) {
      message.message(5, (part) => this.tensor(part, tensor, placeOf(tensor) ?? place(tensor)));
    }
    for (const value of graph.inputs) message.message(11, (part) => this.value(part, value));
    for (const value of graph.outputs) message.message(12, (part) => this.value(part, value));
    for (const value of graph.valueInfo ?? []) message.message(13, (part) => this.value(part, value));
    message.verbatim(graph.otherFields);
  }

  private node(message: ProtobufWriter, node: OnnxNode): void {
    for (const input of node.inputs) message.string(1, input);
    for (const output of node.outputs) message.string(2, output);
    message.string(3, node.name).string(4, node.operator);
    for (const [name, attribute] of Object.entries(node.attributes)) {
      message.message(5, (part) => this.attribute(part, name, attribute));
    }
    if (node.domain !== "") message.string(7, node.domain);
    message.verbatim(node.otherFields);
  }

  private function(message: ProtobufWriter, part: OnnxFunction): void {
    message.string(1, part.name);
    for (const input of part.inputs) message.string(4, input);
    for (const output of part.outputs) message.string(5, output);
    for (const name of part.attributeNames) message.string(6, name);
    for (const node of part.nodes) message.message(7, (nested) => this.node(nested, node));
    this.opsets(message, 9, part.opsets);
    message.string(10, part.domain).verbatim(part.otherFields);
  }

  private opsets(message: ProtobufWriter, field: number, opsets: Readonly<Record<string, number>>): void {
    for (const [domain, version] of Object.entries(opsets)) {
      message.message(field, (part) => part.string(1, domain).integer(2, version));
    }
  }

  private attribute(message: ProtobufWriter, name: string, attribute: OnnxAttribute): void {
    if (attribute.type === "opaque") {
      // It carries its own name and type.
      message.verbatim(attribute.value);
      return;
    }
    const { code, field } = attributeKinds[attribute.type];
    message.string(1, name);
    switch (attribute.type) {
      case "float":
        message.float32(field, attribute.value);
        break;
      case "int":
        message.integer(field, attribute.value);
        break;
      case "string":
        message.string(field, attribute.value);
        break;
      case "floats":
        for (const value of attribute.value) message.float32(field, value);
        break;
      case "ints":
        for (const value of attribute.value) message.integer(field, value);
        break;
      case "strings":
        for (const value of attribute.value) message.string(field, value);
        break;
      case "tensor":
        message.message(field, (part) => this.tensor(part, attribute.value, placeOf(attribute.value)));
        break;
      case "tensors":
        for (const value of attribute.value) {
          message.message(field, (part) => this.tensor(part, value, placeOf(value)));
        }
        break;
      case "graph":
        message.message(field, (part) => this.graph(part, attribute.value));
        break;
      case "graphs":
        for (const value of attribute.value) message.message(field, (part) => this.graph(part, value));
        break;
    }
    message.integer(20, code);
  }

  private tensor(
    message: ProtobufWriter,
    tensor: OnnxTensor,
    external: ExternalTensorData | undefined,
  ): void {
    for (const size of tensor.shape) message.integer(1, size);
    message.integer(2, tensorTypeCodes[tensor.type]).string(8, tensor.name);
    if (external === undefined) message.raw(9, tensorData(tensor));
    else {
      for (const key of ["location", "offset", "length"] as const) {
        message.message(13, (entry) => entry.string(1, key).string(2, String(external[key])));
      }
      message.integer(14, 1);
    }
    message.verbatim(tensor.otherFields);
  }

  private value(message: ProtobufWriter, { name, type, shape, otherType, otherFields }: OnnxValue): void {
    message.string(1, name);
    if (otherType !== undefined) message.raw(2, otherType);
    else if (type !== undefined) {
      message.message(2, (typeMessage) =>
        typeMessage.message(1, (tensorType) => {
          tensorType.integer(1, tensorTypeCodes[type]);
          if (shape === undefined) return;
          tensorType.message(2, (shapeMessage) => {
            for (const size of shape) {
              shapeMessage.message(1, (dimension) => {
                if (typeof size === "number") dimension.integer(1, size);
                else if (size !== null) dimension.string(2, size);
              });
            }
          });
        }),
      );
    }
    message.verbatim(otherFields);
  }
}
