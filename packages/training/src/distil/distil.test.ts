import { embed, InvalidArgumentError, memoryFolder, type EmbeddingModel } from "@kokeshi/core";
import { loadStaticModel } from "@kokeshi/static-model";
import { describe, expect, it } from "vitest";
import { staticModelFiles, staticModelFormats } from "../compress/static-model-files.js";
import { createNormalRandom, createRandom } from "../random.js";
import { wordPieceJson } from "../vocabulary/fixtures/small-tokenizers.js";
import { distil, type Distilled } from "./distil.js";
import type { DistilProgress } from "./distil-options.js";
import {
  contextualTeacher,
  teacherDimensions,
  teacherTexts,
  teacherTokenizerJson,
} from "./fixtures/contextual-teacher.js";

const tokenizerJson = teacherTokenizerJson;
const texts = teacherTexts(600, 1);
const heldOut = teacherTexts(200, 2).filter((text) => !texts.includes(text));

function open({ model }: Distilled, format: (typeof staticModelFormats)[number] = "model2vec") {
  return loadStaticModel(memoryFolder("student", staticModelFiles(model, format)));
}

/** Pearson correlation of the cosines that two models find between the same pairs of texts. */
async function agreement(a: EmbeddingModel, b: EmbeddingModel, among: readonly string[]): Promise<number> {
  const [x, y] = await Promise.all([cosines(a, among), cosines(b, among)]);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const product = (p: number[], q: number[], meanP: number, meanQ: number): number =>
    p.reduce((sum, value, index) => sum + (value - meanP) * ((q[index] as number) - meanQ), 0);
  return product(x, y, meanX, meanY) / Math.sqrt(product(x, x, meanX, meanX) * product(y, y, meanY, meanY));
}

async function cosines(model: EmbeddingModel, among: readonly string[]): Promise<number[]> {
  const { embeddings } = await embed(model, among);
  return Array.from({ length: among.length - 1 }, (_, row) => {
    const next = embeddings.row(row + 1);
    return embeddings.row(row).reduce((sum, value, k) => sum + value * (next[k] as number), 0);
  });
}

