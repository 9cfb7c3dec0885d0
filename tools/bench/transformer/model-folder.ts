import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encoderShape, writeEncoderFolder } from "@kokeshi/encoder-shapes";
import { readModel, writeModel } from "@kokeshi/onnx";
import { quantizeEncoder, type CalibrationBatch } from "@kokeshi/onnx-quantizer";
import { texts, tokensPerWord } from "./texts.js";

/** The graphs of the folder, by what makes them. */
export const graphs = {
  /** As exporters write it. */
  float32: "onnx/model.onnx",
  /** As Optimum and transformers.js quantize: scales of activations found in every run, ONNX's own operators. */
  q8: "onnx/model_quantized.onnx",
  /** As our quantizer makes it: scales of activations found beforehand. */
  int8: "onnx/model_int8.onnx",
} as const;

/** A folder with an encoder of random weights in float32 and twice in INT8; made where it is not there yet. */
export async function modelFolder(
  parent: string,
  shape: Parameters<typeof encoderShape>[0],
): Promise<string> {
  const folder = join(parent, shape);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await writeEncoderFolder(unfinished, encoderShape(shape));
  const float32 = new Uint8Array(await readFile(join(unfinished, graphs.float32)));
  const q8 = readModel(float32);
  await quantizeEncoder(q8, { method: "dynamic", operators: "portable" });
  await writeFile(join(unfinished, graphs.q8), writeModel(q8));
  const int8 = readModel(float32);
  await quantizeEncoder(int8, { method: "static", calibration: calibration() });
  await writeFile(join(unfinished, graphs.int8), writeModel(int8));
  await rename(unfinished, folder);
  return folder;
}

/** Words of the vocabulary have these numbers; with random weights, any do. */
function* calibration(): Generator<CalibrationBatch> {
  for (const text of texts("mixed", 16)) {
    const length = text.split(" ").length * tokensPerWord;
    const shape = [1, length];
    const data = (value: (token: number) => number) =>
      BigInt64Array.from({ length }, (_, token) => BigInt(value(token)));
    yield {
      input_ids: { shape, data: data((token) => 1000 + ((token * 7919) % 20_000)) },
      attention_mask: { shape, data: data(() => 1) },
      token_type_ids: { shape, data: data(() => 0) },
    };
  }
}
