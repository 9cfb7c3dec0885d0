import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { GraphEditor, sessionSource, type OnnxModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { part } from "../part.js";
import { denseLayers, type DenseLayer } from "../quantize/dense-layers.js";
import { ActivationStatistics } from "./activation-statistics.js";
import type { CalibrationBatch } from "./calibration-batch.js";
import { ValueStatistics } from "./value-statistics.js";

export interface CollectOptions {
  /** Statistics to go on with: the batches that they have already are passed over. */
  statistics?: ActivationStatistics;
  /** Called after every batch, with what has been counted. */
  onProgress?: (progress: { batches: number; texts: number; tokens: number }) => void;
  /** Stops between two batches; the statistics passed in hold what was collected. */
  signal?: AbortSignal;
  /** Threads of ONNX Runtime. Default: as many as it likes. */
  threads?: number;
}

/** Batches of more tokens are run in parts: the activations of a part are in memory together. */
const tokensAtOnce = 256;

/**
 * Runs a float32 model on calibration batches and counts what each of its dense layers takes as input, where
 * attention_mask has a token. Memory does not grow with the number of texts: activations are counted and let go. The model
 * stays as it is. Throws InvalidFileError for activations that are not finite.
 */
export async function collectStatistics(
  model: OnnxModel,
  batches: Iterable<CalibrationBatch> | AsyncIterable<CalibrationBatch>,
  { statistics = new ActivationStatistics(), onProgress, signal, threads }: CollectOptions = {},
): Promise<ActivationStatistics> {
  const layers = denseLayers(new GraphEditor(model));
  if (statistics.values.length === 0) statistics.values = valuesOf(layers);
  // By the layer that comes first under each value: the value's own name depends on the passes run before.
  const inputs = new Map(layers.map((layer) => [layer.name, layer.input]));
  const names = statistics.values.map((value) => inputs.get(value.layers[0] as string));
  if (names.some((name) => name === undefined) || inputs.size !== countLayers(statistics)) {
    throw new InvalidArgumentError({
      part,
      problem: "the statistics to go on with are those of another model",
      remedy: "go on with the model they were begun with, or begin anew",
    });
  }
  signal?.throwIfAborted();
  const { bytes, options } = sessionSource(withOutputs(model, names as string[]));
  const session = await InferenceSession.create(bytes, {
    ...options,
    logSeverityLevel: 3,
    enableMemPattern: false,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    extra: { session: { intra_op: { allow_spinning: "0" }, ...options.extra?.session } },
  });
  try {
    let index = 0;
    for await (const batch of batches) {
      signal?.throwIfAborted();
      if (index++ < statistics.batches) continue;
      for (const rows of inParts(batch)) {
        const feeds = Object.entries(rows)
          .filter(([name]) => session.inputNames.includes(name))
          .map(([name, { shape, data }]) => [name, new Tensor("int64", data, shape)]);
        const outputs = await session.run(Object.fromEntries(feeds));
        const mask = rows["attention_mask"];
        statistics.values.forEach((value, place) => {
          const tensor = outputs[names[place] as string] as Tensor;
          if (addRows(value, tensor, mask)) return;
          throw new InvalidFileError({
            part,
            problem: `what ${value.layers[0]} takes is not finite in batch ${index}`,
            remedy: "check that the float32 model gives finite vectors for these texts",
          });
        });
        statistics.texts += rows["input_ids"]?.shape[0] ?? 0;
        statistics.tokens += tokensOf(rows);
      }
      statistics.batches++;
      const { batches: done, texts, tokens } = statistics;
      onProgress?.({ batches: done, texts, tokens });
    }
  } finally {
    await session.release();
  }
  statistics.check([]);
  return statistics;
}

function valuesOf(layers: readonly DenseLayer[]): ValueStatistics[] {
  const takers = new Map<string, DenseLayer[]>();
  for (const layer of layers) takers.set(layer.input, [...(takers.get(layer.input) ?? []), layer]);
  return Array.from(
    takers.values(),
    (group) =>
      new ValueStatistics(
        group.map((layer) => layer.name),
        (group[0] as DenseLayer).inputs,
      ),
  );
}

function countLayers({ values }: ActivationStatistics): number {
  return values.reduce((sum, value) => sum + value.layers.length, 0);
}

/** A copy of the model whose outputs are these values, and nothing that they do not need. */
function withOutputs(model: OnnxModel, values: readonly string[]): OnnxModel {
  const { graph } = model;
  const copy: OnnxModel = {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes],
      initializers: [...graph.initializers],
      outputs: Array.from(new Set(values), (name) => ({ name, type: "float32" as const })),
    },
  };
  new GraphEditor(copy).finish();
  return copy;
}

/** The rows of a batch, as many at a time as make up `tokensAtOnce`. */
function* inParts(batch: CalibrationBatch): Generator<CalibrationBatch> {
  const [rows = 1, columns = 1] = Object.values(batch)[0]?.shape ?? [];
  const atOnce = Math.max(1, Math.floor(tokensAtOnce / columns));
  for (let row = 0; row < rows; row += atOnce) {
    yield Object.fromEntries(
      Object.entries(batch).map(([name, { shape, data }]) => {
        const width = data.length / rows;
        const some = data.slice(row * width, (row + atOnce) * width);
        return [name, { shape: [some.length / width, ...shape.slice(1)], data: some }];
      }),
    );
  }
}

/** Counts a value text by text: positions x channels each, or one position where tokens are pooled already. */
function addRows(
  value: ValueStatistics,
  tensor: Tensor,
  mask: CalibrationBatch[string] | undefined,
): boolean {
  const { channels } = value;
  const data = tensor.data as Float32Array;
  const positions = data.length / channels;
  const isTokens = mask !== undefined && mask.data.length === positions;
  const perText = isTokens ? (mask.shape[1] as number) : positions / (tensor.dims[0] ?? 1);
  for (let start = 0; start < positions; start += perText) {
    const activations = data.subarray(start * channels, (start + perText) * channels);
    const isFinite = value.addText(
      activations,
      isTokens ? mask.data.subarray(start, start + perText) : undefined,
    );
    if (!isFinite) return false;
  }
  return true;
}

function tokensOf(batch: CalibrationBatch): number {
  const mask = batch["attention_mask"];
  if (mask === undefined) return batch["input_ids"]?.data.length ?? 0;
  return mask.data.reduce((count, element) => count + (element === 0n ? 0 : 1), 0);
}
