import { readSentencePieceModel } from "./sentencepiece-model.js";
import { sentencePieceNormalizer } from "./sentencepiece-text.js";

/** What JSON leaves as it is and editors do not show. */
const invisible = /[\ufe00-\ufe0f\x7f-\x9f\xad\u1680\u200b-\u200f\u2028\u2029\u2060\ufeff]/g;

/**
 * The `tokenizer.json` of a SentencePiece Unigram model that was trained with identity normalisation on text from
 * `normalizeForSentencePiece`. Gives the ids of `spm_encode` on normalised text, in every library that reads the
 * format, because it uses only steps that all of them execute alike.
 */
export function unigramTokenizerJson(model: Uint8Array, fileName?: string): string {
  const pieces = readSentencePieceModel(model, fileName);
  const unknownId = pieces.findIndex(({ kind }) => kind === "unknown");
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
  const json = JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: unknownId,
        content: pieces[unknownId]?.piece,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: sentencePieceNormalizer,
    pre_tokenizer: metaspace,
    post_processor: null,
    decoder: metaspace,
    model: {
      type: "Unigram",
      unk_id: unknownId,
      vocab: pieces.map(({ piece, score }) => [piece, score]),
      byte_fallback: false,
    },
  });
  return json.replace(
    invisible,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
