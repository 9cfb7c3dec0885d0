import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { InvalidFileError } from "@kokeshi/core";
import type { ContentEncoder } from "./content-encoder.js";
import { invalidTokenizer } from "./invalid-tokenizer.js";
import { isRecord } from "./json-shapes.js";
import type { Component } from "./library-component.js";
import { correctNormalizer } from "./library-normalizer.js";
import { correctPreTokenizer } from "./library-pre-tokenizer.js";
import { createPrecompiledNormalizer } from "./precompiled-normalizer.js";
import type { TokenizerFile, TokenizerModel } from "./tokenizer-file.js";
import { createUnigramModel } from "./unigram-model.js";

/** Encodes with `@huggingface/tokenizers`, given the file in a form that it treats as the Rust library would. */
export function createLibraryEncoder(file: TokenizerFile, config: unknown): ContentEncoder {
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

function buildLibraryTokenizer(file: TokenizerFile, config: unknown): LibraryTokenizer {
  const { model } = file;
  const normalizer = correctNormalizer(file.normalizer);
  try {
    const library = new LibraryTokenizer(
      {
        model: modelForLibrary(model),
        added_tokens: file.addedTokens,
        normalizer,
        pre_tokenizer: correctPreTokenizer(file.preTokenizer),
        // Special tokens are put around the ids afterwards, and nothing is ever decoded.
        post_processor: null,
        decoder: null,
      },
      {
        unk_token: model["unk_token"],
        do_lowercase_and_remove_accent: isRecord(config) && config["do_lowercase_and_remove_accent"] === true,
      },
    );
    replacePrecompiled(library.normalizer, normalizer);
    if (model.type === "Unigram") library.model = unigramForLibrary(model) as never;
    return library;
  } catch (cause) {
    if (cause instanceof InvalidFileError) throw cause;
    throw invalidTokenizer(`it cannot be used (${(cause as Error).message})`, cause);
  }
}

function modelForLibrary(model: TokenizerModel): unknown {
  // The library knows WordLevel only as the model without a type, whose unknown token is in the configuration.
  if (model.type === "WordLevel") return { vocab: model.vocab };
  // Replaced below: the library's own runs out of stack on long words and has no byte fallback.
  if (model.type === "Unigram") return { type: "Unigram", vocab: [["", 0]], unk_id: 0 };
  return model;
}

/** What the library's encoder uses of a model: a function from words to tokens, and the ids of tokens. */
function unigramForLibrary(model: TokenizerModel & { type: "Unigram" }) {
  const segment = createUnigramModel(model);
  return Object.assign((words: readonly string[]) => words.flatMap((word) => segment(word)), {
    tokens_to_ids: new Map(model.vocab.map(([piece], id) => [piece, id])),
    unk_token_id: model.unk_id,
  });
}

interface LibraryNormalizer {
  normalize(text: string): string;
  normalizers?: (LibraryNormalizer | null)[];
}

/** The library has NFKC in place of the compiled rules of every `Precompiled` normalizer. */
function replacePrecompiled(
  built: LibraryNormalizer | null | undefined,
  component: Component | null,
  where = "normalizer",
) {
  if (!built || component === null) return;
  if (component["type"] === "Precompiled") {
    built.normalize = createPrecompiledNormalizer(component["precompiled_charsmap"], where);
  }
  const parts = component["normalizers"];
  if (!Array.isArray(parts)) return;
  parts.forEach((part: Component | null, index) =>
    replacePrecompiled(built.normalizers?.[index], part, `${where}.normalizers[${index}]`),
  );
}
