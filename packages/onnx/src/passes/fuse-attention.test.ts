import * as runtime from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { attentionLayer, heads, width, type AttentionLayerOptions } from "../fixtures/attention-layer.js";
import { foldConstants } from "../fold-constants.js";
import { GraphEditor } from "../graph-editor.js";
import type { OnnxModel, OnnxTensor } from "../model.js";
import { evaluateModel } from "../runtime/evaluate-model.js";
import { float32Elements } from "../tensor-elements.js";
import { foldSizes } from "./fold-sizes.js";
import { fuseAttention } from "./fuse-attention.js";

/** Texts of 5, 3 and 1 tokens. */
const lengths = [5, 3, 1];
const columns = heads * width;
const mask = lengths.flatMap((length) =>
  Array.from({ length: 5 }, (_, position) => (position < length ? 1 : 0)),
);
const inputs: Record<string, OnnxTensor> = {
  hidden: tensor(
    "float32",
    [3, 5, columns],
    Float32Array.from({ length: 15 * columns }, (_, i) => Math.cos(i * 7)),
  ),
  attention_mask: tensor("int64", [3, 5], BigInt64Array.from(mask, BigInt)),
};

function tensor(type: "float32" | "int64", shape: number[], elements: ArrayBufferView): OnnxTensor {
  return { name: "", type, shape, data: new Uint8Array(elements.buffer as ArrayBuffer) };
}

/** What the layer computes for tokens; what it does for padding is nobody's. */
async function contextOfTokens(model: OnnxModel): Promise<number[]> {
  const { context } = Object.fromEntries(await evaluateModel(runtime, model, inputs));
  return Array.from(float32Elements(context as OnnxTensor)).filter(
    (_, index) => mask[Math.floor(index / columns)] === 1,
  );
}

async function fused(options: AttentionLayerOptions): Promise<{ model: OnnxModel; count: number }> {
  const model = attentionLayer(options);
  return { model, count: await fuseAttention(new GraphEditor(model), runtime) };
}

describe("fuseAttention", () => {
  it.each(["padding", "none"] as const)("computes the same, mask: %s", async (kind) => {
    const { model, count } = await fused({ mask: kind });
    expect(count).toBe(1);
    const operators = model.graph.nodes.map(({ operator }) => operator);
    expect(operators).toContain("MultiHeadAttention");
    expect(operators).not.toContain("Softmax");
    const expected = await contextOfTokens(attentionLayer({ mask: kind }));
    (await contextOfTokens(model)).forEach((value, index) =>
      expect(Math.abs(value - (expected[index] as number))).toBeLessThan(1e-6),
    );
  });

  it.each(["padding and the first token", "padding and a window"] as const)(
    "leaves attention alone whose mask is %s",
    async (kind) => {
      const { model, count } = await fused({ mask: kind });
      expect(count).toBe(0);
      expect(model).toEqual(attentionLayer({ mask: kind }));
    },
  );
});

describe("foldSizes", () => {
  it("lets attention be seen whose heads are computed from the size of its input", async () => {
    const { model, count } = await fused({ headWidth: "computed" });
    // The values' split says nothing of the width of a head before it is a number.
    expect(count).toBe(0);
    expect(await foldSizes(model, runtime)).toBe(1);
    await foldConstants(model, (constants) => evaluateModel(runtime, constants));
    expect(await fuseAttention(new GraphEditor(model), runtime)).toBe(1);
    const expected = await contextOfTokens(attentionLayer());
    (await contextOfTokens(model)).forEach((value, index) =>
      expect(Math.abs(value - (expected[index] as number))).toBeLessThan(1e-6),
    );
  });
});
