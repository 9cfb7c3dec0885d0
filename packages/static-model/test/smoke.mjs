// The built package, as ESM and as CommonJS, with threads. Run after `npm run build`: node packages/static-model/test/smoke.mjs
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import * as core from "@kokeshi/core";
import * as esm from "@kokeshi/static-model";
import * as threadsEsm from "@kokeshi/static-model/threads";

const require = createRequire(import.meta.url);
const tokenizerJson = JSON.stringify({
  normalizer: { type: "Lowercase" },
  pre_tokenizer: { type: "Whitespace" },
  model: { type: "WordLevel", unk_token: "[UNK]", vocab: { "[UNK]": 0, one: 1, two: 2 } },
});
const table = Float32Array.from({ length: 3 * 64 }, (_, index) => Math.sin(index));
const texts = Array.from({ length: 5000 }, (_, index) => "one Two three ".repeat(index % 50));

async function embedWithThreads({ loadStaticModel, model2VecFiles }, { withThreads }) {
  const files = model2VecFiles({ tokenizerJson, table, dimensions: 64, normalize: true });
  const alone = await loadStaticModel(core.memoryFolder("smoke", files));
  const expected = await alone.doEmbed({ texts });
  const together = withThreads(alone, { threads: 3 });
  assert.deepEqual(await together.doEmbed({ texts }), expected);
  const { threads } = together.pool;
  while (Array.from(threads).some(({ portions }) => portions === undefined)) await setTimeout(10);
  assert.equal(threads.size, 2);
  assert.deepEqual(await together.doEmbed({ texts }), expected);
  await together.close();
  return expected;
}

process.on("warning", (warning) => {
  throw warning;
});
const fromEsm = await embedWithThreads(esm, threadsEsm);
const fromCommonJs = await embedWithThreads(
  require("@kokeshi/static-model"),
  require("@kokeshi/static-model/threads"),
);
assert.deepEqual(fromCommonJs.embeddings.data, fromEsm.embeddings.data);
// No thread that would keep the process alive: closed, or idle.
const idle = threadsEsm.withThreads(
  await esm.loadStaticModel(
    core.memoryFolder("idle", esm.model2VecFiles({ tokenizerJson, table, dimensions: 64, normalize: true })),
  ),
  { threads: 2 },
);
await idle.doEmbed({ texts });
console.log("static-model: the built package embeds with threads, as ESM and as CommonJS");
