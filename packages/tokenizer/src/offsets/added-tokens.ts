import {
  AddedTokenSplitter,
  readAddedTokenRules,
  type AddedTokenRule,
} from "../fast/added-token-splitter.js";
import type { TokenizerFile } from "../tokenizer-file.js";
import { AlignedText } from "./aligned-text.js";
import type { AlignedNormalizer } from "./normalizers.js";
import { UnsupportedOffsetsError } from "./unsupported-offsets.js";

/** A part of a text: one that the model is asked about, or an added token. */
export interface TextPart {
  text: AlignedText;
  addedId?: number;
}

/**
 * Finds added tokens in a text, and normalizes what lies between them, in which those with `normalized` are looked for
 * (Rust library: `AddedVocabulary::extract_and_normalize`).
 */
export function createPartSplitter(
  { addedTokens }: TokenizerFile,
  normalize: AlignedNormalizer,
): (text: AlignedText) => TextPart[] {
  // Small files leave flags out that are false.
  const rules = readAddedTokenRules(
    addedTokens.map((token) => ({
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      ...token,
    })),
  );
  if (rules === undefined) throw new UnsupportedOffsetsError("the flags of added_tokens");
  const raw = createSplitter(rules.filter((rule) => !rule.normalized));
  const normalized = createSplitter(
    rules
      .filter((rule) => rule.normalized)
      .map((rule) => ({ ...rule, content: normalize(AlignedText.of(rule.content)).text }))
      .filter((rule) => rule.content !== ""),
  );
  return (text) =>
    raw(text).flatMap((part) => (part.addedId === undefined ? normalized(normalize(part.text)) : [part]));
}

function createSplitter(rules: readonly AddedTokenRule[]): (text: AlignedText) => TextPart[] {
  const splitter = new AddedTokenSplitter(rules);
  return (text) => {
    const parts: TextPart[] = [];
    splitter.split(text.text, {
      text: (start, end) => parts.push({ text: text.slice(start, end) }),
      token: (addedId, start, end) => parts.push({ text: text.slice(start, end), addedId }),
    });
    return parts;
  };
}
