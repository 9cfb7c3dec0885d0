import { createBackendRegistry, type EmbeddingModel } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { funnelPlan } from "@kokeshi/matryoshka";
import { staticBackend } from "@kokeshi/static-model";
import { describeWithData } from "@kokeshi/test-data";
import { afterAll, beforeAll, expect, it } from "vitest";
import { codeRecall, exactRetrieval, type ExactRetrieval, funnelResult } from "./compression.js";

/** The figures of the READMEs of matryoshka and quantization, with room for another training of the model. */
describeWithData("SciFact, compressed", ["eval/SciFact"], () => {
  let model: EmbeddingModel;
  let exact: ExactRetrieval;
  let full: number;

  beforeAll(async () => {
    const folder = await resolveModel("@kokeshi/model-en-ja");
    ({ model } = await createBackendRegistry([staticBackend]).open(folder));
    full = model.dimensions;
    exact = await exactRetrieval(model, "SciFact");
  });
  afterAll(() => model.close());

  it("a funnel from half the dimensions finds nearly all, for half the work", () => {
    const { recall, cost } = funnelResult(
      exact,
      funnelPlan({ dimensions: [full, full / 2], survivors: 200 }),
    );
    expect(recall).toBeGreaterThan(0.95);
    expect(cost).toBeLessThan(0.55);
  });

  it("a funnel that keeps every document finds all", () => {
    const survivors = exact.corpus.rows;
    expect(funnelResult(exact, funnelPlan({ dimensions: [full, 32], survivors }))).toEqual({
      recall: 1,
      cost: 1,
    });
  });

  it("int8 codes with the scale folded in find nearly all, and more than without", () => {
    const { int8, int8Raw } = codeRecall(exact);
    expect(int8).toBeGreaterThan(0.98);
    expect(int8).toBeGreaterThan(int8Raw + 0.02);
  });

  it("bits find more with a float32 query than with its bits, and more with rescoring", () => {
    const { hamming, bits, hammingThenInt8 } = codeRecall(exact);
    expect(bits).toBeGreaterThan(hamming);
    expect(hammingThenInt8).toBeGreaterThan(hamming + 0.1);
  });
});
