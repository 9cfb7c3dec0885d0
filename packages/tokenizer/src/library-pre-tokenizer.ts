import { invalidTokenizer } from "./invalid-tokenizer.js";
import {
  correctSequence,
  guardAnchors,
  literal,
  readPattern,
  requireComponent,
  type Component,
} from "./library-component.js";

/** The `pre_tokenizer` of a file as the library should see it; see library-component.ts. */
export function correctPreTokenizer(component: unknown, where = "pre_tokenizer"): Component | null {
  if (component === null) return null;
  const preTokenizer = requireComponent(component, where);
  switch (preTokenizer["type"]) {
    case "Sequence":
      return correctSequence("pretokenizers", preTokenizer, where, correctPreTokenizer);
    case "Split":
      return correctSplit(preTokenizer, where);
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
      // The library knows only the behaviour "Contiguous".
      return splitAt(`[${punctuation}]`, preTokenizer["behavior"] ?? "Isolated", where);
    case "CharDelimiterSplit":
      // Unknown to the library.
      if (typeof preTokenizer["delimiter"] !== "string")
        throw invalidTokenizer(`${where}.delimiter is not a string`);
      return splitAt(literal(preTokenizer["delimiter"]), "Removed", where);
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

function correctSplit(split: Component, where: string): Component {
  const regex = guardAnchors(readPattern(split, where));
  const { behavior, invert } = split;
  if (invert !== true) return splitAt(regex, behavior, where);
  if (behavior === "Removed") return keep(regex);
  // Matches and what lies between them are pieces alike.
  if (behavior === "Isolated") return isolate(regex);
  throw invalidTokenizer(`${where} inverts the behavior ${JSON.stringify(behavior)}, which is not supported`);
}

/** The library has these behaviours only where they come down to matches, or to matches and what lies between. */
function splitAt(regex: string, behavior: unknown, where: string): Component {
  const between = `(?:(?!${regex})[\\s\\S])`;
  switch (behavior) {
    case "Removed":
      return { type: "Split", pattern: { Regex: regex }, behavior, invert: false };
    case "Isolated":
      return isolate(regex);
    case "Contiguous":
      return isolate(`(?:${regex})+`);
    case "MergedWithPrevious":
      return keep(`${between}*(?:${regex})|${between}+`);
    case "MergedWithNext":
      return keep(`(?:${regex})${between}*|${between}+`);
    default:
      throw invalidTokenizer(`${where}.behavior is ${JSON.stringify(behavior)}, which is not supported`);
  }
}

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
  const mark = literal(replacement);
  return { type: "Sequence", pretokenizers: [corrected, keep(`${mark}[^${mark}]*|[^${mark}]+`)] };
}
