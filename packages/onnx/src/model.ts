/** An ONNX model as plain data: what https://onnx.ai/onnx/repo-docs/IR.html calls ModelProto, as far as we use it. */
export interface OnnxModel {
  graph: OnnxGraph;
  /** Operator set versions by domain; "" is ONNX's own. */
  opsets: Readonly<Record<string, number>>;
}

export interface OnnxGraph {
  name: string;
  nodes: OnnxNode[];
  initializers: OnnxTensor[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
}

export interface OnnxNode {
  operator: string;
  /** "" for ONNX's own operators, "com.microsoft" for ONNX Runtime's. */
  domain: string;
  /** Names of values; "" leaves an optional input out. */
  inputs: string[];
  outputs: string[];
  attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** Attributes say their type because 1 the integer and 1 the float are different attributes. */
export type OnnxAttribute =
  | { type: "float"; value: number }
  | { type: "int"; value: number }
  | { type: "string"; value: string }
  | { type: "ints"; value: readonly number[] }
  | { type: "floats"; value: readonly number[] };

/** An input or output of the graph. A dimension is a size, or the name of a size known only at run time. */
export interface OnnxValue {
  name: string;
  type: TensorType;
  shape: readonly (number | string)[];
}

export interface OnnxTensor {
  name: string;
  type: TensorType;
  shape: readonly number[];
  /** Row-major elements, little-endian. */
  data: Uint8Array;
}

/** Codes of TensorProto.DataType. */
export const tensorTypeCodes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;

export type TensorType = keyof typeof tensorTypeCodes;

export const bytesPerElement: Readonly<Record<TensorType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  float64: 8,
};
