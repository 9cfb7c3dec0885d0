// The built package, as ESM and as CommonJS, with its threads. Run after `npm run build`: node packages/transformer-int8/test/smoke.mjs
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryFolder } from "@kokeshi/core";
import { GraphBuilder, writeModel } from "@kokeshi/onnx";
import * as esm from "@kokeshi/transformer-int8";

/** A token's vector is its row of a table, whatever its neighbours are. */
function tableLookUp() {
  const graph = new GraphBuilder("smoke");
  const ids = graph.input("input_ids", "int64", ["batch", "tokens"]);
  graph.input("attention_mask", "int64", ["batch", "tokens"]);
  const table = Float32Array.from({ length: 4 * 1024 }, (_, index) => Math.sin(index));
  const rows = graph.initializer("float32", [4, 1024], new Uint8Array(table.buffer));
  graph.output("last_hidden_state", graph.node("Gather", [rows, ids]), "float32", ["batch", "tokens", 1024]);
  return writeModel(graph.model({ "": 17 }));
}

const folder = memoryFolder("smoke@1", {
  "config.json": JSON.stringify({ model_type: "bert", pad_token_id: 0, max_position_embeddings: 64 }),
  "tokenizer.json": JSON.stringify({
    normalizer: { type: "Lowercase" },
    pre_tokenizer: { type: "Whitespace" },
    model: { type: "WordLevel", unk_token: "[UNK]", vocab: { "[PAD]": 0, "[UNK]": 1, one: 2, two: 3 } },
  }),
  "onnx/model.onnx": tableLookUp(),
});
const texts = Array.from({ length: 300 }, (_, index) => "one Two three ".repeat(1 + (index % 20)));

async function embedWith({ loadTransformerModel, transformerBackend }, options) {
  assert.equal(await transformerBackend.detect(folder), true);
  const model = await loadTransformerModel(folder, { workers: 2, threads: 1, ...options });
  const { embeddings, truncated } = await model.doEmbed({ texts });
  assert.deepEqual([embeddings.rows, embeddings.dimensions, truncated], [300, 1024, []]);
  await model.close();
  return embeddings.data;
}

process.on("warning", (warning) => {
  throw warning;
});
const graphCache = await mkdtemp(join(tmpdir(), "kokeshi-smoke-"));
try {
  const fromEsm = await embedWith(esm, {});
  assert(fromEsm.some((component) => component !== 0));
  const commonJs = createRequire(import.meta.url)("@kokeshi/transformer-int8");
  assert.deepEqual(await embedWith(commonJs, {}), fromEsm);
  assert.deepEqual(await embedWith(esm, { graphCache }), fromEsm);
  assert.deepEqual(await embedWith(commonJs, { graphCache }), fromEsm);
} finally {
  await rm(graphCache, { recursive: true });
}
// No thread that would keep the process alive: closed, or idle.
const idle = await esm.loadTransformerModel(folder);
await idle.doEmbed({ texts });
console.log("transformer-int8: the built package embeds on threads, as ESM and as CommonJS");
