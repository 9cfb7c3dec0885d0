export { createFloatText, FloatText, maxFloatTextBytes } from "./float-text.js";
export { KernelsError, type KernelsErrorCode } from "./kernels-error.js";
