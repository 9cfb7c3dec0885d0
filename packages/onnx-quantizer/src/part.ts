/** This package, in the errors it raises. */
export const part = "onnx-quantizer";
