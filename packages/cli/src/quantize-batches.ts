import { Embeddings } from "@kokeshi/core";
import {
  calibrate,
  type Calibration,
  isScalarPrecision,
  type Precision,
  quantize,
} from "@kokeshi/quantization";
import type { VectorBatch } from "./output/vector-batch.js";

/** Vectors as the model gave them, and the ids of their texts. */
export interface FloatBatch {
  ids: readonly string[];
  embeddings: Embeddings;
}

/** Vectors that give int8 and uint8 their ranges where no calibration is given: the first of the input. */
export const calibrationRows = 4096;

/**
 * Vectors to codes. Where int8 or uint8 have no calibration, the first `calibrationRows` vectors are held back until
 * they give one, whatever the size of the batches, and `onCalibration` is told.
 */
export async function* quantizeBatches(
  batches: AsyncIterable<FloatBatch>,
  precision: Precision,
  given: Calibration | undefined,
  onCalibration: (calibration: Calibration, rows: number) => void,
): AsyncGenerator<VectorBatch, void, undefined> {
  let calibration = given;
  let held: FloatBatch[] = [];
  let heldRows = 0;

  function* release(): Generator<VectorBatch, void, undefined> {
    const sample = concatenate(held, Math.min(heldRows, calibrationRows));
    calibration = calibrate(sample);
    onCalibration(calibration, sample.rows);
    for (const batch of held) yield encode(batch, precision, calibration);
    held = [];
  }

  for await (const batch of batches) {
    if (!isScalarPrecision(precision) || calibration !== undefined) {
      yield encode(batch, precision, calibration);
      continue;
    }
    held.push(batch);
    heldRows += batch.embeddings.rows;
    if (heldRows >= calibrationRows) yield* release();
  }
  if (held.length > 0) yield* release();
}

function encode(
  { ids, embeddings }: FloatBatch,
  precision: Precision,
  calibration?: Calibration,
): VectorBatch {
  if (precision === "float32") return { ids, values: embeddings.data, columns: embeddings.dimensions };
  const { data, bytesPerRow } = quantize(embeddings, precision, calibration);
  return { ids, values: data, columns: bytesPerRow };
}

/** The first `rows` vectors of the batches in one matrix. */
function concatenate(batches: readonly FloatBatch[], rows: number): Embeddings {
  const dimensions = (batches[0] as FloatBatch).embeddings.dimensions;
  const all = Embeddings.zeros(rows, dimensions);
  let row = 0;
  for (const { embeddings } of batches) {
    const taken = Math.min(embeddings.rows, rows - row);
    all.data.set(embeddings.data.subarray(0, taken * dimensions), row * dimensions);
    row += taken;
  }
  return all;
}
