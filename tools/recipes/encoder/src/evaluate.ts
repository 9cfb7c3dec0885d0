/*
 * Scores an exported encoder, through our own runtime, beside the static model it began as. Only here are evaluation data
 * read.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { evaluate, taskFolders } from "@kokeshi/evaluation";
import { localFolder } from "@kokeshi/hub";
import { loadStaticModel } from "@kokeshi/static-model";
import { dataPath } from "@kokeshi/test-data";
import { loadTransformerModel } from "@kokeshi/transformer-int8";

const { values: options } = parseArgs({
  options: {
    export: { type: "string", default: resolve(import.meta.dirname, "../.work/export") },
    static: { type: "string", default: resolve(import.meta.dirname, "../../../../packages/model-en-ja") },
    tasks: { type: "string", default: "STSBenchmark,JSTS,SciFact,JaQuAD-retrieval" },
    dimensions: { type: "string", default: "" },
    out: { type: "string", default: resolve(import.meta.dirname, "../.work/results") },
  },
});

const encoder = await loadTransformerModel(localFolder(options.export));
const models = [encoder, await loadStaticModel(localFolder(options.static))];
const tasks = await Promise.all(options.tasks.split(",").map((task) => taskFolders(dataPath("eval", task))));
const { failures } = await evaluate({
  tasks: tasks.flat(),
  models,
  dimensions: options.dimensions === "" ? undefined : options.dimensions.split(",").map(Number),
  out: options.out,
  onRow: (row) =>
    console.log(
      [
        row.task,
        row.model,
        row.dimensions,
        "error" in row ? row.error : (100 * row.mainScore).toFixed(2),
      ].join(" "),
    ),
});
await Promise.all(models.map((model) => model.close()));
console.log(`wrote ${join(options.out, "results.json")}`);
if (failures.length > 0) process.exitCode = 1;
