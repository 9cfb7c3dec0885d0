import type { Precision } from "../encoder/encoder-plan.js";
import type { GraphOutline } from "./graph-outline.js";

/** What the operators and weights of a graph tell about it. */
export function inspectGraph({ operators, tensorTypes }: GraphOutline): {
  precision: Precision;
  batchInvariant: boolean;
} {
  const names = [...operators];
  return {
    precision: precisionOf(names, tensorTypes),
    // Their scale is that of the whole batch: a text's vector then depends on its neighbours.
    batchInvariant: !names.some((operator) => operator.startsWith("DynamicQuantize")),
  };
}

function precisionOf(operators: readonly string[], types: ReadonlySet<string>): Precision {
  if (operators.some((operator) => operator === "MatMulNBits" || operator === "MatMulBnb4")) return "int4";
  // Masks may be integers, too.
  const isQuantized = operators.some((operator) => /quantize|Integer|QLinear|^QAttention/i.test(operator));
  if (isQuantized && types.has("int8")) return "int8";
  if (isQuantized && types.has("uint8")) return "uint8";
  return types.has("float16") ? "float16" : "float32";
}
