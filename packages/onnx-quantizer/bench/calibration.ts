import { parseArgs } from "node:util";
import { bertGraph, chosenShape, shapeOptions, shapeUsage } from "@kokeshi/encoder-shapes";
import { readModel, writeModel } from "@kokeshi/onnx";
import { collectStatistics } from "../src/calibration/collect-statistics.js";
import { layerRanges } from "../src/calibration/activation-statistics.js";
import { parseStatistics } from "../src/calibration/parse-statistics.js";
import { rangeMethods } from "../src/calibration/ranges/range-of.js";
import { tokenBatches } from "../src/calibration/token-batches.js";
import { optimizeEncoder } from "../src/optimize-encoder.js";

const usage = `usage: npm run bench:calibration -w @kokeshi/onnx-quantizer -- ${shapeUsage} [--texts N]

Prints what collecting the statistics of so many texts (8 to 108 tokens) takes: processor time, the largest resident memory
of the process, the size of the statistics as JSON; and the processor time of each range method.`;

const { values: options } = parseArgs({
  options: {
    ...shapeOptions,
    texts: { type: "string", default: "1000" },
  },
});
const { name, shape } = chosenShape(options, usage);
const print = (what: string, figure: string): void => {
  process.stdout.write(`| ${what} | ${figure} |\n`);
};
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
const memory = (): string => megabytes(process.resourceUsage().maxRSS * 1024);
async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  print(what, `${((user + system) / 1e6).toFixed(1)} s of processor time, ${memory()} at most so far`);
  return result;
}

function* texts(): Generator<number[]> {
  for (let text = 0; text < Number(options.texts); text++) {
    yield Array.from(
      { length: Math.min(shape.positions, 8 + ((text * 37) % 101)) },
      (_, position) => 1 + ((text * 7919 + position * 613) % Math.min(1999, shape.vocabulary - 1)),
    );
  }
}

print(`${name}, ${shape.layers} layers, ${options.texts} texts`, "");
print("---", "---");
const model = await timed("model", async () => {
  const made = readModel(writeModel(bertGraph(shape)));
  await optimizeEncoder(made);
  return made;
});
const statistics = await timed("collectStatistics", () =>
  collectStatistics(model, tokenBatches(texts()), { threads: 1 }),
);
print("tokens", String(statistics.tokens));
const json = await timed("to JSON", () => JSON.stringify(statistics));
print("JSON", megabytes(json.length));
await timed("from JSON", () => parseStatistics(json));
for (const rangeMethod of rangeMethods) {
  await timed(rangeMethod, () => layerRanges(statistics, { rangeMethod }));
}
await timed("distributions after division", () =>
  statistics.values.map((value) => value.distribution(new Float32Array(value.channels).fill(1.5))),
);
