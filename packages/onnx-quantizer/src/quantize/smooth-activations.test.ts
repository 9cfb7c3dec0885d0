import { InvalidArgumentError } from "@kokeshi/core";
import { float, GraphBuilder, GraphEditor, int, readModel, writeModel, type OnnxModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { collectStatistics } from "../calibration/collect-statistics.js";
import {
  calibrationBatch,
  copyOf,
  hiddenStates,
  largestDifference,
  text,
  tinyEncoder,
} from "../fixtures/tiny-encoder.js";
import { optimizeEncoder } from "../optimize-encoder.js";
import { encoderLayers } from "./dense-layers.js";
import { smoothActivations } from "./smooth-activations.js";

const texts = [text(9), text(4, 1), text(21, 2)];

describe("smoothActivations leaves what a model computes as it was, and flattens activations", () => {
  for (const operators of ["fast", "portable"] as const) {
    for (const outliers of [0, 20]) {
      it(`${operators}, outliers of ${outliers}`, async () => {
        const model = tinyEncoder({ outliers });
        if (operators === "fast") await optimizeEncoder(model);
        const expected = await hiddenStates(model, texts);
        const statistics = await collectStatistics(model, [calibrationBatch(texts)]);
        const smoothed = copyOf(model);
        const factors = smoothActivations(new GraphEditor(smoothed), statistics);
        expect(factors.size).toBe(12);
        // Outliers are sums of large numbers whose rounding is as large.
        const tolerance = 1e-5 * Math.max(1, outliers);
        expect(largestDifference(await hiddenStates(smoothed, texts), expected)).toBeLessThan(tolerance);
        // One Mul for each norm and each GELU; the values of attention take theirs into their weights.
        const added = (operator: string): number =>
          [smoothed, model]
            .map(({ graph }) => graph.nodes.filter((node) => node.operator === operator).length)
            .reduce((after, before) => after - before);
        expect(added("Mul")).toBe(6);

        const after = await collectStatistics(smoothed, [calibrationBatch(texts)]);
        expect(encoderLayers(smoothed)).toEqual(encoderLayers(model));
        for (const { name } of encoderLayers(model)) {
          const divided = factors.get(name) as Float32Array;
          // The statistics of before know what comes after.
          const derived = statistics.of(name).distribution(divided);
          const measured = after.of(name).distribution();
          expect(derived.minimum / measured.minimum).toBeCloseTo(1, 3);
          expect(derived.maximum / measured.maximum).toBeCloseTo(1, 3);
          after
            .of(name)
            .means()
            .forEach((mean, channel) => {
              const known = statistics.of(name).means(divided)[channel] as number;
              expect(Math.abs(known - mean)).toBeLessThan(1e-3);
            });
          if (outliers === 0) continue;
          const spread = (magnitudes: Float64Array): number =>
            Math.max(...magnitudes) / Math.max(1e-9, [...magnitudes].sort((a, b) => a - b)[16] as number);
          expect(spread(after.of(name).magnitudes())).toBeLessThan(spread(statistics.of(name).magnitudes()));
        }
      });
    }
  }

  it("leaves layers alone that stay float32", async () => {
    const model = tinyEncoder();
    const statistics = await collectStatistics(model, [calibrationBatch(texts)]);
    const [query, key, value, ...others] = encoderLayers(model).map((layer) => layer.name) as [
      string,
      string,
      string,
      ...string[],
    ];
    const expected = await hiddenStates(model, texts);
    const factors = smoothActivations(new GraphEditor(model), statistics, {
      keepFloat: new Set([query, ...others]),
    });
    expect([...factors.keys()]).toEqual([key, value]);
    expect(largestDifference(await hiddenStates(model, texts), expected)).toBeLessThan(1e-5);
  });

  it("refuses an alpha beyond 0 and 1", async () => {
    const model = tinyEncoder();
    const statistics = await collectStatistics(model, [calibrationBatch(texts)]);
    for (const alpha of [-0.1, 1.1, NaN]) {
      expect(() => smoothActivations(new GraphEditor(model), statistics, { alpha })).toThrow(
        InvalidArgumentError,
      );
    }
  });
});

describe("a norm that dense layers alone take", () => {
  const channels = 8;
  const rows = 6;
  const values = (count: number, of: (index: number) => number): Uint8Array =>
    new Uint8Array(Float32Array.from({ length: count }, (_, index) => of(index)).buffer);

  /** As pre-norm encoders have it: LayerNormalization, then MatMul and Gemm. */
  function preNorm(transB: 0 | 1): OnnxModel {
    const graph = new GraphBuilder("norm");
    const ids = graph.input("input_ids", "int64", ["rows", "columns"]);
    const table = graph.initializer(
      "float32",
      [rows, channels],
      values(rows * channels, (i) => Math.sin(i * 2.3)),
    );
    const position = graph.constant("int64", [0], []);
    const tokens = graph.node("Gather", [
      table,
      graph.node("Gather", [ids, position], { attributes: { axis: int(1) } }),
    ]);
    const scale = graph.initializer(
      "float32",
      [channels],
      values(channels, (i) => (i === 3 ? 40 : 1)),
    );
    const bias = graph.initializer(
      "float32",
      [channels],
      values(channels, (i) => i / 10),
    );
    const norm = graph.node("LayerNormalization", [tokens, scale, bias], {
      attributes: { epsilon: float(1e-5) },
    });
    const weight = graph.initializer(
      "float32",
      [channels, channels],
      values(64, (i) => Math.cos(i * 1.1)),
    );
    const product = graph.node("MatMul", [norm, weight]);
    const gemm = graph.node("Gemm", [norm, weight, bias], { attributes: { transB: int(transB) } });
    graph.output("y", graph.node("Add", [product, gemm]), "float32", ["rows", channels]);
    return graph.model({ "": 17 });
  }

  async function run(model: OnnxModel): Promise<Float32Array> {
    const session = await InferenceSession.create(writeModel(model));
    const ids = new Tensor("int64", BigInt64Array.of(0n, 1n, 2n, 3n), [4, 1]);
    const { y } = await session.run({ input_ids: ids });
    await session.release();
    return (y as Tensor).data as Float32Array;
  }

  it.each([0, 1] as const)("takes the factors into its scale and bias (transB = %i)", async (transB) => {
    const model = preNorm(transB);
    const expected = await run(model);
    const batch = { input_ids: { shape: [4, 1], data: BigInt64Array.of(0n, 1n, 2n, 3n) } };
    const statistics = await collectStatistics(model, [batch]);
    expect(statistics.texts).toBe(4);
    const smoothed = readModel(writeModel(model));
    const factors = smoothActivations(new GraphEditor(smoothed), statistics);
    expect(factors.size).toBe(2);
    expect(smoothed.graph.nodes.some((node) => node.operator === "Mul")).toBe(false);
    expect(smoothed.graph.nodes.length).toBe(model.graph.nodes.length);
    (await run(smoothed)).forEach((y, index) =>
      expect(Math.abs(y - (expected[index] as number))).toBeLessThan(1e-4),
    );
    // The paper's equation 4, both layers together: the channel that the norm scales by 40 gets the largest factor.
    const [layer] = encoderLayers(model);
    const divisors = factors.get(layer?.name as string) as Float32Array;
    const magnitudes = statistics.of(layer?.name as string).magnitudes();
    const weights = Float32Array.from({ length: 64 }, (_, index) => Math.cos(index * 1.1));
    divisors.forEach((factor, channel) => {
      const taken = weights.filter((_, index) =>
        [Math.floor(index / 8), transB === 1 ? index % 8 : Math.floor(index / 8)].includes(channel),
      );
      const largest = Math.max(...taken.map(Math.abs));
      expect(factor).toBeCloseTo(Math.sqrt((magnitudes[channel] as number) / largest), 4);
    });
    expect(Math.max(...divisors)).toBe(divisors[3]);
  });
});
