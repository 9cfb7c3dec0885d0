export { BitVectors } from "./bit-vectors.js";
export { createKernels, createKernelsSync, type Engine, type KernelsOptions } from "./create-kernels.js";
export { Float32Vectors } from "./float32-vectors.js";
export { Int8Vectors } from "./int8-vectors.js";
export { Kernels } from "./kernels.js";
export { KernelsError, type KernelsErrorCode } from "./kernels-error.js";
export type { SharedTable, SharedTokenTable } from "./shared-table.js";
export { TokenTable, type GatherOptions, type RaggedIds, type TokenTableParts } from "./token-table.js";
export type { TopRows } from "./top-rows.js";
