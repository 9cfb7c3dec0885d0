import { readContentLimit, requireText } from "../encode-arguments.js";
import { isRecord } from "../json-shapes.js";
import { readSpecialTokens } from "../special-tokens.js";
import type { EncodeOptions } from "../tokenizer.js";
import { readTokenizerFile } from "../tokenizer-file.js";
import { wellFormed } from "../well-formed.js";
import { createPartSplitter } from "./added-tokens.js";
import { AlignedText } from "./aligned-text.js";
import { readWordModel, type WordToken } from "./models.js";
import { readNormalizer } from "./normalizers.js";
import { readPreTokenizer } from "./pre-tokenizers.js";
import { readOffsetTrimmings, trimOffsets, type PlacedToken } from "./trim-offsets.js";
import { UnsupportedOffsetsError } from "./unsupported-offsets.js";

/** Token ids of a text, and where in the text each token stands. */
export interface OffsetEncoding {
  /** The ids that a tokenizer's `encode` gives. */
  ids: Uint32Array;
  /**
   * Two numbers a token: the token is `text.slice(offsets[2 * i], offsets[2 * i + 1])`, in UTF-16 units. Tokens may
   * share a range (the bytes of one character) or have an empty one; special tokens around the text have 0, 0.
   */
  offsets: Uint32Array;
  /** Whether the text was cut to `maxTokens`. */
  truncated: boolean;
}

export interface OffsetEncoder {
  /** Throws InvalidArgumentError for a text that is not a string or an option out of range. */
  encodeWithOffsets(text: string, options?: EncodeOptions): OffsetEncoding;
}

/**
 * Encodes text to tokens that know where they come from: for highlighting, and for labels of words. Slower than a
 * tokenizer by far: it follows every character through normalizer, pre-tokenizer and model, as the Rust library does.
 *
 * Throws InvalidFileError for a file that is broken, UnsupportedOffsetsError for one with a component whose alignment
 * is not known.
 */
export function createOffsetEncoder(tokenizerJson: unknown, tokenizerConfig?: unknown): OffsetEncoder {
  const file = readTokenizerFile(tokenizerJson);
  for (const option of ["do_lowercase_and_remove_accent", "remove_space"]) {
    if (isRecord(tokenizerConfig) && tokenizerConfig[option] === true) {
      throw new UnsupportedOffsetsError(`${option} of tokenizer_config.json`);
    }
  }
  const normalize = readNormalizer(file.normalizer);
  const splitParts = createPartSplitter(file, normalize);
  const preTokenize = readPreTokenizer(file.preTokenizer);
  const tokenize = readWordModel(file);
  const specialTokens = readSpecialTokens(file.postProcessor);

  function placeTokens(text: string): PlacedToken[] {
    return splitParts(AlignedText.of(text)).flatMap((part) =>
      part.addedId === undefined
        ? preTokenize(part.text).flatMap((word) => place(word, tokenize(word.text)))
        : place(part.text, [
            { id: part.addedId, token: part.text.text, start: 0, end: part.text.text.length },
          ]),
    );
  }

  return {
    encodeWithOffsets(text, { addSpecialTokens = true, maxTokens } = {}) {
      requireText(text, 0);
      const { before, after } = addSpecialTokens ? specialTokens : { before: [], after: [] };
      const limit = readContentLimit(maxTokens, before.length + after.length);
      const wellFormedText = wellFormed(text);
      const placed = placeTokens(wellFormedText);
      const kept = placed.slice(0, limit);
      for (const trimming of readOffsetTrimmings(file.postProcessor, addSpecialTokens)) {
        trimOffsets(wellFormedText, kept, trimming);
      }
      const ids = new Uint32Array(before.length + kept.length + after.length);
      const offsets = new Uint32Array(ids.length * 2);
      ids.set(before);
      kept.forEach(({ id, start, end }, index) => {
        const at = before.length + index;
        ids[at] = id;
        offsets[2 * at] = start;
        offsets[2 * at + 1] = end;
      });
      ids.set(after, before.length + kept.length);
      return { ids, offsets, truncated: kept.length < placed.length };
    },
  };
}

/** Ranges in the original text of the tokens of a word. */
function place(word: AlignedText, tokens: readonly WordToken[]): PlacedToken[] {
  return tokens.map(({ id, token, start, end }) => ({
    id,
    token,
    start: word.starts[start] as number,
    end: word.ends[end - 1] as number,
  }));
}
