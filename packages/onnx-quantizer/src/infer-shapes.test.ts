import { GraphEditor } from "@kokeshi/onnx";
import { expect, it } from "vitest";
import { tinyEncoder } from "./fixtures/tiny-encoder.js";
import { inferShapes } from "./infer-shapes.js";
import { denseLayers } from "./quantize/dense-layers.js";

it("gives types and shapes of the values inside an encoder", async () => {
  const model = tinyEncoder();
  const shapes = await inferShapes(model);
  const inputs = denseLayers(new GraphEditor(model)).map((layer) => shapes.get(layer.input));
  expect(inputs.map((value) => value?.type)).toEqual(new Array(12).fill("float32"));
  expect(inputs.map((value) => value?.shape?.at(-1))).toEqual([
    32,
    32,
    32,
    null,
    32,
    64,
    32,
    32,
    32,
    null,
    32,
    64,
  ]);
  expect(shapes.get("last_hidden_state")?.shape).toEqual([null, null, 32]);
  expect(model.graph.outputs.map((output) => output.name)).toEqual(["last_hidden_state"]);
});
