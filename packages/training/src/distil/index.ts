export { distil, type Distilled } from "./distil.js";
export type { DistilOptions, DistilProgress } from "./distil-options.js";
export {
  regressTable,
  type RegressionOptions,
  type RegressionProgress,
  type RegressionResult,
} from "./regress-table.js";
export { countedProbabilities, sifWeights, weightRows, zipfProbabilities } from "./token-weights.js";
