import { KokeshiError } from "@kokeshi/core";

/** A tokenizer.json whose ids can be had, but not where they stand in the text. */
export class UnsupportedOffsetsError extends KokeshiError {
  override readonly name = "UnsupportedOffsetsError";
  constructor(component: string) {
    super("unsupported", {
      part: "tokenizer",
      problem: `tokenizer.json: offsets are not known for ${component}`,
      remedy: "use createTokenizer, which gives ids without offsets",
    });
  }
}
