import { parseArgs } from "node:util";
import { writeEncoderFolder } from "./encoder-folder.js";
import type { EncoderShape } from "./encoder-shape.js";
import { chosenShape, shapeOptions, shapeUsage } from "./shape-options.js";

const usage = `usage: npm run -s make -w @kokeshi/encoder-shapes -- FOLDER ${shapeUsage}
  [--layers N] [--vocabulary N] [--layer-norm chain|operator] [--attention eager|sdpa] [--seed N] [--outliers N]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...shapeOptions,
    layers: { type: "string" },
    vocabulary: { type: "string" },
    "layer-norm": { type: "string" },
    attention: { type: "string" },
    seed: { type: "string" },
    outliers: { type: "string" },
  },
});
const folder = positionals[0];
const changes: Partial<EncoderShape> = {};
if (values.vocabulary !== undefined) changes.vocabulary = Number(values.vocabulary);
if (values.seed !== undefined) changes.seed = Number(values.seed);
if (values.outliers !== undefined) changes.outliers = Number(values.outliers);
if (values["layer-norm"] === "chain") changes.layerNorm = "chain";
if (values.attention === "sdpa") changes.attention = "sdpa";
const { name, shape } = chosenShape(values, usage, changes);
if (folder === undefined) {
  console.error(usage);
  process.exit(2);
}
await writeEncoderFolder(folder, shape);
console.log(`${name} in ${folder}`);
