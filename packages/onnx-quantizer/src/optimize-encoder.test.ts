import { GraphEditor, int, integerElements, ints, tensorTypeCodes } from "@kokeshi/onnx";
import { describe, expect, it } from "vitest";
import { copyOf, hiddenStates, largestDifference, text, tinyEncoder } from "./fixtures/tiny-encoder.js";
import { optimizeEncoder } from "./optimize-encoder.js";
import { fuseAttention } from "./passes/fuse-attention.js";
import { fuseGelu } from "./passes/fuse-gelu.js";
import { fuseLayerNorm } from "./passes/fuse-layer-norm.js";

const texts = [text(9), text(4, 1), text(1, 2), text(7, 3)];

describe("the passes leave what an encoder computes as it was", () => {
  for (const [what, changes] of [
    ["LayerNormalization, scores divided", {}],
    ["a chain of ReduceMean, factors multiplied", { layerNorm: "chain", attention: "sdpa" }],
  ] as const) {
    it(what, async () => {
      const model = tinyEncoder(changes);
      const expected = await hiddenStates(model, texts);
      const optimized = copyOf(model);
      const report = await optimizeEncoder(optimized);
      expect(report).toMatchObject({
        layerNorms: "layerNorm" in changes ? 5 : 0,
        gelus: 2,
        attentions: 2,
      });
      expect(largestDifference(await hiddenStates(optimized, texts), expected)).toBeLessThan(1e-5);
      // Without padding too.
      const alone = await hiddenStates(optimized, [texts[1] as number[]]);
      expect(largestDifference(alone, [expected[1] as Float32Array])).toBeLessThan(1e-5);
    });
  }

  it("one by one", async () => {
    const model = tinyEncoder({ layerNorm: "chain" });
    const expected = await hiddenStates(model, texts);
    for (const pass of [fuseGelu, fuseLayerNorm, fuseAttention]) {
      const changed = copyOf(model);
      expect(await pass(new GraphEditor(changed))).toBeGreaterThan(0);
      expect(largestDifference(await hiddenStates(changed, texts), expected)).toBeLessThan(1e-5);
    }
  });
});

it("reads models of opset 11, and of exporters that guard the softmax", async () => {
  const model = tinyEncoder({ layerNorm: "chain" });
  const expected = await hiddenStates(model, texts);

  const early = copyOf(model);
  early.opsets = { "": 11 };
  const constants = new GraphEditor(early);
  for (const node of early.graph.nodes.filter((candidate) => candidate.operator === "Unsqueeze")) {
    const axes = constants.constant(node.inputs.pop());
    node.attributes = { axes: ints(...(axes === undefined ? [] : integerElements(axes))) };
  }
  expect(largestDifference(await hiddenStates(early, texts), expected)).toBe(0);
  // LayerNormalization came with opset 17; ONNX Runtime finds the chain itself.
  expect(await optimizeEncoder(early)).toMatchObject({ layerNorms: 0, gelus: 2, attentions: 2 });
  expect(largestDifference(await hiddenStates(early, texts), expected)).toBeLessThan(1e-5);

  const guarded = copyOf(model);
  const editor = new GraphEditor(guarded);
  for (const softmax of guarded.graph.nodes.filter((candidate) => candidate.operator === "Softmax")) {
    const probabilities = softmax.outputs[0] as string;
    const [product] = editor.consumers(probabilities);
    const zero = editor.initializer("zero", "float32", [], Float32Array.of(0));
    const guard = editor.value("Where", [editor.value("IsNaN", [probabilities]), zero, probabilities]);
    if (product !== undefined) product.inputs[0] = guard;
  }
  new GraphEditor(guarded).finish();
  expect(largestDifference(await hiddenStates(guarded, texts), expected)).toBe(0);
  expect(await optimizeEncoder(guarded)).toMatchObject({ attentions: 2 });
  expect(guarded.graph.nodes.some((node) => node.operator === "IsNaN")).toBe(false);
  expect(largestDifference(await hiddenStates(guarded, texts), expected)).toBeLessThan(1e-5);
});

it("reads attention whose sizes and scale are computed from the size of its input", async () => {
  const model = tinyEncoder();
  const expected = await hiddenStates(model, texts);
  const editor = new GraphEditor(model);
  const scalar = (type: "int64" | "float32", value: number): string =>
    type === "int64"
      ? editor.initializer("scalar", type, [], BigInt64Array.of(BigInt(value)))
      : editor.initializer("scalar", type, [], Float32Array.of(value));
  for (const softmax of model.graph.nodes.filter((node) => node.operator === "Softmax")) {
    // As torch.onnx.export writes scores * (x.shape[2] // heads) ** -0.5.
    const division = editor.producer(editor.producer(softmax.inputs[0], "Add")?.inputs[0], "Div");
    const [scores] = division?.inputs as [string];
    const transpose = editor.producer(editor.producer(scores)?.inputs[0], "Transpose");
    const projected = editor.producer(transpose?.inputs[0], "Reshape")?.inputs[0] as string;
    const width = editor.value("Gather", [editor.value("Shape", [projected]), scalar("int64", 2)]);
    const head = editor.value("Div", [width, scalar("int64", 4)]);
    const float = editor.value("Cast", [head], { attributes: { to: int(tensorTypeCodes.float32) } });
    const scale = editor.value("Pow", [float, scalar("float32", -0.5)]);
    editor.replaceUses(division?.outputs[0] as string, editor.value("Mul", [scores, scale]));
  }
  editor.finish();
  expect(largestDifference(await hiddenStates(model, texts), expected)).toBeLessThan(1e-5);
  expect(await optimizeEncoder(model)).toMatchObject({ attentions: 2 });
  expect(model.graph.nodes.some((node) => node.operator === "Pow")).toBe(false);
  expect(largestDifference(await hiddenStates(model, texts), expected)).toBeLessThan(1e-5);
});

it("without padding columns it is right for batches of one length", async () => {
  const model = tinyEncoder();
  const equal = [text(6), text(6, 1)];
  const expected = await hiddenStates(model, equal);
  expect(await optimizeEncoder(model, { padding: "none" })).toMatchObject({ attentions: 2 });
  expect(largestDifference(await hiddenStates(model, equal), expected)).toBeLessThan(1e-5);
});

it("leaves attention alone whose mask is more than padding", async () => {
  const model = tinyEncoder();
  // A mask that also forbids the first token, as some encoders' do.
  const editor = new GraphEditor(model);
  const softmax = model.graph.nodes.find((node) => node.operator === "Softmax");
  const mask = editor.producer(softmax?.inputs[0], "Add")?.inputs[1] as string;
  const first = editor.initializer("first", "float32", [1, 1, 9, 1], new Float32Array(9).fill(-1));
  const shifted = editor.value("Add", [mask, first]);
  for (const node of model.graph.nodes) {
    if (node.operator === "Add" && node.inputs[1] === mask && node.outputs[0] !== shifted) {
      node.inputs[1] = shifted;
    }
  }
  editor.finish();
  const report = await optimizeEncoder(model);
  expect(report).toMatchObject({ gelus: 2, attentions: 0 });
});
