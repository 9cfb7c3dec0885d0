export { jsonFile } from "./json-file.js";
export {
  boolean,
  either,
  exactly,
  list,
  number,
  object,
  optional,
  positiveInteger,
  record,
  ShapeError,
  string,
  wholeNumber,
  type Shape,
  type Shaped,
} from "./json-shape.js";
export { readConfig, readConfigIfPresent } from "./read-config.js";
export { readLicence } from "./read-licence.js";
export type { DataType } from "./safetensors/data-type.js";
export { readSafetensors } from "./safetensors/read-safetensors.js";
export type { Safetensors, Tensor } from "./safetensors/tensor.js";
export { tensorOf, tensorValues, type TensorValues } from "./safetensors/tensor-values.js";
export { writeSafetensors } from "./safetensors/write-safetensors.js";
