import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { GraphBuilder, writeModel } from "@kokeshi/onnx";
import { afterEach, describe, expect, it } from "vitest";
import { lookedUp, lookupGraph, planOf, width, type LookupOptions } from "../fixtures/lookup-plan.js";
import type { BatchEncoder } from "./encoder.js";
import type { EncoderPlan, LayerPlan } from "./encoder-plan.js";
import { openBatchEncoder } from "./open-batch-encoder.js";

const encoders: BatchEncoder[] = [];
afterEach(() => Promise.all(encoders.splice(0).map((encoder) => encoder.close())));

async function open(graph: LookupOptions | Uint8Array = {}, changed: Partial<EncoderPlan> = {}) {
  const source = graph instanceof Uint8Array ? graph : lookupGraph(graph);
  const encoder = await openBatchEncoder(planOf(source, changed));
  encoders.push(encoder);
  return encoder;
}

function batchOf(...rows: number[][]) {
  const offsets = Uint32Array.of(0, ...rows.map((_, row) => rows.slice(0, row + 1).flat().length));
  return { ids: Int32Array.from(rows.flat()), offsets };
}

async function encode(encoder: BatchEncoder, ...rows: number[][]): Promise<number[][]> {
  const { dimensions } = encoder;
  const out = new Float32Array(rows.length * dimensions).fill(NaN);
  await encoder.encode(batchOf(...rows), out);
  return rows.map((_, row) => [...out.subarray(row * dimensions, (row + 1) * dimensions)]);
}

const token = (id: number) => Array.from({ length: width }, (_, column) => lookedUp(id, column));

describe("a batch", () => {
  it("gives the mean of each row's own tokens, whatever the longest row is", async () => {
    const encoder = await open({}, { padId: 19 });
    expect(encoder.dimensions).toBe(width);
    expect(await encode(encoder, [1, 2, 3, 6], [5], [4, 8])).toEqual([token(3), token(5), token(6)]);
  });

  it("may be a part of more", async () => {
    const encoder = await open();
    const { ids, offsets } = batchOf([1], [7, 9], [3], [2]);
    const out = new Float32Array(2 * width);
    await encoder.encode({ ids, offsets: offsets.subarray(1, 4) }, out);
    expect([...out]).toEqual([...token(8), ...token(3)]);
  });

  it("may be smaller or larger than the one before, and empty", async () => {
    const encoder = await open();
    const many = Array.from({ length: 40 }, (_, row) => Array.from({ length: 30 }, () => row % 20));
    expect(await encode(encoder, [1])).toEqual([token(1)]);
    expect(await encode(encoder, ...many)).toEqual(many.map(([id]) => token(id as number)));
    expect(await encode(encoder, [2, 4])).toEqual([token(3)]);
    expect(await encode(encoder)).toEqual([]);
  });

  it("gives zeros for a text without tokens", async () => {
    const encoder = await open();
    expect(await encode(encoder, [], [3])).toEqual([[0, 0, 0], token(3)]);
    expect(await encode(encoder, [])).toEqual([[0, 0, 0]]);
  });

  it("waits for the one before", async () => {
    const encoder = await open();
    const rows = [[1], [2, 4], [5]];
    const results = await Promise.all(rows.map((row) => encode(encoder, row)));
    expect(results).toEqual([[token(1)], [token(3)], [token(5)]]);
  });

  it.each([
    ["offsets that descend", { ids: new Int32Array(3), offsets: Uint32Array.of(0, 2, 1) }, 2 * width],
    ["ids that are not there", { ids: new Int32Array(3), offsets: Uint32Array.of(0, 4) }, width],
    ["too little room", { ids: new Int32Array(3), offsets: Uint32Array.of(0, 1, 3) }, width],
  ])("with %s is refused", async (_, batch, length) => {
    const encoder = await open();
    expect(() => encoder.encode(batch, new Float32Array(length))).toThrow(InvalidArgumentError);
  });

  it("with an id beyond the model's table gets a typed error, and spoils no other batch", async () => {
    const encoder = await open();
    const failed = encode(encoder, [1], [99]);
    const next = encode(encoder, [2]);
    await expect(failed).rejects.toThrow(InvalidFileError);
    expect(await next).toEqual([token(2)]);
  });
});

describe("the graph", () => {
  it.each<[string, LookupOptions]>([
    ["int32 ids", { inputType: "int32" }],
    ["no attention mask", { otherInputs: [] }],
    ["token types and positions", { otherInputs: ["attention_mask", "token_type_ids", "position_ids"] }],
    ["an output of another name", { output: "token_embeddings" }],
    ["an output of a name of its own", { output: "encoded" }],
    ["float16", { outputType: "float16" }],
  ])("may have %s", async (_, options) => {
    expect(await encode(await open(options), [1, 3], [4])).toEqual([token(2), token(4)]);
  });

  it("may pool its texts itself", async () => {
    const options: LookupOptions = { of: "texts", output: "sentence_embedding" };
    expect(await encode(await open(options), [1, 3], [4])).toEqual([token(1), token(4)]);
    const normalized = await open(options, { layers: [{ type: "normalize" }] });
    expect(Math.hypot(...((await encode(normalized, [7]))[0] as number[]))).toBeCloseTo(1, 6);
  });

  it.each<[string, LookupOptions, RegExp]>([
    ["an input nobody knows", { otherInputs: ["pixel_values"] }, /wants the input pixel_values; .*input_ids/],
    ["ids as numbers with a point", { inputType: "float32" }, /input_ids as float32|ONNX Runtime refuses/],
    ["no ids", { input: "position_ids" }, /has no input input_ids/],
    [
      "only whole numbers as output",
      { outputType: "int64" },
      /no output with vectors .* but last_hidden_state/,
    ],
    ["nothing but pooler_output", { of: "texts", output: "pooler_output" }, /no output with vectors/],
  ])("with %s is refused", async (_, options, message) => {
    const opening = open(options);
    await expect(opening).rejects.toThrow(InvalidFileError);
    await expect(opening).rejects.toThrow(message);
  });

  it("for one length of text only is refused", async () => {
    const graph = new GraphBuilder("fixed");
    graph.input("input_ids", "int64", [1, 8]);
    const table = graph.constant("float32", Array.from({ length: 24 }, Number), [1, 8, 3]);
    graph.output("last_hidden_state", table, "float32", [1, 8, 3]);
    await expect(open(writeModel(graph.model()))).rejects.toThrow(InvalidFileError);
  });

  it("for another width than the modules is refused", async () => {
    const modules = { modes: ["mean" as const], includePrompt: true, tokenWidth: 4 };
    await expect(open({}, { pooling: modules })).rejects.toThrow(
      /has 3 columns, but the pooling module expects 4/,
    );
    const dense: LayerPlan = {
      type: "dense",
      inputs: 4,
      outputs: 1,
      weight: new Float32Array(4),
      bias: undefined,
      activation: "identity",
    };
    await expect(open({}, { layers: [dense] })).rejects.toThrow(
      /a Dense layer of lookup takes 4 columns, but gets 3/,
    );
  });
});

describe("close", () => {
  it("waits for the batch under way, may be called again, and ends the encoder", async () => {
    const encoder = await open();
    const underWay = encode(encoder, [1]);
    await Promise.all([encoder.close(), encoder.close()]);
    expect(await underWay).toEqual([token(1)]);
    expect(() => encoder.encode(batchOf([1]), new Float32Array(width))).toThrow(/lookup is closed/);
  });
});
