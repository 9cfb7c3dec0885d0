import { chineseCharacters, cleanTextRemoves, nonspacingMarks, whiteSpace } from "../fast/unicode-sets.js";
import { readBertNormalizer, type BertNormalizer } from "../fast/bert-normalizer.js";
import { applyNmt } from "../fast/normalizer-plan.js";
import { invalidTokenizer } from "../invalid-tokenizer.js";
import { requireComponent, type Component } from "../library-component.js";
import { createPrecompiledRules, graphemes } from "../precompiled-normalizer.js";
import type { AlignedText, Changes } from "./aligned-text.js";
import { normalizeForm } from "./normalization-forms.js";
import { readPattern } from "./patterns.js";
import { UnsupportedOffsetsError } from "./unsupported-offsets.js";

export type AlignedNormalizer = (text: AlignedText) => AlignedText;

/** The `normalizer` of a file (Rust library: tokenizers/src/normalizers). */
export function readNormalizer(component: unknown, where = "normalizer"): AlignedNormalizer {
  if (component === null) return (text) => text;
  const normalizer = requireComponent(component, where);
  const { type } = normalizer;
  switch (type) {
    case "Sequence": {
      const parts = normalizer["normalizers"];
      if (!Array.isArray(parts)) throw invalidTokenizer(`${where}.normalizers is not a list`);
      const steps = parts.map((part: unknown, index) =>
        readNormalizer(part, `${where}.normalizers[${index}]`),
      );
      return (text) => steps.reduce((result, step) => step(result), text);
    }
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return (text) => normalizeForm(text, type);
    case "Lowercase":
      return lowercase;
    case "StripAccents":
      return (text) => text.map((character) => (/\p{M}/u.test(character) ? "" : character));
    case "Nmt":
      return (text) => text.map(applyNmt);
    case "BertNormalizer": {
      const options = readBertNormalizer(normalizer);
      if (options === undefined) throw new UnsupportedOffsetsError(`the options of ${where}`);
      return bertNormalizer(options);
    }
    case "Precompiled":
      return precompiled(normalizer, where);
    case "Strip":
      return strip(normalizer["strip_left"] === true, normalizer["strip_right"] === true);
    case "Replace": {
      const pattern = readPattern(normalizer["pattern"], where);
      const { content } = normalizer;
      if (typeof content !== "string") throw invalidTokenizer(`${where}.content is not a string`);
      return (text) => text.replace(pattern(text.text), content);
    }
    case "Prepend": {
      const { prepend } = normalizer;
      if (typeof prepend !== "string") throw invalidTokenizer(`${where}.prepend is not a string`);
      return (text) => text.prepend(prepend);
    }
    default:
      throw new UnsupportedOffsetsError(`${where} of type ${JSON.stringify(type)}`);
  }
}

/** Character by character, as Rust does: no other form of Σ at the end of a word. */
const lowercase: AlignedNormalizer = (text) => text.map((character) => character.toLowerCase());

function bertNormalizer(options: BertNormalizer): AlignedNormalizer {
  function clean(character: string): string {
    const codePoint = character.codePointAt(0) as number;
    if (options.cleanText) {
      if (cleanTextRemoves.has(codePoint)) return "";
      if (whiteSpace.has(codePoint)) return " ";
    }
    return options.handleChineseCharacters && chineseCharacters.has(codePoint) ? ` ${character} ` : character;
  }
  return (text) => {
    let result = text.map(clean);
    if (options.stripAccents) {
      result = normalizeForm(result, "NFD").map((character) =>
        nonspacingMarks.has(character.codePointAt(0) as number) ? "" : character,
      );
    }
    return options.lowercase ? lowercase(result) : result;
  };
}

function strip(left: boolean, right: boolean): AlignedNormalizer {
  return (text) => {
    let start = 0;
    let end = text.text.length;
    if (left) while (start < end && whiteSpace.has(text.text.charCodeAt(start))) start++;
    if (right) while (end > start && whiteSpace.has(text.text.charCodeAt(end - 1))) end--;
    if (start === 0 && end === text.text.length) return text;
    return text.keep(start, end);
  };
}

/** tokenizers/src/normalizers/precompiled.rs */
function precompiled(normalizer: Component, where: string): AlignedNormalizer {
  const findReplacement = createPrecompiledRules(normalizer["precompiled_charsmap"], where);
  if (findReplacement === undefined) return (text) => text;
  return (text) => {
    const result: Changes = { characters: [], changes: [] };
    let changed = false;
    function replace(characters: string): boolean {
      const replacement = findReplacement?.(characters);
      if (replacement === undefined) return false;
      changed = true;
      pushReplacement(result, Array.from(characters).length, replacement);
      return true;
    }
    for (const grapheme of graphemes(text.text)) {
      if (replace(grapheme)) continue;
      for (const character of grapheme) {
        if (replace(character)) continue;
        result.characters.push(character);
        result.changes.push(0);
      }
    }
    return changed ? text.transform(result) : text;
  };
}

/** Surplus characters count as added at the end; what is missing goes with the last character, whichever that is. */
function pushReplacement({ characters, changes }: Changes, replaced: number, replacement: string): void {
  for (const character of replacement) {
    characters.push(character);
    changes.push(0);
  }
  const surplus = Array.from(replacement).length - replaced;
  for (let index = 1; index <= surplus; index++) changes[changes.length - index] = 1;
  if (surplus < 0 && changes.length > 0) changes[changes.length - 1] = (changes.at(-1) as number) + surplus;
}
