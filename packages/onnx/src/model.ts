import type { ExternalFiles } from "./external-files.js";
import type { TensorType } from "./tensor-type.js";

/**
 * An ONNX model as plain data: ModelProto of https://onnx.ai/onnx/repo-docs/IR.html. What is not named here (doc
 * strings, annotations, fields of later versions) is kept as it stood in `otherFields` and written back.
 */
export interface OnnxModel {
  graph: OnnxGraph;
  /** Operator set versions by domain; "" is ONNX's own. */
  opsets: Readonly<Record<string, number>>;
  /** Default when written: 10 (ONNX 1.16, 2024), the first to know opset 21. */
  irVersion?: number;
  /** Default when written: "kokeshi". */
  producerName?: string;
  producerVersion?: string;
  metadata?: Readonly<Record<string, string>>;
  /** Operators that the model defines itself. */
  functions?: OnnxFunction[];
  otherFields?: Uint8Array;
}

export interface OnnxGraph {
  name: string;
  nodes: OnnxNode[];
  initializers: OnnxTensor[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  /** Types of values between inputs and outputs, as far as the file gives them. */
  valueInfo?: OnnxValue[];
  otherFields?: Uint8Array;
}

export interface OnnxNode {
  operator: string;
  /** "" for ONNX's own operators, "com.microsoft" for ONNX Runtime's. */
  domain: string;
  name?: string;
  /** Names of values; "" leaves an optional input out. */
  inputs: string[];
  outputs: string[];
  attributes: Readonly<Record<string, OnnxAttribute>>;
  otherFields?: Uint8Array;
}

export interface OnnxFunction {
  name: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  /** Attributes without a default. */
  attributeNames: string[];
  nodes: OnnxNode[];
  opsets: Readonly<Record<string, number>>;
  otherFields?: Uint8Array;
}

/**
 * Attributes say their type because 1 the integer and 1 the float are different attributes. Integers beyond 2^53 are
 * bigints. "opaque" is an AttributeProto of a kind not modelled here (sparse tensors, types, references to a
 * function's attributes, text that is not UTF-8), as it stood in the file.
 */
export type OnnxAttribute =
  | { type: "float"; value: number }
  | { type: "int"; value: number | bigint }
  | { type: "string"; value: string }
  | { type: "ints"; value: readonly (number | bigint)[] }
  | { type: "floats"; value: readonly number[] }
  | { type: "strings"; value: readonly string[] }
  | { type: "tensor"; value: OnnxTensor }
  | { type: "tensors"; value: readonly OnnxTensor[] }
  | { type: "graph"; value: OnnxGraph }
  | { type: "graphs"; value: readonly OnnxGraph[] }
  | { type: "opaque"; value: Uint8Array };

/** A size, the name of a size known only at run time, or null where nothing is known. */
export type Dimension = number | string | null;

/** An input or output of the graph, or the type of a value inside. */
export interface OnnxValue {
  name: string;
  /** Absent where the file does not say, and for sequences and maps, which `otherType` keeps. */
  type?: TensorType;
  /** Absent where not even the number of dimensions is known. */
  shape?: readonly Dimension[];
  /** A TypeProto that is not a plain tensor, as it stood. */
  otherType?: Uint8Array;
  otherFields?: Uint8Array;
}

export interface OnnxTensor {
  name: string;
  type: TensorType;
  shape: readonly number[];
  /** Row-major elements, little-endian; `tensorElements` views them as numbers. Empty while `external` is there. */
  data: Uint8Array;
  /** Where the elements are, if they lie in another file; `loadExternalData` or `attachExternalData` finds them. */
  external?: ExternalTensorData;
  otherFields?: Uint8Array;
}

/** A piece of a file beside the model, in bytes. */
export interface ExternalTensorData {
  /** A path relative to the model's folder. */
  location: string;
  offset: number;
  length: number;
  /** Where `attachExternalData` was told to read them when they are asked for. */
  files?: ExternalFiles;
}
