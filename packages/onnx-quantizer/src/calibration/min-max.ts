import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { GraphEditor, writeModel, type OnnxModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { part } from "../part.js";

/** One batch for a model: its inputs by name, int64. */
export type CalibrationBatch = Readonly<Record<string, { shape: readonly number[]; data: BigInt64Array }>>;

export interface ActivationRange {
  minimum: number;
  maximum: number;
}

/**
 * The least and the greatest element that each value had over all batches; padding counts, as it does in the graph. ONNX Runtime reduces every value to two
 * numbers where it is computed, so memory does not grow with the batches, and batches come one at a time.
 */
export async function collectRanges(
  model: OnnxModel,
  values: readonly string[],
  batches: Iterable<CalibrationBatch> | AsyncIterable<CalibrationBatch>,
): Promise<Map<string, ActivationRange>> {
  const names = Array.from(new Set(values));
  const session = await InferenceSession.create(writeModel(withExtremes(model, names)), {
    logSeverityLevel: 3,
  });
  const ranges = new Map(
    names.map((name) => [name, { minimum: Number.POSITIVE_INFINITY, maximum: Number.NEGATIVE_INFINITY }]),
  );
  let count = 0;
  try {
    for await (const batch of batches) {
      count++;
      const feeds = Object.entries(batch)
        .filter(([name]) => session.inputNames.includes(name))
        .map(([name, { shape, data }]) => [name, new Tensor("int64", data, shape)]);
      const outputs = await session.run(Object.fromEntries(feeds));
      names.forEach((name, index) => {
        const range = ranges.get(name) as ActivationRange;
        const extreme = (kind: string): number => Number((outputs[`${kind}_${index}`] as Tensor).data[0]);
        range.minimum = Math.min(range.minimum, extreme("minimum"));
        range.maximum = Math.max(range.maximum, extreme("maximum"));
        if (Number.isFinite(range.maximum - range.minimum)) return;
        throw new InvalidFileError({
          part,
          problem: `the value ${name} is not finite in batch ${count}`,
          remedy: "check that the float32 model gives finite vectors for these texts",
        });
      });
    }
  } finally {
    await session.release();
  }
  if (count === 0) {
    throw new InvalidArgumentError({
      part,
      problem: "there are no texts to calibrate on",
      remedy: "pass at least one batch; a few hundred texts of the kind to come give good scales",
    });
  }
  return ranges;
}

/** A copy of the model whose outputs are the extremes of the values. */
function withExtremes(model: OnnxModel, values: readonly string[]): OnnxModel {
  const { graph } = model;
  const copy: OnnxModel = {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.map((node) => ({ ...node, outputs: [...node.outputs] })),
      initializers: [...graph.initializers],
      outputs: [],
    },
  };
  values.forEach((value, index) => {
    for (const [operator, kind] of [
      ["ReduceMin", "minimum"],
      ["ReduceMax", "maximum"],
    ] as const) {
      const name = `${kind}_${index}`;
      // Without axes they reduce everything, in every operator set.
      copy.graph.nodes.push({
        operator,
        domain: "",
        inputs: [value],
        outputs: [name],
        attributes: { keepdims: { type: "int", value: 0 } },
      });
      copy.graph.outputs.push({ name, type: "float32", shape: [] });
    }
  });
  new GraphEditor(copy).finish();
  return copy;
}
