import { byteCharacters } from "../fast/bpe/byte-alphabet.js";
import { gpt2Expression } from "../fast/bpe/piece-scanners.js";
import { punctuationRuns } from "../fast/bpe/unicode-runs.js";
import { CodePointSet } from "../fast/code-point-set.js";
import { bertPunctuation, whiteSpace, wordCharacters } from "../fast/unicode-sets.js";
import { invalidTokenizer } from "../invalid-tokenizer.js";
import { requireComponent, type Component } from "../library-component.js";
import type { AlignedText } from "./aligned-text.js";
import { characterPattern, expressionPattern, literalPattern, readPattern } from "./patterns.js";
import { split, type SplitBehavior } from "./split.js";
import { UnsupportedOffsetsError } from "./unsupported-offsets.js";

/** Cuts a text into words, none of them empty. */
export type AlignedPreTokenizer = (text: AlignedText) => AlignedText[];

/** The `pre_tokenizer` of a file (Rust library: tokenizers/src/pre_tokenizers). */
export function readPreTokenizer(component: unknown, where = "pre_tokenizer"): AlignedPreTokenizer {
  if (component === null) return (text) => [text];
  const preTokenizer = requireComponent(component, where);
  const { type } = preTokenizer;
  switch (type) {
    case "Sequence": {
      const parts = preTokenizer["pretokenizers"];
      if (!Array.isArray(parts)) throw invalidTokenizer(`${where}.pretokenizers is not a list`);
      const steps = parts.map((part: unknown, index) =>
        readPreTokenizer(part, `${where}.pretokenizers[${index}]`),
      );
      return (text) => steps.reduce((words, step) => words.flatMap(step), [text]);
    }
    case "BertPreTokenizer":
      return (text) => split(text, spaces, "Removed").flatMap((word) => split(word, bertMarks, "Isolated"));
    case "Whitespace":
      return (text) =>
        split(text, spaces, "Removed").flatMap((word) => split(word, wordLetters, "Contiguous"));
    case "WhitespaceSplit":
      return (text) => split(text, spaces, "Removed");
    case "Punctuation": {
      const behavior = readBehavior(preTokenizer["behavior"] ?? "Isolated", where);
      return (text) => split(text, punctuationMarks, behavior);
    }
    case "Digits": {
      const behavior = preTokenizer["individual_digits"] === true ? "Isolated" : "Contiguous";
      return (text) => split(text, digits, behavior);
    }
    case "CharDelimiterSplit": {
      const { delimiter } = preTokenizer;
      if (typeof delimiter !== "string") throw invalidTokenizer(`${where}.delimiter is not a string`);
      const pattern = literalPattern(delimiter);
      return (text) => split(text, pattern, "Removed");
    }
    case "Split": {
      const pattern = readPattern(preTokenizer["pattern"], where);
      const behavior = readBehavior(preTokenizer["behavior"], where);
      const invert = preTokenizer["invert"] === true;
      return (text) => split(text, pattern, behavior, invert);
    }
    case "Metaspace":
      return metaspace(preTokenizer, where);
    case "ByteLevel":
      return byteLevel(preTokenizer, where);
    default:
      throw new UnsupportedOffsetsError(`${where} of type ${JSON.stringify(type)}`);
  }
}

const punctuation = /* @__PURE__ */ new CodePointSet(punctuationRuns);
const spaces = characterPattern((codePoint) => whiteSpace.has(codePoint));
const wordLetters = characterPattern((codePoint) => wordCharacters.has(codePoint));
const bertMarks = characterPattern((codePoint) => bertPunctuation.has(codePoint));
const punctuationMarks = characterPattern((codePoint) => punctuation.has(codePoint));
const digits = characterPattern((codePoint) => /\p{N}/u.test(String.fromCodePoint(codePoint)));

const behaviors = ["Removed", "Isolated", "Contiguous", "MergedWithPrevious", "MergedWithNext"];

function readBehavior(behavior: unknown, where: string): SplitBehavior {
  if (behaviors.includes(behavior as string)) return behavior as SplitBehavior;
  throw invalidTokenizer(`${where}.behavior is ${JSON.stringify(behavior)}, which is not supported`);
}

function metaspace(component: Component, where: string): AlignedPreTokenizer {
  const mark = component["replacement"] ?? "▁";
  if (typeof mark !== "string") throw invalidTokenizer(`${where}.replacement is not a string`);
  // Files from before `prepend_scheme` existed say `add_prefix_space` instead.
  const scheme =
    component["prepend_scheme"] ?? (component["add_prefix_space"] === false ? "never" : "always");
  const space = literalPattern(" ");
  const marks = literalPattern(mark);
  return (text) => {
    let marked = text.replace(space(text.text), mark);
    const isWanted = scheme === "always" || (scheme === "first" && text.origin === 0);
    if (isWanted && !marked.text.startsWith(mark)) marked = marked.prepend(mark);
    return component["split"] === false ? [marked] : split(marked, marks, "MergedWithNext");
  };
}

function byteLevel(component: Component, where: string): AlignedPreTokenizer {
  const addsSpace = component["add_prefix_space"] === true;
  const words = component["use_regex"] === false ? undefined : expressionPattern(gpt2Expression, where);
  return (text) => {
    const spaced = addsSpace && !text.text.startsWith(" ") ? text.prepend(" ") : text;
    const parts = words ? split(spaced, words, "Isolated") : [spaced];
    return parts.map((part) => part.map(spellBytes));
  };
}

const encoder = new TextEncoder();

function spellBytes(character: string): string {
  if (character >= "!" && character <= "~") return character;
  let spelled = "";
  for (const byte of encoder.encode(character)) spelled += byteCharacters[byte] as string;
  return spelled;
}
