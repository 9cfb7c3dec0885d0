export {
  calibrate,
  calibrationFromJson,
  calibrationToJson,
  type Calibration,
  type CalibrationJson,
} from "./calibration.js";
export type { Codes } from "./codes.js";
export {
  bytesPerRow,
  isScalarPrecision,
  precisions,
  type CodePrecision,
  type Precision,
  type ScalarPrecision,
} from "./precision.js";
export { quantize } from "./quantize.js";
