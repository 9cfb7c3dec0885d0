export type { UsearchOptions, UsearchSettings } from "./settings.js";
export { type CreateUsearchOptions, UsearchIndex } from "./usearch-index.js";
