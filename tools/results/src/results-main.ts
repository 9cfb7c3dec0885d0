import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createBackendRegistry } from "@kokeshi/core";
import { evaluate, taskFolders } from "@kokeshi/evaluation";
import { resolveModel } from "@kokeshi/hub";
import { staticBackend } from "@kokeshi/static-model";
import { dataPath } from "@kokeshi/test-data";
import { format } from "prettier";
import { jmtebMacroF1 } from "./jmteb-classification.js";
import { comparedPrecisions, dimensionLadder, rescoringMultiple, resultsPage } from "./results-page.js";

/** Scores the default model on all tasks of the shared data and writes docs/results.md; an unfinished run goes on. */
const work = join(import.meta.dirname, "../.work");
const page = join(import.meta.dirname, "../../../docs/results.md");
const { values } = parseArgs({ options: { fresh: { type: "boolean", default: false } } });

const { model } = await createBackendRegistry([staticBackend]).open(
  await resolveModel("@kokeshi/model-en-ja"),
);
const results = await evaluate({
  tasks: await taskFolders(dataPath("eval")),
  models: [model],
  dimensions: dimensionLadder,
  precisions: comparedPrecisions,
  rescoring: [rescoringMultiple],
  baselines: ["bm25", "hybrid"],
  out: join(work, "results"),
  cacheFolder: join(work, "vectors"),
  fresh: values.fresh,
  onRow: (row) => {
    const outcome =
      "error" in row ? row.error : `${(row.mainScore * 100).toFixed(1)} (${row.seconds.toFixed(1)} s)`;
    console.error([row.task, row.model, row.dimensions, row.precision, row.rescoring, outcome].join(" "));
  },
});
const macroF1 = await jmtebMacroF1(model, "AmazonCounterfactual-ja");
await model.close();
await writeFile(
  page,
  await format(resultsPage(results, macroF1), { parser: "markdown", printWidth: 110, proseWrap: "preserve" }),
);
console.log(`${page}: ${results.results.length} rows, ${results.failures.length} failures`);
if (results.failures.length > 0) process.exitCode = 1;
