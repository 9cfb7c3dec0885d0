import { type Embeddings, InvalidArgumentError } from "@kokeshi/core";

/** Throws InvalidArgumentError naming the first component that is NaN or infinite: no code can stand for it. */
export function requireFinite({ data, dimensions }: Embeddings): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    throw new InvalidArgumentError({
      part: "quantization",
      problem: `component ${i % dimensions} of row ${Math.floor(i / dimensions)} is ${data[i]}`,
      remedy: "check the model and the text that gave this vector",
    });
  }
}
