export { distil, type Distilled, type DistilOptions, type DistilProgress } from "./distil.js";
export {
  regressTable,
  type RegressionOptions,
  type RegressionProgress,
  type RegressionResult,
} from "./regress-table.js";
export { countedProbabilities, sifWeights, weightRows, zipfProbabilities } from "./token-weights.js";
