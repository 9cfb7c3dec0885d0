import { GraphEditor } from "../graph-editor.js";
import type { OnnxModel, OnnxNode } from "../model.js";
import { inferShapes } from "../runtime/infer-shapes.js";
import type { OnnxRuntime } from "../runtime/onnx-runtime.js";
import { integerElements } from "../tensor-elements.js";

/**
 * Replaces sizes that a graph asks its values for (Shape, then Gather), and that are the same for every text, by numbers:
 * exporters write the width of a head as the size of a tensor divided by the heads. Constant folding does the rest.
 * Returns how many it replaced.
 */
export async function foldSizes(
  model: OnnxModel,
  runtime: Pick<OnnxRuntime, "InferenceSession">,
): Promise<number> {
  const editor = new GraphEditor(model);
  const asked = model.graph.nodes.flatMap((node) => sizeAsked(editor, node) ?? []);
  if (asked.length === 0) return 0;
  const shapes = await inferShapes(runtime, model);
  let count = 0;
  for (const { value, dimension, result } of asked) {
    const size = shapes.get(value)?.shape?.at(dimension);
    if (typeof size !== "number") continue;
    editor.replaceUses(result, editor.initializer("size", "int64", [], BigInt64Array.of(BigInt(size))));
    count++;
  }
  editor.finish();
  return count;
}

interface SizeAsked {
  value: string;
  dimension: number;
  result: string;
}

function sizeAsked(editor: GraphEditor, gather: OnnxNode): SizeAsked | undefined {
  const shape = gather.operator === "Gather" ? editor.producer(gather.inputs[0], "Shape") : undefined;
  const index = editor.constant(gather.inputs[1]);
  if (shape === undefined || index?.type !== "int64" || index.shape.length > 0) return undefined;
  // Shape of a part of the sizes, since opset 15.
  if (Object.keys(shape.attributes).length > 0) return undefined;
  const [dimension] = integerElements(index) as [number];
  // The first two are texts and tokens.
  if (dimension === 0 || dimension === 1) return undefined;
  return { value: shape.inputs[0] as string, dimension, result: gather.outputs[0] as string };
}
