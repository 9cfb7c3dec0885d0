import { chineseCharacters, cleanTextRemoves, nonspacingMarks, whiteSpace } from "./unicode-sets.js";
import { hasCombiningClass, toForm } from "./unicode-forms.js";
import { hasOnlyKeys } from "./strict-shape.js";

/** The options of a BertNormalizer, `strip_accents: null` resolved. */
export interface BertNormalizer {
  cleanText: boolean;
  handleChineseCharacters: boolean;
  stripAccents: boolean;
  lowercase: boolean;
}

/** `undefined` where the component is something else, or says something that is not understood. */
export function readBertNormalizer(component: Readonly<Record<string, unknown>>): BertNormalizer | undefined {
  const keys = ["type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"];
  if (component["type"] !== "BertNormalizer" || !hasOnlyKeys(component, keys)) return undefined;
  const { clean_text: cleanText, handle_chinese_chars: chinese, lowercase } = component;
  const stripAccents = component["strip_accents"] ?? lowercase;
  if ([cleanText, chinese, lowercase, stripAccents].some((option) => typeof option !== "boolean"))
    return undefined;
  return {
    cleanText: cleanText as boolean,
    handleChineseCharacters: chinese as boolean,
    stripAccents: stripAccents as boolean,
    lowercase: lowercase as boolean,
  };
}

/** What the Rust library's BertNormalizer makes of a well-formed text. */
export function bertNormalize(text: string, options: BertNormalizer): string {
  let result = "";
  for (const character of text) {
    const codePoint = character.codePointAt(0) as number;
    if (options.cleanText) {
      // U+0085 is both: it is removed before white space is looked for.
      if (cleanTextRemoves.has(codePoint)) continue;
      if (whiteSpace.has(codePoint)) {
        result += " ";
        continue;
      }
    }
    const spaced = options.handleChineseCharacters && chineseCharacters.has(codePoint);
    result += spaced ? ` ${character} ` : character;
  }
  if (options.stripAccents) {
    result = filterCharacters(toForm(result, "NFD"), (codePoint) => !nonspacingMarks.has(codePoint));
  }
  return options.lowercase ? lowercaseCharacters(result) : result;
}

/**
 * Whether a character's place after stripping accents can depend on the characters beside it: normalization may
 * reorder it with others of its kind, and it is not among the accents that are removed.
 */
export function isReorderedByBert(codePoint: number, options: BertNormalizer): boolean {
  if (!options.stripAccents || codePoint < 0x300) return false;
  for (const character of toForm(String.fromCodePoint(codePoint), "NFD")) {
    const part = character.codePointAt(0) as number;
    if (hasCombiningClass(part) && !nonspacingMarks.has(part)) return true;
  }
  return false;
}

/** Lower case one character at a time, as Rust's `char::to_lowercase`: no other form of Σ at the end of a word. */
export function lowercaseCharacters(text: string): string {
  return text.replaceAll("Σ", "σ").toLowerCase();
}

function filterCharacters(text: string, keep: (codePoint: number) => boolean): string {
  let result = "";
  for (const character of text) if (keep(character.codePointAt(0) as number)) result += character;
  return result;
}
