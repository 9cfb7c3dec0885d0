import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { InvalidFileError } from "@kokeshi/core";
import type { ContentEncoder } from "./content-encoder.js";
import { invalidTokenizer } from "./invalid-tokenizer.js";
import { correctNormalizer, correctPreTokenizer } from "./library-corrections.js";
import type { TokenizerFile } from "./tokenizer-file.js";

/** Encodes with `@huggingface/tokenizers`, given the file in a form that it treats as the Rust library would. */
export function createLibraryEncoder(file: TokenizerFile, config: Record<string, unknown>): ContentEncoder {
  const library = buildLibraryTokenizer(file, config);
  return {
    path: "library",
    encode(text, into) {
      let ids: ArrayLike<number | null | undefined>;
      try {
        ids = library.encode(text, { add_special_tokens: false }).ids;
      } catch (cause) {
        throw invalidTokenizer(`a component fails at work (${(cause as Error).message})`, cause);
      }
      for (let index = 0; index < ids.length; index++) {
        const id = ids[index];
        // The Rust library raises the same error.
        if (id === undefined || id === null) {
          throw invalidTokenizer(
            "the text has a token outside the vocabulary, and the file has no unknown token",
          );
        }
        into.push(id);
      }
    },
  };
}

function buildLibraryTokenizer(file: TokenizerFile, config: Record<string, unknown>): LibraryTokenizer {
  const { model } = file;
  try {
    return new LibraryTokenizer(
      {
        // The library knows WordLevel only as the model without a type, whose unknown token is in the configuration.
        model: model.type === "WordLevel" ? { vocab: model.vocab } : model,
        added_tokens: file.addedTokens,
        normalizer: correctNormalizer(file.normalizer),
        pre_tokenizer: correctPreTokenizer(file.preTokenizer),
        // Special tokens are put around the ids afterwards, and nothing is ever decoded.
        post_processor: null,
        decoder: null,
      },
      { ...config, unk_token: model["unk_token"] },
    );
  } catch (cause) {
    if (cause instanceof InvalidFileError) throw cause;
    throw invalidTokenizer(`it cannot be used (${(cause as Error).message})`, cause);
  }
}