describe("distil", () => {
  it("gives back a static teacher, whose vectors are sums, exactly", async () => {
    const first = await distil(contextualTeacher(), { tokenizerJson, dimensions: 8 });
    const teacher = await open(first);
    const { model, explainedVariance } = await distil(teacher, { dimensions: 8, center: false });
    expect(explainedVariance).toBeCloseTo(1, 12);
    const student = await loadStaticModel(memoryFolder("again", staticModelFiles(model, "model2vec")));
    const [before, after] = [await cosines(teacher, texts), await cosines(student, texts)];
    before.forEach((cosine, index) => expect(after[index]).toBeCloseTo(cosine, 5));
  });

  it("is the teacher's own vector for a word alone, where nothing is weighted, centred or cut", async () => {
    const teacher = contextualTeacher();
    const student = await open(
      await distil(teacher, { tokenizerJson, dimensions: "all", weighting: "none" }),
    );
    const single = ["w3", "w77", "w0"];
    const [expected, actual] = [await embed(teacher, single), await embed(student, single)];
    actual.embeddings.data.forEach((value, index) =>
      expect(value).toBeCloseTo(expected.embeddings.data[index] as number, 5),
    );
  });

  it("is the beginning of that, for a teacher whose first dimensions say most", async () => {
    const options = { tokenizerJson, weighting: "none", texts, regression: { epochs: 1 } } as const;
    const { model } = await distil(contextualTeacher(), { ...options, dimensions: 4, matryoshka: true });
    expect(model.table).toHaveLength(121 * 4);
    const { model: plain } = await distil(contextualTeacher(), {
      tokenizerJson,
      weighting: "none",
      dimensions: 4,
      matryoshka: true,
    });
    const { embeddings } = await embed(contextualTeacher(), ["w3"], { normalize: false });
    expect(Array.from(plain.table.subarray(16, 20))).toEqual(Array.from(embeddings.row(0).subarray(0, 4)));
  });

  it("asks for each token once, in batches, with the prompt it is told", async () => {
    const teacher = contextualTeacher();
    const progress: DistilProgress[] = [];
    const { tokens, tokensWithoutVector } = await distil(teacher, {
      tokenizerJson,
      batchSize: 50,
      inputType: "query",
      onProgress: (step) => progress.push(step),
    });
    expect({ tokens, tokensWithoutVector }).toEqual({ tokens: 121, tokensWithoutVector: 1 });
    expect(teacher.asked.map((batch) => batch.length)).toEqual([50, 50, 20]);
    expect(teacher.asked[0]?.[0]).toBe("w1 w0");
    expect(progress.map(({ stage, done, total }) => [stage, done, total])).toEqual(
      [50, 100, 120].map((done) => ["vocabulary", done, 120]),
    );
  });

  it("comes closer to the teacher on texts it has not seen, by regression", async () => {
    const teacher = contextualTeacher();
    const options = { tokenizerJson, dimensions: 12, texts };
    const plain = await distil(teacher, { ...options, weighting: "none" });
    const regressed = await distil(teacher, {
      ...options,
      weighting: "none",
      regression: { epochs: 30, learningRate: 0.05 },
    });
    const { history, bestEpoch } = regressed.regression as NonNullable<Distilled["regression"]>;
    expect(bestEpoch).toBeGreaterThan(0);
    expect(history[bestEpoch]?.validationLoss).toBeLessThan(0.7 * (history[0]?.validationLoss as number));
    const [before, after] = [
      await agreement(await open(plain), teacher, heldOut),
      await agreement(await open(regressed), teacher, heldOut),
    ];
    expect(after).toBeGreaterThan(before + 0.05);
  });

  it("finds nothing to move in a static teacher that counts repeated tokens less", async () => {
    const normal = createNormalRandom(createRandom(6));
    const teacher = await loadStaticModel(
      memoryFolder(
        "teacher",
        staticModelFiles(
          {
            table: Float32Array.from({ length: 121 * 8 }, normal),
            dimensions: 8,
            tokenizerJson,
            normalize: true,
            termFrequency: "sublinear",
          },
          "kokeshi",
        ),
      ),
    );
    const { model, regression } = await distil(teacher, {
      dimensions: "all",
      texts: texts.map((text) => `${text} w3 w3 w3 w3 w5 w5`),
      regression: { epochs: 1 },
    });
    expect(regression?.history[0]?.validationLoss).toBeLessThan(1e-5);
    expect(model.termFrequency).toBe("sublinear");
  });

  it("is the same every time, and another with another seed", async () => {
    const run = async (seed: number) =>
      (await distil(contextualTeacher(), { tokenizerJson, texts, regression: { epochs: 2, seed } })).model
        .table;
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it.each(staticModelFormats)(
    "writes %s, with the licence and without the unknown token's vector",
    async (format) => {
      const distilled = await distil(contextualTeacher(), { tokenizerJson, dimensions: 8 });
      const student = await open(distilled, format);
      expect(student.dimensions).toBe(8);
      expect(distilled.model.table.subarray(0, 8).every((value) => value === 0)).toBe(true);
      const { embeddings } = await embed(student, ["w1 w2", "w1 nobody w2", "nobody"]);
      expect(Array.from(embeddings.row(1))).toEqual(
        Array.from(embeddings.row(0), (value) => expect.closeTo(value, 5) as number),
      );
      expect(embeddings.row(2).every((value) => value === 0)).toBe(true);
      expect(distilled.model.licence).toBe("mit");
    },
  );

  it("keeps the commonest tokens of the texts, where told", async () => {
    const { tokens } = await distil(contextualTeacher(), { tokenizerJson, texts, vocabularySize: 40 });
    expect(tokens).toBe(40);
  });

  it("weights by what was counted, before or after the regression", async () => {
    const common = [...texts, ...Array<string>(2000).fill("w5 w5 w5 w5")];
    const options = { tokenizerJson, texts: common, dimensions: "all", sifCoefficient: 1e-2 } as const;
    const lengths = async (extra: object): Promise<number> => {
      const { model } = await distil(contextualTeacher(), { ...options, ...extra });
      const length = (id: number): number =>
        Math.hypot(...model.table.subarray(id * teacherDimensions, (id + 1) * teacherDimensions));
      return length(6) / length(7);
    };
    const plain = await lengths({ weighting: "none" });
    expect((await lengths({ weighting: "counted" })) / plain).toBeLessThan(0.1);
    expect((await lengths({ weighting: "none", reweighting: 1e-2 })) / plain).toBeLessThan(0.1);
  });

  it("drops special and unused tokens, and takes words in", async () => {
    const { model, wordsAdded, wordsUnreachable } = await distil(contextualTeacher(), {
      tokenizerJson: wordPieceJson(),
      words: ["w5", "w6 w7"],
      dimensions: 4,
    });
    const { model: json } = JSON.parse(model.tokenizerJson as string) as {
      model: { vocab: Record<string, number> };
    };
    const names = Object.keys(json.vocab);
    expect(names).not.toContain("[unused0]");
    expect(names).not.toContain("[CLS]");
    expect(names).toContain("w5");
    expect({ wordsAdded, wordsUnreachable }).toEqual({ wordsAdded: 1, wordsUnreachable: ["w6 w7"] });
  });

  it.each([
    ["more dimensions than the teacher has", { dimensions: teacherDimensions + 1 }],
    ["a coefficient of 0", { sifCoefficient: 0 }],
    ["counting without texts", { weighting: "counted" }],
    ["a second coefficient of 0", { texts, reweighting: 0 }],
    ["a second weighting without texts", { reweighting: 1e-3 }],
    ["a regression without texts", { regression: {} }],
    ["a smaller vocabulary without texts", { vocabularySize: 10 }],
    ["words in a static model", { tokenizerJson: undefined, words: ["a"] }],
    ["a teacher that is not static without a tokenizer", { tokenizerJson: undefined }],
    ["no epochs", { texts, regression: { epochs: 0 } }],
    ["a validation share of 1", { texts, regression: { validation: 1 } }],
    ["one text", { texts: ["w1"], regression: {} }],
  ] as const)("refuses %s", async (_, options) => {
    await expect(distil(contextualTeacher(), { tokenizerJson, ...options })).rejects.toThrow(
      InvalidArgumentError,
    );
  });

  it("names the text for which a teacher gives no numbers", async () => {
    const teacher = contextualTeacher();
    const broken = Object.assign(Object.create(teacher) as EmbeddingModel, {
      doEmbed: async (call: Parameters<EmbeddingModel["doEmbed"]>[0]) => {
        const result = await teacher.doEmbed(call);
        result.embeddings.row(call.texts.indexOf("w9"))[3] = NaN;
        return result;
      },
    });
    await expect(distil(broken, { tokenizerJson })).rejects.toThrow(/NaN for the text "w9"/);
  });

  it("stops when told", async () => {
    const controller = new AbortController();
    const running = distil(contextualTeacher(), {
      tokenizerJson,
      texts,
      regression: { epochs: 1000, patience: 1000 },
      signal: controller.signal,
      onProgress: ({ stage, done }) => {
        if (stage === "regression" && done === 2) controller.abort(new Error("enough"));
      },
    });
    await expect(running).rejects.toThrow("enough");
  });
});
