import { int, tensorTypeCodes, type GraphEditor } from "@kokeshi/onnx";
import { quantizeRows } from "./quantized-weights.js";

export interface QuantizeTablesOptions {
  /** Smaller tables stay float32: there is little to win. Default: 256. */
  fewestRows?: number;
}

/**
 * Makes the tables that embeddings are gathered from INT8, symmetric with one scale a row: the codes and the scale of
 * a token's row are gathered, and multiplied. Standard operators. Returns how many.
 */
export function quantizeTables(
  editor: GraphEditor,
  { fewestRows = 256 }: QuantizeTablesOptions = {},
): number {
  let count = 0;
  for (const gather of editor.graph.nodes.filter((node) => node.operator === "Gather")) {
    const [name, ids] = gather.inputs as [string, string];
    const table = editor.constant(name);
    const { axis } = gather.attributes;
    if (table?.type !== "float32" || table.shape.length !== 2) continue;
    const [rowCount, columns] = table.shape as [number, number];
    // A scale has to pay for itself.
    if (columns < 16) continue;
    if (rowCount < fewestRows || (axis?.type === "int" && axis.value !== 0)) continue;
    const { codes, scales } = quantizeRows(table);
    const codesName = editor.initializer(`${name}_int8`, "int8", table.shape, codes);
    const scalesName = editor.initializer(`${name}_scales`, "float32", [scales.length, 1], scales);
    const rows = editor.value("Cast", [editor.value("Gather", [codesName, ids])], {
      attributes: { to: int(tensorTypeCodes.float32) },
    });
    const scaled = editor.value("Mul", [rows, editor.value("Gather", [scalesName, ids])]);
    editor.replaceUses(gather.outputs[0] as string, scaled);
    count++;
  }
  editor.finish();
  return count;
}
