/*
 * What fused attention gives a float32 graph, and what it costs to make: the processor's time of the graph in the cache
 * as it was and with its attention fused, in turns, on one thread.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bertGraph, encoderShape, shapeNames } from "@kokeshi/encoder-shapes";
import { writeModel } from "@kokeshi/onnx";
import type { BatchEncoder } from "../src/encoder/encoder.js";
import type { EncoderPlan } from "../src/encoder/encoder-plan.js";
import { openBatchEncoder } from "../src/encoder/open-batch-encoder.js";
import { fuseGraph } from "../src/graph-cache/fuse-graph.js";

const usage = `usage: npm run bench:fused -w @kokeshi/transformer-int8 -- [--shape ${shapeNames.join("|")}]
  [--sizes 1x16,1x512] [--seconds N]

Sizes are texts x tokens. --seconds is the processor's time for each size and graph.`;

const { values } = parseArgs({
  options: {
    shape: { type: "string", default: "bge-small" },
    sizes: { type: "string", default: "1x16,1x32,1x128,4x128,2x256,1x512" },
    seconds: { type: "string", default: "2" },
    help: { type: "boolean" },
  },
});
const name = shapeNames.find((known) => known === values.shape);
if (values.help === true || name === undefined) {
  process.stderr.write(`${usage}\n`);
  process.exit(values.help ? 0 : 2);
}

const vocabulary = 2000;
const folder = await mkdtemp(join(tmpdir(), "kokeshi-fused-"));
try {
  const source = join(folder, "model.onnx");
  await writeFile(source, writeModel(bertGraph(encoderShape(name, { vocabulary }))));
  const plan: EncoderPlan = {
    modelId: name,
    graph: { path: "model.onnx", source, precision: "float32", batchInvariant: true },
    tokenizer: { subfolder: "", maxTokens: 512, lowerCase: false, strip: false },
    pooling: { modes: ["mean"], includePrompt: true, tokenWidth: undefined },
    layers: [{ type: "normalize" }],
    padId: 0,
    firstPosition: 0,
  };
  const opening = await processorTime(async () => (await openBatchEncoder(plan)).close());
  let graph: EncoderPlan["graph"] | undefined;
  const fusing = await processorTime(async () => (graph = await fuseGraph(plan)));
  if (graph === undefined) throw new Error("the attention was not fused");
  print(`to open: ${opening.toFixed(0)} ms; to fuse and try: ${fusing.toFixed(0)} ms more\n`);

  const encoders = [await openBatchEncoder(plan), await openBatchEncoder({ ...plan, graph })];
  print("| texts x tokens | as it was, ms | fused, ms | less | largest difference |");
  print("| --- | ---: | ---: | ---: | ---: |");
  for (const size of values.sizes.split(",")) {
    const [texts, tokens] = size.split("x").map(Number) as [number, number];
    print(`| ${[size, ...(await compare(encoders, texts, tokens))].join(" | ")} |`);
  }
  await Promise.all(encoders.map((encoder) => encoder.close()));
} finally {
  await rm(folder, { recursive: true });
}

async function compare(encoders: BatchEncoder[], texts: number, tokens: number): Promise<string[]> {
  const ids = Int32Array.from(
    { length: texts * tokens },
    (_, token) => 1 + ((token * 7919) % (vocabulary - 1)),
  );
  const offsets = Uint32Array.from({ length: texts + 1 }, (_, text) => text * tokens);
  const vectors = encoders.map(({ dimensions }) => new Float32Array(texts * dimensions));
  const times: number[][] = encoders.map(() => []);
  for (let spent = 0; spent < 2000 * Number(values.seconds);) {
    for (const [index, encoder] of encoders.entries()) {
      const out = vectors[index] as Float32Array;
      const time = await processorTime(() => encoder.encode({ ids, offsets }, out));
      times[index]?.push(time);
      spent += time;
    }
  }
  const [before, after] = times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]) as [
    number,
    number,
  ];
  const [expected, found] = vectors as [Float32Array, Float32Array];
  const difference = expected.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (found[index] as number))),
    0,
  );
  const less = `${(100 * (1 - after / before)).toFixed(1)} %`;
  return [before.toFixed(1), after.toFixed(1), less, difference.toExponential(0)];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Of all threads, in milliseconds. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
