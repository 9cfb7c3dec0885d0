import { writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bertGraph, chosenShape, shapeOptions, shapeUsage } from "@kokeshi/encoder-shapes";
import { GraphEditor, readModel, writeModel, type OnnxModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { CalibrationBatch } from "../src/calibration/calibration-batch.js";
import { collectStatistics } from "../src/calibration/collect-statistics.js";
import { rangeOf } from "../src/calibration/ranges/range-of.js";
import { optimizeEncoder } from "../src/optimize-encoder.js";
import { fuseGelu } from "../src/passes/fuse-gelu.js";
import { fuseLayerNorm } from "../src/passes/fuse-layer-norm.js";
import {
  type ActivationScale,
  type ActivationScaleOptions,
  scaleOfRange,
} from "../src/quantize/activation-scale.js";
import { denseLayers } from "../src/quantize/dense-layers.js";
import { quantizeEncoder } from "../src/quantize-encoder.js";
import { quantizeDense, type DenseLayout } from "../src/quantize/quantize-dense.js";
import type { WeightScales } from "../src/quantize/quantized-weights.js";

const usage = `usage: npm run bench -w @kokeshi/onnx-quantizer -- ${shapeUsage} [--layers N]
  [--sizes 1x32,1x128] [--seconds N] [--only "static-fused;dynamic-fused"] [--choices] [--padding FRACTION]

Prints, for each layout, float32's processor time as exported over its own, and its own; one thread, all in turns.
--choices adds every choice of weight scales, activation types and symmetry. --only separates names by semicolons.`;

const { values: options } = parseArgs({
  options: {
    ...shapeOptions,
    layers: { type: "string" },
    sizes: { type: "string", default: "1x32,1x128,1x512,32x128" },
    seconds: { type: "string", default: "1" },
    only: { type: "string" },
    padding: { type: "string", default: "0" },
    choices: { type: "boolean" },
  },
});
const { name, shape } = chosenShape(options, usage, { vocabulary: 2000 });
const exported = writeModel(bertGraph(shape));

interface Variant {
  name: string;
  make(): Promise<OnnxModel>;
  session?: InferenceSession.SessionOptions;
}

function batch(rows: number, columns: number, padding = 0): Record<string, Tensor> {
  const length = (row: number): number => (row === 0 ? columns : Math.ceil(columns * (1 - padding)));
  const tensor = (value: (row: number, column: number) => number): Tensor =>
    new Tensor(
      "int64",
      BigInt64Array.from({ length: rows * columns }, (_, index) =>
        BigInt(value(Math.floor(index / columns), index % columns)),
      ),
      [rows, columns],
    );
  return {
    input_ids: tensor((row, column) => 1 + ((row * 7919 + column * 31) % 1999)),
    attention_mask: tensor((row, column) => (column < length(row) ? 1 : 0)),
    token_type_ids: tensor(() => 0),
  };
}

async function fused(padding: "columns" | "none" = "columns"): Promise<OnnxModel> {
  const model = readModel(exported);
  await optimizeEncoder(model, { padding });
  return model;
}

async function unfusedAttention(): Promise<OnnxModel> {
  const model = readModel(exported);
  const editor = new GraphEditor(model);
  fuseLayerNorm(editor);
  fuseGelu(editor);
  return model;
}

function calibrationOf(): CalibrationBatch {
  return Object.fromEntries(
    Object.entries(batch(1, 64)).map(([input, { dims, data }]) => [
      input,
      { shape: dims, data: data as BigInt64Array },
    ]),
  );
}

async function scalesOf(
  model: OnnxModel,
  choices: ActivationScaleOptions = {},
): Promise<Map<string, ActivationScale>> {
  const statistics = await collectStatistics(model, [calibrationOf()]);
  return new Map(
    denseLayers(new GraphEditor(model)).map(({ name, input }) => {
      const { minimum, maximum } = rangeOf(statistics.of(name).distribution());
      return [input, scaleOfRange(minimum, maximum, choices)];
    }),
  );
}

async function quantized(model: OnnxModel, layout: DenseLayout, choices: Choices = {}): Promise<OnnxModel> {
  const scales = layout.startsWith("static") ? await scalesOf(model, choices) : undefined;
  quantizeDense(new GraphEditor(model), { layout, scales, weightScales: choices.weightScales });
  return model;
}

type Choices = ActivationScaleOptions & { weightScales?: WeightScales };

/** Every choice of scales and codes that a layout has, the defaults left out. */
function choicesOf(layout: DenseLayout): [name: string, choices: Choices][] {
  const isStatic = layout.startsWith("static");
  return (["per-channel", "per-tensor"] as const).flatMap((weightScales) =>
    (isStatic ? (["uint8", "int8"] as const) : (["uint8"] as const)).flatMap((activationType) =>
      (isStatic ? [false, true] : [false]).map((symmetricActivations): [string, Choices] => [
        [layout, weightScales, activationType, ...(symmetricActivations ? ["symmetric"] : [])].join(", "),
        { weightScales, activationType, symmetricActivations },
      ]),
    ),
  );
}

const extended = { graphOptimizationLevel: "all" } as const;
const basic = { graphOptimizationLevel: "basic" } as const;
const layouts = [
  "dynamic-standard",
  "dynamic-fused",
  "dynamic-shared",
  "static-qdq",
  "static-fused",
] as const satisfies readonly DenseLayout[];

const everyVariant: Variant[] = [
  { name: "float32", make: async () => readModel(exported), session: extended },
  { name: "float32 fused", make: () => fused(), session: basic },
  ...layouts.map((layout) => ({
    name: layout,
    make: async () => quantized(await fused(), layout),
    session: layout === "static-qdq" ? extended : basic,
  })),
  ...(options.choices === true ? layouts : []).flatMap((layout) =>
    choicesOf(layout).map(([choice, choices]) => ({
      name: choice,
      make: async () => quantized(await fused(), layout, choices),
      session: layout === "static-qdq" ? extended : basic,
    })),
  ),
  {
    name: "dynamic-standard, as exported",
    make: async () => quantized(readModel(exported), "dynamic-standard"),
    session: extended,
  },
  {
    name: "static-fused, no padding",
    make: async () => quantized(await fused("none"), "static-fused"),
    session: basic,
  },
  {
    name: "static-fused, plain attention",
    make: async () => quantized(await unfusedAttention(), "static-fused"),
    session: basic,
  },
  {
    name: "static-fused, smoothed",
    make: async () => {
      const model = await fused();
      await quantizeEncoder(model, { method: "static", calibration: [calibrationOf()], smoothQuant: {} });
      return model;
    },
    session: basic,
  },
  {
    name: "static-fused, all of ORT's passes",
    make: async () => quantized(await fused(), "static-fused"),
    session: extended,
  },
];
const only = options.only?.split(";");
const variants = everyVariant.filter(
  (variant) => variant.name === "float32" || only === undefined || only.includes(variant.name),
);

const folder = await mkdtemp(join(tmpdir(), "kokeshi-layouts-"));
const sessions: InferenceSession[] = [];
try {
  for (const [index, variant] of variants.entries()) {
    const file = join(folder, `${index}.onnx`);
    await writeFile(file, writeModel(await variant.make()));
    sessions.push(
      await InferenceSession.create(file, {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        enableMemPattern: false,
        ...variant.session,
      }),
    );
  }
  const sizes = options.sizes.split(",");
  const cells = variants.map(() => [] as string[]);
  for (const size of sizes) {
    const [rowCount, columns] = size.split("x").map(Number) as [number, number];
    const feeds = batch(rowCount, columns, Number(options.padding));
    const times = variants.map(() => [] as number[]);
    for (const session of sessions) await session.run(feeds);
    let spent = 0;
    do {
      for (const [index, session] of sessions.entries()) {
        const start = process.cpuUsage();
        await session.run(feeds);
        const { user, system } = process.cpuUsage(start);
        times[index]?.push((user + system) / 1000);
        spent += (user + system) / 1e6;
      }
    } while (spent < Number(options.seconds) * variants.length || (times[0]?.length ?? 0) < 5);
    const medians = times.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] as number);
    medians.forEach((median, index) => {
      const ratio = (medians[0] as number) / median;
      cells[index]?.push(`${ratio.toFixed(2)}x (${median.toFixed(1)} ms)`);
    });
  }
  const lines = [
    [`${name}, ${shape.layers} layers`, ...sizes],
    ["---", ...sizes.map(() => "---")],
    ...variants.map((variant, index) => [variant.name, ...(cells[index] ?? [])]),
  ];
  process.stdout.write(lines.map((line) => `| ${line.join(" | ")} |\n`).join(""));
} finally {
  for (const session of sessions) await session.release();
  await rm(folder, { recursive: true });
}
