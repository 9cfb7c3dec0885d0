// One cold start: opens the default model, embeds one text, says how long it all took since the process began.
import { performance } from "node:perf_hooks";
import { createBackendRegistry, embed } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { staticBackend } from "@kokeshi/static-model";

const imported = performance.now();
const folder = await resolveModel("@kokeshi/model-en-ja");
const { model } = await createBackendRegistry([staticBackend]).open(folder);
const opened = performance.now();
const { embeddings } = await embed(model, ["hello world"]);
const embedded = performance.now();
if (embeddings.row(0).every((component) => component === 0)) throw new Error("the first vector is all zeros");
console.log(JSON.stringify({ imported, opened, embedded }));
