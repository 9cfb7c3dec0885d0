import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { GraphEditor, readModel, writeModel } from "@kokeshi/onnx";
import { describe, expect, it } from "vitest";
import { ActivationStatistics } from "./calibration/activation-statistics.js";
import { collectStatistics } from "./calibration/collect-statistics.js";
import { rangeMethods } from "./calibration/ranges/range-of.js";
import {
  calibrationBatch,
  copyOf,
  cosine,
  hiddenStates,
  largestDifference,
  text,
  tinyEncoder,
} from "./fixtures/tiny-encoder.js";
import { optimizeEncoder } from "./optimize-encoder.js";
import { encoderLayers } from "./quantize/dense-layers.js";
import { quantizeEncoder, type QuantizeEncoderOptions } from "./quantize-encoder.js";
import { quantizeTables } from "./quantize/quantize-tables.js";
import { storeFloat16 } from "./quantize/store-float16.js";

const texts = Array.from({ length: 5 }, (_, seed) => text(4 + seed * 5, seed));

describe("quantizeEncoder", () => {
  for (const method of ["static", "dynamic"] as const) {
    for (const operators of ["fast", "portable"] as const) {
      it(`${method}, ${operators}`, async () => {
        const model = tinyEncoder({ vocabulary: 512, layerNorm: "chain" });
        const expected = await hiddenStates(model, texts);
        const bytes = writeModel(model).length;
        const report = await quantizeEncoder(model, {
          method,
          operators,
          ...(method === "static" && {
            calibration: [calibrationBatch(texts), calibrationBatch([text(30, 9)])],
          }),
        });
        expect(report).toMatchObject({ denseLayers: 12, tables: 1 });
        expect(report.optimization?.attentions).toBe(operators === "fast" ? 2 : undefined);
        expect(Object.keys(model.opsets)).toEqual(operators === "fast" ? ["", "com.microsoft"] : [""]);
        expect(writeModel(model).length).toBeLessThan(bytes / 2);
        const states = await hiddenStates(model, texts);
        states.forEach((state, index) => {
          expect(cosine(state, expected[index] as Float32Array)).toBeGreaterThan(0.998);
        });
      });
    }
  }

  it("leaves the layers in float32 that it is told to, under the same names whatever the operators", async () => {
    for (const operators of ["fast", "portable"] as const) {
      const model = tinyEncoder();
      const names = encoderLayers(model).map((layer) => layer.name);
      expect(new Set(names).size).toBe(12);
      const optimized = copyOf(model);
      if (operators === "fast") await optimizeEncoder(optimized);
      const again = encoderLayers(readModel(writeModel(optimized))).map((layer) => layer.name);
      expect(again.sort()).toEqual([...names].sort());

      const keepFloat = [names[0], names[11]] as string[];
      const report = await quantizeEncoder(model, { method: "dynamic", operators, keepFloat });
      expect(report.denseLayers).toBe(10);
      expect(report.layers.filter((layer) => layer.precision === "float32")).toEqual([
        { name: names[0], operator: "MatMul", inputs: 32, outputs: 32, precision: "float32" },
        { name: names[11], operator: "MatMul", inputs: 64, outputs: 32, precision: "float32" },
      ]);
      expect(new Set(encoderLayers(model).map((layer) => layer.name))).toEqual(new Set(keepFloat));
    }
    await expect(
      quantizeEncoder(tinyEncoder(), { method: "dynamic", keepFloat: ["pooler"] }),
    ).rejects.toThrow(/"pooler", which is no dense layer/);
  });

  it("keeps to float32 on a model with outlying channels, where the plain way does not", async () => {
    const model = tinyEncoder({ outliers: 200 });
    const unseen = Array.from({ length: 6 }, (_, seed) => text(5 + seed * 4, seed + 40));
    const calibration = Array.from({ length: 12 }, (_, seed) => text(4 + seed * 3, seed));
    const expected = await hiddenStates(model, unseen);
    const statistics = await collectStatistics(
      model,
      calibration.map((tokens) => calibrationBatch([tokens])),
    );
    const fidelity = async (options: Omit<QuantizeEncoderOptions, "method">): Promise<number> => {
      const changed = copyOf(model);
      const report = await quantizeEncoder(changed, { method: "static", statistics, ...options });
      expect(report.smoothed).toBe(options.smoothQuant === undefined ? 0 : 12);
      const states = await hiddenStates(changed, unseen);
      const cosines = states.map((state, index) => cosine(state, expected[index] as Float32Array));
      return cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
    };
    expect(await fidelity({})).toBeLessThan(0.95);
    expect(await fidelity({ smoothQuant: {}, biasCorrection: true })).toBeGreaterThan(0.99);
    // Portable operators compute the same.
    expect(await fidelity({ smoothQuant: {}, biasCorrection: true, operators: "portable" })).toBeGreaterThan(
      0.99,
    );
    for (const rangeMethod of rangeMethods) {
      expect(
        await fidelity({ rangeMethod, smoothQuant: { alpha: 0.7 }, biasCorrection: true }),
      ).toBeGreaterThan(0.99);
    }
  });

  it("stores weights alone, in 4 or 8 bits", async () => {
    const model = tinyEncoder();
    const expected = await hiddenStates(model, texts);
    for (const [bits, least] of [
      [8, 0.9998],
      [4, 0.97],
    ] as const) {
      const changed = copyOf(model);
      const [first] = encoderLayers(model).map((layer) => layer.name);
      const report = await quantizeEncoder(changed, {
        method: "weight-only",
        bits,
        keepFloat: [first as string],
      });
      expect(report.denseLayers).toBe(11);
      expect(report.layers.map((layer) => layer.precision)).toEqual([
        "float32",
        ...new Array<string>(11).fill(`int${bits}`),
      ]);
      const states = await hiddenStates(changed, texts);
      states.forEach((state, index) => {
        expect(cosine(state, expected[index] as Float32Array)).toBeGreaterThan(least);
      });
    }
  });

  it("says what is missing", async () => {
    await expect(quantizeEncoder(tinyEncoder(), { method: "static" })).rejects.toThrow(InvalidArgumentError);
    await expect(quantizeEncoder(tinyEncoder(), { method: "static", calibration: [] })).rejects.toThrow(
      /no texts to calibrate on/,
    );
    for (const [options, message] of [
      [{ method: "dynamic", smoothQuant: {} }, /no texts to go by/],
      [{ method: "weight-only", biasCorrection: true }, /no texts to go by/],
      [{ method: "weight-only", operators: "portable" }, /no portable operator/],
      [{ method: "weight-only", bits: 3 as 4 }, /weights of 3 bits/],
      [{ method: "weight-only", weightScales: "per-tensor" }, /a scale for each block/],
      [{ method: "dynamic", activationType: "int8" }, /"dynamic" has no say/],
      [{ method: "dynamic", symmetricActivations: true }, /"dynamic" has no say/],
      [{ method: "dynamic", weightScales: "per-row" as "per-tensor" }, /weightScales is "per-row"/],
      [{ method: "static", activationType: "u8" as "uint8", calibration: [] }, /activationType is "u8"/],
      [{ method: "static", statistics: new ActivationStatistics() }, /no texts to calibrate on/],
    ] as [QuantizeEncoderOptions, RegExp][]) {
      await expect(quantizeEncoder(tinyEncoder(), options)).rejects.toThrow(message);
    }
    const model = tinyEncoder();
    await quantizeEncoder(model, { method: "dynamic" });
    await expect(quantizeEncoder(model, { method: "dynamic" })).rejects.toThrow(InvalidFileError);
  });
});

it("quantizes large tables by rows, and leaves small ones", async () => {
  const model = tinyEncoder({ vocabulary: 300 });
  const expected = await hiddenStates(model, texts);
  const changed = copyOf(model);
  expect(quantizeTables(new GraphEditor(changed))).toBe(1);
  // The codes of a row are within half a step, 1/254 of its largest element.
  const difference = largestDifference(await hiddenStates(changed, texts), expected);
  expect(difference).toBeGreaterThan(0);
  expect(difference).toBeLessThan(0.1);
  expect(quantizeTables(new GraphEditor(changed), { fewestRows: 2 })).toBe(2);
});

it("stores weights as float16", async () => {
  const model = tinyEncoder();
  const expected = await hiddenStates(model, texts);
  const bytes = writeModel(model).length;
  const changed = copyOf(model);
  expect(storeFloat16(new GraphEditor(changed))).toBe(14);
  expect(writeModel(changed).length).toBeLessThan(bytes * 0.62);
  expect(largestDifference(await hiddenStates(changed, texts), expected)).toBeLessThan(0.02);
});
