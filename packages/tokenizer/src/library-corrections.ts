import { invalidTokenizer } from "./invalid-tokenizer.js";
import { isRecord } from "./json-shapes.js";

/*
 * `@huggingface/tokenizers` 0.2.0 treats some components differently from the Rust library, which wrote the files.
 * Where other components say the same thing in a way that both libraries understand alike, the file is rewritten
 * before the library sees it. What remains different is listed by name in golden-tokens.test.ts.
 */

type Component = Record<string, unknown>;

export function correctNormalizer(component: unknown, where = "normalizer"): Component | null {
  if (component === null) return null;
  const normalizer = requireComponent(component, where);
  switch (normalizer["type"]) {
    case "Sequence":
      return sequenceOf("normalizers", normalizer, where, correctNormalizer);
    case "Lowercase":
      return { type: "Sequence", normalizers: [lowercaseSigma, normalizer] };
    case "BertNormalizer":
      return {
        type: "Sequence",
        normalizers: [
          ...(normalizer["lowercase"] === true ? [lowercaseSigma] : []),
          ...(normalizer["handle_chinese_chars"] === true ? [spaceSupplementaryIdeographs] : []),
          normalizer,
        ],
      };
    case "Replace":
      requirePattern(normalizer, where);
      if (typeof normalizer["content"] !== "string")
        throw invalidTokenizer(`${where}.content is not a string`);
      // In JavaScript `$&` and its like in a replacement are not literal.
      return { ...normalizer, content: normalizer["content"].replaceAll("$", "$$$$") };
    case "Prepend":
      if (typeof normalizer["prepend"] !== "string")
        throw invalidTokenizer(`${where}.prepend is not a string`);
      return normalizer;
    default:
      return normalizer;
  }
}

/** JavaScript lower-cases a Σ at the end of a word to ς; Rust, character by character, always to σ. */
const lowercaseSigma: Component = { type: "Replace", pattern: { String: "Σ" }, content: "σ" };

/** The library looks for ideographs one UTF-16 unit at a time and so misses those beyond U+FFFF. */
const spaceSupplementaryIdeographs: Component = {
  type: "Replace",
  pattern: { Regex: "[\\x{20000}-\\x{2A6DF}\\x{2A700}-\\x{2CEAF}\\x{2F800}-\\x{2FA1F}]" },
  content: " $& ",
};

export function correctPreTokenizer(component: unknown, where = "pre_tokenizer"): Component | null {
  if (component === null) return null;
  const preTokenizer = requireComponent(component, where);
  switch (preTokenizer["type"]) {
    case "Sequence":
      return sequenceOf("pretokenizers", preTokenizer, where, correctPreTokenizer);
    case "Split":
      requirePattern(preTokenizer, where);
      return preTokenizer;
    case "Whitespace":
      // The library's \w is that of ASCII.
      return keep(`[${wordCharacters}]+|[^${wordCharacters}\\p{White_Space}]+`);
    case "WhitespaceSplit":
      // JavaScript's \s holds U+FEFF, lacks U+0085.
      return keep("\\P{White_Space}+");
    case "Digits":
      // The library's digits are 0 to 9.
      return isolate(preTokenizer["individual_digits"] === true ? "\\p{N}" : "\\p{N}+");
    case "Punctuation":
      // The library always keeps runs of punctuation together, which is the behaviour "Contiguous".
      return preTokenizer["behavior"] === "Contiguous" ? preTokenizer : isolate(`[${punctuation}]`);
    case "CharDelimiterSplit":
      // Unknown to the library.
      if (typeof preTokenizer["delimiter"] !== "string")
        throw invalidTokenizer(`${where}.delimiter is not a string`);
      return {
        type: "Split",
        pattern: { String: preTokenizer["delimiter"] },
        behavior: "Removed",
        invert: false,
      };
    case "Metaspace":
      return correctMetaspace(preTokenizer, where);
    case "FixedLength":
      // The library would never come to an end with a length of 0.
      if (!Number.isInteger(preTokenizer["length"]) || (preTokenizer["length"] as number) < 1) {
        throw invalidTokenizer(`${where}.length is not a positive whole number`);
      }
      return preTokenizer;
    default:
      return preTokenizer;
  }
}

/** \w of Rust's regex crate (Unicode Technical Standard 18, annex C). */
const wordCharacters = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200C\\u200D";
const punctuation = "\\p{P}\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E";

/** Pieces are the matches. */
function keep(regex: string): Component {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Removed", invert: true };
}

/** Pieces are the matches and what lies between them. */
function isolate(regex: string): Component {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}

/** The library does not split at the replacement character, which Metaspace does unless it says `split: false`. */
function correctMetaspace(metaspace: Component, where: string): Component {
  const replacement = metaspace["replacement"] ?? "▁";
  if (typeof replacement !== "string" || Array.from(replacement).length !== 1) {
    throw invalidTokenizer(`${where}.replacement is not one character`);
  }
  // Files from before `prepend_scheme` existed say `add_prefix_space` instead.
  const scheme =
    metaspace["prepend_scheme"] ?? (metaspace["add_prefix_space"] === false ? "never" : "always");
  const corrected = { type: "Metaspace", replacement, prepend_scheme: scheme };
  if (metaspace["split"] === false) return corrected;
  const mark = `\\x{${(replacement.codePointAt(0) as number).toString(16)}}`;
  return { type: "Sequence", pretokenizers: [corrected, keep(`${mark}[^${mark}]*|[^${mark}]+`)] };
}

function sequenceOf(
  key: "normalizers" | "pretokenizers",
  sequence: Component,
  where: string,
  correct: (component: unknown, where: string) => Component | null,
): Component {
  const parts = sequence[key];
  if (!Array.isArray(parts)) throw invalidTokenizer(`${where}.${key} is not a list`);
  return {
    type: "Sequence",
    [key]: parts.map((part: unknown, index) => correct(part, `${where}.${key}[${index}]`)),
  };
}

function requireComponent(component: unknown, where: string): Component {
  if (isRecord(component) && typeof component["type"] === "string") return component;
  throw invalidTokenizer(`${where} has no type`);
}

function requirePattern(component: Component, where: string): void {
  const { pattern } = component;
  if (isRecord(pattern) && (typeof pattern["Regex"] === "string" || typeof pattern["String"] === "string"))
    return;
  throw invalidTokenizer(`${where}.pattern is neither a Regex nor a String`);
}
