export type { FloatEncoderOptions } from "./float-encoder.js";
export { layerRoles, type LayerRole, type PlacedLayer } from "./layer-roles.js";
export { ledgerPlot } from "./ledger-plot.js";
export { ledgerTable } from "./ledger-table.js";
export {
  meanCosineToFloat32,
  type ObjectiveScores,
  type QuantizationCandidate,
  type QuantizationObjective,
} from "./quantization-objective.js";
export {
  graphPathOf,
  quantizedFolderFiles,
  requireOwnFolder,
  writeQuantizedFolder,
  type WriteFolderOptions,
} from "./quantized-folder.js";
export {
  recipeName,
  recipesOf,
  type CodeChoices,
  type QuantizationMethod,
  type QuantizationRecipe,
} from "./recipe.js";
export type { LayerSensitivity } from "./search-order.js";
export type { FailedTrial, FinishedTrial, Trial, TuningStage } from "./trial.js";
export { tuneQuantization, type TuneQuantizationOptions, type TuningProgress } from "./tune-quantization.js";
export type { TunedQuantization } from "./tuned-quantization.js";
export type { CalibrationSummary, TuningLedger } from "./tuning-ledger.js";
