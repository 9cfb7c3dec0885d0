export {
  fitPrincipalComponents,
  projectRows,
  type PrincipalComponents,
  type PrincipalComponentsOptions,
} from "../linear/principal-components.js";
export { countTokens, type CountTokensOptions } from "../vocabulary/count-tokens.js";
export { clusterVocabulary, type ClusterVocabularyOptions } from "./cluster-vocabulary.js";
export { pruneVocabulary } from "./prune-vocabulary.js";
export { readStaticModel } from "./read-static-model.js";
export { firstDimensions, principalDimensions } from "./reduce-dimensions.js";
export { staticModelFiles, staticModelFormats, type StaticModelFormat } from "./static-model-files.js";
