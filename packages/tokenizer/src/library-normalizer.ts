import { invalidTokenizer } from "./invalid-tokenizer.js";
import {
  correctSequence,
  guardAnchors,
  readPattern,
  requireComponent,
  type Component,
} from "./library-component.js";

/** The `normalizer` of a file as the library should see it; see library-component.ts. */
export function correctNormalizer(component: unknown, where = "normalizer"): Component | null {
  if (component === null) return null;
  const normalizer = requireComponent(component, where);
  switch (normalizer["type"]) {
    case "Sequence":
      return correctSequence("normalizers", normalizer, where, correctNormalizer);
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
      if (typeof normalizer["content"] !== "string")
        throw invalidTokenizer(`${where}.content is not a string`);
      return replace(
        guardAnchors(readPattern(normalizer, where)),
        // In JavaScript `$&` and its like in a replacement are not literal.
        normalizer["content"].replaceAll("$", "$$$$"),
      );
    case "Strip":
      // JavaScript's white space holds U+FEFF, lacks U+0085.
      return {
        type: "Sequence",
        normalizers: [
          ...(normalizer["strip_left"] === true ? [replace("\\A\\p{White_Space}+", "")] : []),
          // The lookbehind keeps a long run within the text from being tried from each of its characters.
          ...(normalizer["strip_right"] === true
            ? [replace("(?<!\\p{White_Space})\\p{White_Space}+\\z", "")]
            : []),
        ],
      };
    case "Prepend":
      if (typeof normalizer["prepend"] !== "string")
        throw invalidTokenizer(`${where}.prepend is not a string`);
      return normalizer;
    default:
      return normalizer;
  }
}

/** JavaScript lower-cases a Σ at the end of a word to ς; Rust, character by character, always to σ. */
const lowercaseSigma = replace("Σ", "σ");

/**
 * The library looks for ideographs one UTF-16 unit at a time and so misses those beyond U+FFFF. Rust's list leaves
 * U+2B820 to U+2B91F out.
 */
const spaceSupplementaryIdeographs = replace(
  "[\\x{20000}-\\x{2A6DF}\\x{2A700}-\\x{2B81F}\\x{2B920}-\\x{2CEAF}\\x{2F800}-\\x{2FA1F}]",
  " $& ",
);

function replace(regex: string, content: string): Component {
  return { type: "Replace", pattern: { Regex: regex }, content };
}
