export { htmlReport, type HtmlReportOptions } from "./html-report.js";
export { markdownReport, type MarkdownReportOptions } from "./markdown-report.js";
export { mtebModelMeta, mtebResultPath, type ModelFacts, type MtebModelMeta } from "./mteb-model-meta.js";
export { mtebResult, type MtebResult, type MtebResultOptions, type MtebScores } from "./mteb-result.js";
export { markdownTable } from "./markdown-table.js";
