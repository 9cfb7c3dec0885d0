import { type Embeddings, InvalidArgumentError } from "@kokeshi/core";

/** Throws InvalidArgumentError naming the first component that is NaN or infinite: no code can stand for it. */
export function requireFinite(embeddings: Embeddings): void {
  const wrong = embeddings.findNonFinite();
  if (wrong === undefined) return;
  throw new InvalidArgumentError({
    part: "quantization",
    problem: `component ${wrong.column} of row ${wrong.row} is ${wrong.value}`,
    remedy: "check the model and the text that gave this vector",
  });
}
