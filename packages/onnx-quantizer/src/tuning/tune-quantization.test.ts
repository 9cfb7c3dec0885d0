import { embed, InvalidArgumentError, InvalidFileError, memoryFolder, NotFoundError } from "@kokeshi/core";
import { localFolder } from "@kokeshi/hub";
import { readModel, writeModel, writeModelFiles } from "@kokeshi/onnx";
import { loadTransformerModel } from "@kokeshi/transformer-int8";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { quantizeEncoder } from "../quantize-encoder.js";
import { tinyFolder, tinyTexts } from "./fixtures/tiny-folder.js";
import { meanCosine, type QuantizationObjective } from "./quantization-objective.js";
import { quantizedFolderFiles, writeQuantizedFolder } from "./quantized-folder.js";
import { isFinished, type FinishedTrial, type Trial } from "./trial.js";
import { tuneQuantization, type TuningProgress } from "./tune-quantization.js";
import type { TunedQuantization } from "./tuned-quantization.js";

const texts = tinyTexts(40);
const parent = mkdtempSync(join(tmpdir(), "kokeshi-tuning-"));
afterAll(() => rmSync(parent, { recursive: true }));

/** Says that float32 is perfect, and of the others what `scores` says, in order; the last again and again. */
function scripted(...scores: (number | Error)[]): QuantizationObjective & { calls: number } {
  return {
    name: "a script",
    calls: 0,
    async score({ model, reference }) {
      if (model === reference) return 1;
      const next = scores[Math.min(this.calls++, scores.length - 1)] as number | Error;
      if (typeof next !== "number") throw next;
      return next;
    },
  };
}

