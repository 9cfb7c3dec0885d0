import { parseArgs } from "node:util";
import { encoderShape, shapeNames, type EncoderShape } from "./encoder-shape.js";
import { writeEncoderFolder } from "./encoder-folder.js";

const usage = `usage: npm run -s make -w @kokeshi/encoder-shapes -- FOLDER [--shape ${shapeNames.join("|")}]
  [--layers N] [--vocabulary N] [--layer-norm chain|operator] [--attention eager|sdpa] [--seed N] [--outliers N]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    shape: { type: "string", default: "bge-small" },
    layers: { type: "string" },
    vocabulary: { type: "string" },
    "layer-norm": { type: "string" },
    attention: { type: "string" },
    seed: { type: "string" },
    outliers: { type: "string" },
  },
});
const folder = positionals[0];
const name = shapeNames.find((known) => known === values.shape);
if (folder === undefined || name === undefined) {
  console.error(usage);
  process.exit(2);
}
const changes: Partial<EncoderShape> = {};
if (values.layers !== undefined) changes.layers = Number(values.layers);
if (values.vocabulary !== undefined) changes.vocabulary = Number(values.vocabulary);
if (values.seed !== undefined) changes.seed = Number(values.seed);
if (values.outliers !== undefined) changes.outliers = Number(values.outliers);
if (values["layer-norm"] === "chain") changes.layerNorm = "chain";
if (values.attention === "sdpa") changes.attention = "sdpa";
await writeEncoderFolder(folder, encoderShape(name, changes));
console.log(`${name} in ${folder}`);
