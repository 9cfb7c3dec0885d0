/** The parts of onnxruntime-node (or -web) that run a model once. Pass the package itself. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: OnnxRuntimeOptions): Promise<OnnxRuntimeSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OnnxRuntimeTensor;
}

export interface OnnxRuntimeOptions {
  graphOptimizationLevel?: "disabled";
  intraOpNumThreads?: number;
  logSeverityLevel?: 4;
  /** Files that hold weights of the model, in memory. */
  externalData?: readonly { path: string; data: Uint8Array }[];
  extra?: { readonly session?: Readonly<Record<string, unknown>> };
}

export interface OnnxRuntimeSession {
  readonly outputMetadata: readonly OnnxRuntimeValue[];
  run(
    feeds: Readonly<Record<string, OnnxRuntimeTensor>>,
  ): Promise<Readonly<Record<string, OnnxRuntimeTensor>>>;
  release(): Promise<void>;
}

export interface OnnxRuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView | string[];
}

/** Size of a dimension, its name, or "" where it has none. */
export type OnnxRuntimeValue =
  | { readonly name: string; readonly isTensor: false }
  | {
      readonly name: string;
      readonly isTensor: true;
      readonly type: string;
      readonly shape: readonly (number | string)[];
    };
