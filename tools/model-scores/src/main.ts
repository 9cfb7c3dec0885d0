import { parseArgs } from "node:util";
import { createBackendRegistry } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { staticBackend } from "@kokeshi/static-model";
import { scoreModel, type TaskScore } from "./score-model.js";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "@kokeshi/model-en-ja" },
    dimensions: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

const folder = await resolveModel(values.model);
const { model } = await createBackendRegistry([staticBackend]).open(folder);
const dimensions = values.dimensions === undefined ? model.dimensions : Number(values.dimensions);
if (!values.json) console.log(`${model.modelId}, ${dimensions} dimensions, scores x100`);
const scores: TaskScore[] = [];
for await (const score of scoreModel(model, dimensions)) {
  scores.push(score);
  if (!values.json)
    console.log(
      `${score.task.padEnd(18)}${score.metric.padEnd(10)}${(score.score * 100).toFixed(1).padStart(6)}`,
    );
}
if (values.json) console.log(JSON.stringify({ model: model.modelId, dimensions, scores }, undefined, 2));
await model.close();