describe("tuneQuantization", () => {
  it("stops at the first recipe that meets the goal, and its folder opens as a model", async () => {
    const folder = tinyFolder();
    const stages = new Set<TuningProgress["stage"]>();
    const tuned = await tuneQuantization(folder, { texts, onProgress: ({ stage }) => stages.add(stage) });
    expect(tuned.metGoal).toBe(true);
    expect(tuned.ledger).toMatchObject({
      version: 1,
      model: "tiny@0",
      graph: "onnx/model.onnx",
      method: "static",
      objective: { name: "mean cosine to float32 over 8 texts", floatScores: { score: 1 } },
      metGoal: true,
      best: 1,
      sensitivities: null,
      sample: { texts: 32, threads: 1 },
    });
    expect(stages).toEqual(new Set(["calibration", "trials"]));
    const [trial] = tuned.ledger.trials as [FinishedTrial];
    expect(tuned.ledger.trials).toHaveLength(1);
    expect(trial).toMatchObject({ number: 1, name: "min-max", quantizedLayers: 12, floatLayers: 0 });
    expect(trial.relativeLoss).toBeCloseTo(1 - (trial.scores["score"] as number), 12);
    expect(trial.relativeLoss).toBeGreaterThan(0);
    expect(trial.relativeLoss).toBeLessThan(0.01);
    expect(trial.fidelity).toBeGreaterThan(0.99);
    expect(trial.speedup).toBeGreaterThan(0);
    expect(trial.bytes).toBe(tuned.files["onnx/model_int8.onnx"]?.length);
    expect(trial.bytes).toBeLessThan(tuned.ledger.floatBytes);
    expect(tuned.calibration).toMatchObject({ texts: 32, rangeMethod: "min-max" });
    expect(tuned.calibration.tokens).toBeGreaterThan(32 * 3);
    const ranges = Object.values(tuned.calibration.ranges ?? {});
    expect(ranges).toHaveLength(12);
    expect(ranges.every(([minimum, maximum]) => minimum < maximum)).toBe(true);

    const out = join(parent, "static");
    await writeQuantizedFolder(out, await quantizedFolderFiles(folder, tuned));
    const [float, quantized] = await Promise.all([
      loadTransformerModel(folder, { precision: "float32", workers: 1 }),
      loadTransformerModel(localFolder(out), { workers: 1 }),
    ]);
    expect(quantized.description).toMatchObject({ precision: "int8", batchInvariant: true });
    const vectors = await embed(quantized, texts);
    expect(meanCosine(vectors.embeddings, (await embed(float, texts)).embeddings)).toBeGreaterThan(0.99);
    await float.close();
    await quantized.close();
  });

  it("finds what a model with outlying channels needs, where the plain recipe loses too much", async () => {
    const { best, metGoal, ledger } = await tuneQuantization(tinyFolder({ outliers: 200 }), { texts });
    expect((ledger.trials[0] as FinishedTrial).relativeLoss).toBeGreaterThan(0.05);
    expect(metGoal).toBe(true);
    expect(best.recipe.smoothQuant).toBeDefined();
    expect(best.floatLayers).toBe(0);
  });

  it("falls back to float32 where recipes are not enough, and gives the fastest of what met the goal", async () => {
    const stages: TuningProgress["stage"][] = [];
    const seen: Trial[] = [];
    const tuned = await tuneQuantization(tinyFolder(), {
      texts,
      maxRelativeLoss: 1e-6,
      recipes: [{ method: "static", rangeMethod: "percentile" }],
      tables: false,
      trials: 8,
      stopAtGoal: false,
      onProgress: ({ stage }) => stages.push(stage),
      onTrial: (trial) => seen.push(trial),
    });
    const { trials, sensitivities } = tuned.ledger;
    expect(trials).toEqual(seen);
    expect(new Set(trials.map(({ stage }) => stage))).toEqual(
      new Set(["recipes", "operator-types", "blocks", "single-layers", "accumulated-layers"]),
    );
    expect(sensitivities?.layers.map(({ name }) => name).sort()).toEqual(trials.at(-1)?.keepFloat.toSorted());
    expect(stages.filter((stage) => stage === "sensitivities")).toHaveLength(12);
    const finished = trials.filter(isFinished);
    expect(finished).toHaveLength(trials.length);
    // With every layer in float32 nothing is lost.
    expect(finished.at(-1)).toMatchObject({ floatLayers: 12, quantizedLayers: 0, metGoal: true });
    expect(finished[0]?.metGoal).toBe(false);
    for (const trial of finished) expect(trial.floatLayers).toBe(trial.keepFloat.length);
    expect(tuned).toMatchObject({ metGoal: true, best: { metGoal: true } });
  });

  it("gives the best it found where nothing meets the goal", async () => {
    const tuned = await tuneQuantization(tinyFolder(), {
      texts,
      objective: scripted(0.7, 0.9, 0.8),
      trials: 3,
    });
    expect(tuned.metGoal).toBe(false);
    expect(tuned.best.number).toBe(2);
    expect(tuned.best.relativeLoss).toBeCloseTo(0.1, 12);
    expect(tuned.ledger).toMatchObject({ metGoal: false, best: 2, maxRelativeLoss: 0.01 });
  });

  it("holds every one of several scores", async () => {
    const objective: QuantizationObjective = {
      name: "two scores",
      score: async ({ model, reference }) =>
        model === reference ? { first: 0.5, second: 0 } : { first: 0.49, second: -0.005 },
    };
    const { best, ledger } = await tuneQuantization(tinyFolder(), {
      texts,
      objective,
      trials: 20,
      fallback: false,
      recipes: [{ method: "dynamic" }],
    });
    expect(ledger.objective).toEqual({ name: "two scores", floatScores: { first: 0.5, second: 0 } });
    expect(ledger.trials).toHaveLength(1);
    expect(best.scores).toEqual({ first: 0.49, second: -0.005 });
    expect(best.relativeLoss).toBeCloseTo(0.02, 12);
  });

  it("goes on after a trial that fails, and names what failed", async () => {
    const objective = scripted(new Error("no memory"), NaN, 0.995);
    const tuned = await tuneQuantization(tinyFolder(), { texts, objective });
    expect(
      tuned.ledger.trials.map((trial) => ("error" in trial ? trial.error : trial.scores["score"])),
    ).toEqual(["no memory", expect.stringMatching(/the objective \(a script\) gave NaN as score/), 0.995]);
    expect(tuned.best.number).toBe(3);
  });

  it("throws what failed first where every trial failed", async () => {
    const broken = tuneQuantization(tinyFolder(), {
      texts,
      objective: scripted(new Error("no memory")),
      trials: 3,
    });
    await expect(broken).rejects.toThrow(InvalidFileError);
    await expect(broken).rejects.toThrow(/none of 1 trials gave a model, the first because: no memory/);
  });

  it("judges by files as well, with dynamic scales and weights of four bits", async () => {
    const sizes: number[] = [];
    const objective: QuantizationObjective = {
      name: "small",
      async score({ folder, graph }) {
        const { length } = await folder.read(graph);
        sizes.push(length);
        return 1 / length;
      },
    };
    for (const method of ["dynamic", "weight-only"] as const) {
      const tuned = await tuneQuantization(tinyFolder(), { texts, method, objective });
      expect(tuned.best).toMatchObject({ number: 1, metGoal: true, recipe: { method } });
      expect(tuned.calibration).toMatchObject({ texts: 40, rangeMethod: null, ranges: null });
      expect(sizes.at(-1)).toBe(Object.values(tuned.files)[0]?.length);
      const files = await quantizedFolderFiles(tinyFolder(), tuned);
      const model = await loadTransformerModel(memoryFolder("q", files), { workers: 1 });
      expect(model.description.precision).toBe(method === "dynamic" ? "int8" : "int4");
      await model.close();
    }
  });

  describe("of a model with weights in other files", () => {
    const few = texts.slice(0, 12);
    const recipe = { method: "static", smoothQuant: {}, biasCorrection: true } as const;
    const options = { texts: few, recipes: [recipe], trials: 1 };
    const bytesOf = (files: Readonly<Record<string, Uint8Array>>): number =>
      Object.values(files).reduce((sum, { length }) => sum + length, 0);
    async function splitFiles(): Promise<Record<string, Uint8Array>> {
      const model = readModel(await tinyFolder().read("onnx/model.onnx"));
      return writeModelFiles(model, "onnx/model.onnx", { externalData: "always" });
    }
    let whole: TunedQuantization;

    it("gives what it gives where they are in the graph", async () => {
      const split = await splitFiles();
      expect(Object.keys(split)).toEqual(["onnx/model.onnx", "onnx/model.onnx_data"]);
      whole = await tuneQuantization(tinyFolder(), options);
      const again = await tuneQuantization(tinyFolder({}, split), options);
      expect(Object.keys(again.files)).toEqual(["onnx/model_int8.onnx"]);
      const [expected, actual] = [whole, again].map(({ files }) => files["onnx/model_int8.onnx"]);
      expect(Buffer.compare(expected as Uint8Array, actual as Uint8Array)).toBe(0);
      expect(again.ledger.floatBytes).toBe(bytesOf(split));
    });

    it("reads them from disk, and writes other files where none may be long", async () => {
      const onDisk = join(parent, "external");
      const source = tinyFolder({}, await splitFiles());
      for (const { path } of await source.list()) {
        mkdirSync(dirname(join(onDisk, path)), { recursive: true });
        writeFileSync(join(onDisk, path), await source.read(path));
      }
      const longest = 40_000;
      const short = await tuneQuantization(localFolder(onDisk, "external"), { ...options, longest });
      expect(Object.keys(short.files)).toEqual(
        ["", "_data", "_data_1"].map((suffix) => `onnx/model_int8.onnx${suffix}`),
      );
      for (const { length } of Object.values(short.files)) expect(length).toBeLessThanOrEqual(longest);
      expect(short.best.bytes).toBe(bytesOf(short.files));
      const out = join(parent, "external-int8");
      await writeQuantizedFolder(out, await quantizedFolderFiles(localFolder(onDisk, "external"), short));
      const wholeFiles = await quantizedFolderFiles(tinyFolder(), whole);
      const vectors = await Promise.all(
        [localFolder(out), memoryFolder("whole", wholeFiles)].map(async (made) => {
          const model = await loadTransformerModel(made, { workers: 1 });
          const { embeddings } = await embed(model, few);
          await model.close();
          return embeddings.data;
        }),
      );
      expect(vectors[0]).toEqual(vectors[1]);

      truncateSync(join(onDisk, "onnx/model.onnx_data"), 1000);
      await expect(tuneQuantization(localFolder(onDisk, "external"), options)).rejects.toThrow(
        InvalidFileError,
      );
    });
  });

  it("goes on with the texts that were counted before it was stopped", async () => {
    const statisticsFile = join(parent, "statistics.json");
    const many = tinyTexts(600);
    const options = { texts: many, recipes: [{ method: "static" }], trials: 1, statisticsFile } as const;
    const controller = new AbortController();
    const counted: number[] = [];
    const stopped = tuneQuantization(tinyFolder(), {
      ...options,
      signal: controller.signal,
      onProgress({ stage, done }) {
        if (stage !== "calibration") return;
        counted.push(done);
        if (counted.length === 2) controller.abort(new Error("enough"));
      },
    });
    await expect(stopped).rejects.toThrow("enough");
    const again: number[] = [];
    const onProgress = ({ stage, done }: TuningProgress): void => {
      if (stage === "calibration") again.push(done);
    };
    const resumed = await tuneQuantization(tinyFolder(), { ...options, onProgress });
    expect(again[0]).toBeGreaterThan(counted[1] as number);
    expect(again.at(-1)).toBe(480);
    again.length = 0;
    // With the same texts another search counts nothing.
    const other = await tuneQuantization(tinyFolder(), { ...options, onProgress });
    expect(again).toEqual([]);
    const whole = await tuneQuantization(tinyFolder(), { ...options, statisticsFile: undefined });
    for (const { calibration } of [resumed, other]) expect(calibration).toEqual(whole.calibration);
    await expect(tuneQuantization(tinyFolder(), { ...options, texts })).rejects.toThrow(/other texts/);
  });

  it("begins no trial after its time", async () => {
    const tuned = await tuneQuantization(tinyFolder(), { texts, objective: scripted(0.5), maxSeconds: 1e-6 });
    expect(tuned.ledger.trials).toHaveLength(1);
  });

  it("stops when told", async () => {
    const controller = new AbortController();
    const objective: QuantizationObjective = {
      name: "stops",
      async score({ model, reference }) {
        if (model !== reference) controller.abort(new Error("enough"));
        return 1;
      },
    };
    const { signal } = controller;
    await expect(
      tuneQuantization(tinyFolder(), { texts, objective, signal, maxRelativeLoss: 0 }),
    ).rejects.toThrow("enough");
  });

  it("says what is wrong with the folder", async () => {
    const graph = readModel(await tinyFolder().read("onnx/model.onnx"));
    await quantizeEncoder(graph, { method: "dynamic" });
    const quantized = tinyFolder({}, { "onnx/model.onnx": writeModel(graph) });
    await expect(tuneQuantization(quantized, { texts })).rejects.toThrow(
      /onnx\/model.onnx of tiny@0 is int8 already/,
    );
    const empty = memoryFolder("empty", { "config.json": "{}" });
    await expect(tuneQuantization(empty, { texts })).rejects.toThrow(NotFoundError);
    const named = tuneQuantization(tinyFolder(), { texts, graph: "onnx/other.onnx" });
    await expect(named).rejects.toThrow(/choose among onnx\/model.onnx/);
  });

  it("refuses options that make no sense", async () => {
    for (const options of [
      { texts: [] },
      { texts: ["", " "] },
      { texts, trials: 0 },
      { texts, maxRelativeLoss: -0.1 },
      { texts, maxRelativeLoss: NaN },
      { texts, maxSeconds: 0 },
    ]) {
      await expect(tuneQuantization(tinyFolder(), options)).rejects.toThrow(InvalidArgumentError);
    }
  });
});
