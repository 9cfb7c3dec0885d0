import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embed } from "./embed.js";
import type { EmbeddingModel, EmbedResult } from "./embedding-model.js";
import { Embeddings } from "./embeddings.js";
import { embedStream } from "./embed-stream.js";
import { InvalidArgumentError } from "./errors.js";
import { characterCountModel } from "./fixtures/character-count-model.js";

const length = (vector: Float32Array) => Math.hypot(...vector);

describe("embed", () => {
  it("returns one unit vector a text, in order, over any batch size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1 })),
        fc.integer({ min: 1, max: 9 }),
        async (texts, batchSize) => {
          const { embeddings, tokenCounts } = await embed(characterCountModel(), texts, { batchSize });
          expect(embeddings.rows).toBe(texts.length);
          for (const [index, text] of texts.entries()) {
            const alone = await embed(characterCountModel(), [text]);
            expect(embeddings.row(index)).toEqual(alone.embeddings.row(0));
            expect(length(embeddings.row(index))).toBeCloseTo(1, 6);
            expect(tokenCounts[index]).toBe(Array.from(text).length);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("keeps the model's own lengths with normalize: false", async () => {
    const { embeddings } = await embed(characterCountModel(), ["aaaa"], { normalize: false });
    expect(length(embeddings.row(0))).toBe(4);
  });

  it("truncates dimensions before it normalises", async () => {
    const model = characterCountModel();
    const whole = await embed(model, ["abcdefgh"], { normalize: false });
    const { embeddings } = await embed(model, ["abcdefgh"], { dimensions: 2 });
    expect(embeddings.dimensions).toBe(2);
    const [x, y] = whole.embeddings.row(0) as unknown as [number, number];
    expect(embeddings.row(0)[0]).toBeCloseTo(x / Math.hypot(x, y), 6);
    expect(length(embeddings.row(0))).toBeCloseTo(1, 6);
  });

  it.each([
    [undefined, 2],
    [3, 9],
  ])("writes into memory that the caller gives, at %s dimensions", async (dimensions, batchSize) => {
    const texts = ["ab", "c", "", "gg", "h"];
    const { embeddings } = await embed(characterCountModel(), texts, { dimensions });
    const output = new Float32Array(embeddings.data.length).fill(7);
    const result = await embed(characterCountModel(), texts, { dimensions, batchSize, output });
    expect(result.embeddings.data).toBe(output);
    expect(output).toEqual(embeddings.data);
    const wrong = embed(characterCountModel(), texts, { dimensions, output: output.subarray(1) });
    await expect(wrong).rejects.toThrow(InvalidArgumentError);
    await expect(wrong).rejects.toThrow(/output has \d+ components for 5 texts/);
  });

  it("takes vectors where the model writes them: its own matrix, or the one it was offered", async () => {
    const texts = ["ab", "c", "def", "gg", "h"];
    const expected = await embed(characterCountModel(), texts);
    const model = characterCountModel();
    const { doEmbed } = model;
    const offered: (number | undefined)[] = [];
    model.doEmbed = async (call) => {
      const result = await doEmbed(call);
      offered.push(call.output?.length);
      if (call.output === undefined) return result;
      call.output.set(result.embeddings.data);
      return { ...result, embeddings: new Embeddings(call.output, 8) };
    };
    expect(await embed(model, texts, { batchSize: 2 })).toEqual(expected);
    expect(offered).toEqual([16, 16, 8]);
    await embed(model, texts, { dimensions: 2 });
    expect(offered.at(-1)).toBe(undefined);
  });

  it("asks the model for memory, unless dimensions are cut", async () => {
    const memory = new Float32Array(new SharedArrayBuffer(4 * 3 * 8));
    const model = { ...characterCountModel(), allocate: () => memory };
    const texts = ["ab", "c", "def"];
    const { embeddings } = await embed(model, texts, { batchSize: 2 });
    expect(embeddings.data).toBe(memory);
    expect(Array.from(memory)).toEqual(
      Array.from((await embed(characterCountModel(), texts)).embeddings.data),
    );
    expect((await embed(model, texts, { dimensions: 2 })).embeddings.data).not.toBe(memory);
  });

  it("leaves vectors alone that the model has normalised, unless it cuts them", async () => {
    // A model that says so wrongly shows what is done.
    const model = { ...characterCountModel(), normalized: true };
    const { embeddings } = await embed(model, ["aaaa"]);
    expect(length(embeddings.row(0))).toBe(4);
    const cut = await embed(model, ["abcdefgh"], { dimensions: 2 });
    expect(length(cut.embeddings.row(0))).toBeCloseTo(1, 6);
  });

  it("leaves the vector of an empty text at zeros", async () => {
    const { embeddings } = await embed(characterCountModel(), [""]);
    expect(Array.from(embeddings.row(0))).toEqual(new Array(8).fill(0));
  });

  it("reports truncated texts by their position in the whole list", async () => {
    const texts = ["ab", "abcdef", "a", "abcd", "abc"];
    const { truncated, tokenCounts } = await embed(characterCountModel({ maxTokens: 3 }), texts, {
      batchSize: 2,
    });
    expect(truncated).toEqual([1, 3]);
    expect(Array.from(tokenCounts)).toEqual([2, 3, 1, 3, 3]);
  });

  it("puts the prompt of the input type before each text", async () => {
    const model = characterCountModel({ prompts: { query: "q: ", passage: "p: ", sts: "s: " } });
    await embed(model, ["a"], { inputType: "query" });
    await embed(model, ["a"], { inputType: "document" });
    await embed(model, ["a"], { inputType: "sts" });
    await embed(model, ["a"], { inputType: "query", prompt: "mine: " });
    await embed(model, ["a"]);
    expect(model.calls.flat()).toEqual(["q: a", "p: a", "s: a", "mine: a", "a"]);
    await expect(embed(model, ["a"], { inputType: "title" })).rejects.toThrow(
      /no prompt for the input type "title".*query, document, passage, sts/,
    );
  });

  it("needs no prompts for queries and documents", async () => {
    const model = characterCountModel();
    await embed(model, ["a"], { inputType: "query" });
    expect(model.calls).toEqual([["a"]]);
  });

  it("puts the model's default prompt where none is named, and where queries have none of their own", async () => {
    const model = {
      ...characterCountModel({ prompts: { passage: "p: ", any: "a: " } }),
      defaultInputType: "any",
    };
    await embed(model, ["a"]);
    await embed(model, ["a"], { inputType: "query" });
    await embed(model, ["a"], { inputType: "document" });
    await embed(model, ["a"], { prompt: "" });
    expect(model.calls.flat()).toEqual(["a: a", "a: a", "p: a", "a"]);
  });

  it("tells the model which prompt it has put there", async () => {
    const model = characterCountModel({ prompts: { query: "q: " } });
    const { doEmbed } = model;
    const told: (string | undefined)[] = [];
    model.doEmbed = (call) => {
      told.push(call.prompt);
      return doEmbed(call);
    };
    await embed(model, ["a"], { inputType: "query" });
    await embed(model, ["a"], { inputType: "document" });
    expect(told).toEqual(["q: ", undefined]);
  });

  it("reports progress after each batch", async () => {
    const seen: unknown[] = [];
    await embed(characterCountModel(), ["ab", "c", "def"], {
      batchSize: 2,
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen).toEqual([
      { done: 2, total: 3, tokens: 3 },
      { done: 3, total: 3, tokens: 6 },
    ]);
  });

  it("stops between batches when aborted, with the reason given", async () => {
    const controller = new AbortController();
    const model = characterCountModel();
    const run = embed(model, ["a", "b", "c"], {
      batchSize: 1,
      signal: controller.signal,
      onProgress: ({ done }) => done === 2 && controller.abort(new Error("enough")),
    });
    await expect(run).rejects.toThrow("enough");
    expect(model.calls.length).toBe(2);
  });

  it("rejects an aborted call even when there is nothing to embed", async () => {
    await expect(embed(characterCountModel(), [], { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  it.each([
    ["a text that is no string", ["a", 3], {}, /text 1 is number/],
    ["no list", "a", {}, /string instead of a list/],
    ["dimensions 0", ["a"], { dimensions: 0 }, /dimensions is 0, but the model gives 8/],
    ["dimensions 9", ["a"], { dimensions: 9 }, /dimensions is 9, but the model gives 8/],
    ["dimensions 1.5", ["a"], { dimensions: 1.5 }, /dimensions is 1.5/],
    ["batchSize 0", ["a"], { batchSize: 0 }, /batchSize is 0/],
    ["batchSize NaN", ["a"], { batchSize: NaN }, /batchSize is NaN/],
  ])("refuses %s", async (_, texts, options, message) => {
    const run = embed(characterCountModel(), texts as string[], options);
    await expect(run).rejects.toThrow(InvalidArgumentError);
    await expect(embed(characterCountModel(), texts as string[], options)).rejects.toThrow(message);
  });
});

describe("a model that breaks its contract is refused", () => {
  const texts = ["ab", "c", "def"];

  it("without doEmbed, as a spread copy of a class instance is", async () => {
    class Model {
      modelId = "spread";
      dimensions = 8;
      prompts = {};
      doEmbed() {}
    }
    const run = embed({ ...new Model() } as unknown as EmbeddingModel, texts);
    await expect(run).rejects.toThrow(InvalidArgumentError);
    await expect(run).rejects.toThrow(/the model spread has no method doEmbed/);
  });

  it.each([
    ["rows", (result: EmbedResult) => ({ ...result, embeddings: Embeddings.zeros(2, 8) }), /2 rows of 8/],
    [
      "dimensions",
      (result: EmbedResult) => ({ ...result, embeddings: Embeddings.zeros(3, 4) }),
      /3 rows of 4/,
    ],
    [
      "token counts",
      (result: EmbedResult) => ({ ...result, tokenCounts: new Uint32Array(1) }),
      /1 token counts/,
    ],
  ])("with too few %s", async (_, change, message) => {
    const model = characterCountModel();
    const { doEmbed } = model;
    model.doEmbed = async (call) => change(await doEmbed(call));
    const run = embed(model, texts);
    await expect(run).rejects.toThrow(InvalidArgumentError);
    await expect(run).rejects.toThrow(message);
  });

  it.each([0, NaN, -1, 1.5])("with a batchSize of %d", async (batchSize) => {
    await expect(embed({ ...characterCountModel(), batchSize }, texts)).rejects.toThrow(/batchSize is/);
  });
});

describe("embedStream", () => {
  it("takes objects from an async source and gives them back beside their vectors", async () => {
    async function* source() {
      yield { id: "x", body: "ab" };
      yield { id: "y", body: "abc" };
      yield { id: "z", body: "a" };
    }
    const seen: [string, number][] = [];
    for await (const batch of embedStream(characterCountModel(), source(), {
      batchSize: 2,
      text: (item) => item.body,
    })) {
      batch.items.forEach((item, row) => seen.push([item.id, batch.tokenCounts[row] ?? -1]));
      expect(batch.embeddings.rows).toBe(batch.items.length);
    }
    expect(seen).toEqual([
      ["x", 2],
      ["y", 3],
      ["z", 1],
    ]);
  });

  it("reads no further than its consumer asks", async () => {
    let read = 0;
    function* endless() {
      for (;;) yield String(read++);
    }
    for await (const batch of embedStream(characterCountModel(), endless(), { batchSize: 10 })) {
      if (batch.start >= 20) break;
    }
    expect(read).toBe(30);
  });

  it("gives the event loop its turn, so that a timer can abort synchronous work", async () => {
    const controller = new AbortController();
    const model = characterCountModel();
    const doEmbed = model.doEmbed.bind(model);
    model.doEmbed = async (call) => {
      const until = performance.now() + 15;
      while (performance.now() < until);
      return doEmbed(call);
    };
    const timer = setTimeout(() => controller.abort(new Error("timer fired")), 1);
    function* endless() {
      for (let i = 0; i < 1000; i++) yield "a";
    }
    await expect(async () => {
      for await (const batch of embedStream(model, endless(), { batchSize: 1, signal: controller.signal }))
        void batch;
    }).rejects.toThrow("timer fired");
    clearTimeout(timer);
  });
});
