/*
 * Runs an exported model in ONNX Runtime on the batches that `kokeshi_encoder.export` kept with PyTorch's vectors, and
 * fails where a component of a vector of length 1 differs by more than 1e-5.
 */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { meanOfTokens } from "./mean-of-tokens.js";

interface ReferenceBatch {
  ids: number[][];
  mask: number[][];
  /** One vector of length 1 a text. */
  vectors: number[][];
}

const tolerance = 1e-5;
const { values: options } = parseArgs({
  options: { export: { type: "string", default: resolve(import.meta.dirname, "../.work/export") } },
});

const session = await InferenceSession.create(join(options.export, "onnx/model.onnx"));
const batches = JSON.parse(await readFile(`${options.export}.reference.json`, "utf8")) as ReferenceBatch[];
let worst = 0;
let texts = 0;
for (const { ids, mask, vectors } of batches) {
  const rows = ids.length;
  const shape = [rows, (ids[0] as number[]).length];
  const int64 = (matrix: number[][]) => new Tensor("int64", BigInt64Array.from(matrix.flat(), BigInt), shape);
  const feeds = { input_ids: int64(ids), attention_mask: int64(mask) };
  const { last_hidden_state: states } = await session.run(feeds);
  const lengths = mask.map((row) => row.reduce((sum, one) => sum + one, 0));
  const pooled = meanOfTokens((states as Tensor).data as Float32Array, shape[1] as number, lengths);
  vectors.forEach((expected, row) => {
    const vector = pooled.subarray(row * expected.length, (row + 1) * expected.length);
    const length = Math.hypot(...vector);
    expected.forEach((value, i) => {
      const difference = Math.abs(value - (vector[i] as number) / length);
      // Not a number counts as far off.
      worst = difference <= worst ? worst : Number.isNaN(difference) ? Infinity : difference;
    });
  });
  texts += rows;
}
console.log(
  `${texts} texts in ${batches.length} batches: no component differs by more than ${worst.toExponential(1)}`,
);
if (texts === 0 || worst > tolerance) {
  console.error(`FAILED: PyTorch and ONNX Runtime should agree to ${tolerance}`);
  process.exitCode = 1;
}
