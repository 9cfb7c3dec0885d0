/** Control characters, zero-width characters and variation selectors: invisible, and never pieces of their own. */
const invisibleClass =
  "[\uFE00-\uFE0F\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00AD\u200B-\u200F\u2060\uFEFF]";

/**
 * White space that survives NFKC. Spelled out because `\s` means different sets to JavaScript (with U+FEFF, without
 * U+0085) and to the Oniguruma of the native tokenizers.
 */
const whiteSpaceClass = "[\t-\r \u0085\u1680\u2028\u2029]+";

/** Set apart by spaces, so that a word is the same piece in brackets, before a comma or after a hyphen. */
const punctuation = [..."!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~、。「」『』・–—“”‘’〜"];

const invisible = new RegExp(invisibleClass, "gu");
const whiteSpace = new RegExp(whiteSpaceClass, "gu");
const isPunctuation = new RegExp(
  `[${punctuation.map((character) => `\\u{${hex(character)}}`).join("")}]`,
  "gu",
);

/**
 * The normalisation our SentencePiece models are trained on: invisible characters out, NFKC, lower case, punctuation
 * between spaces, single spaces. SentencePiece itself runs with the identity normalisation, because a
 * `precompiled_charsmap` is not executed alike by every tokenizer library, whereas the plain steps below are.
 */
export function normalizeForSentencePiece(text: string): string {
  return text
    .replace(invisible, "")
    .normalize("NFKC")
    .replaceAll("Σ", "σ")
    .toLowerCase()
    .replace(isPunctuation, " $& ")
    .replace(whiteSpace, " ")
    .replace(/^ | $/g, "");
}

/** The same steps as a `normalizer` of tokenizer.json. */
export const sentencePieceNormalizer = {
  type: "Sequence",
  normalizers: [
    { type: "Replace", pattern: { Regex: invisibleClass }, content: "" },
    { type: "NFKC" },
    // JavaScript lower-cases a final capital sigma to ς, Rust to σ: settled before either sees it.
    { type: "Replace", pattern: { String: "Σ" }, content: "σ" },
    { type: "Lowercase" },
    ...punctuation.map((character) => ({
      type: "Replace",
      pattern: { String: character },
      content: ` ${character} `,
    })),
    { type: "Replace", pattern: { Regex: whiteSpaceClass }, content: " " },
    { type: "Strip", strip_left: true, strip_right: true },
  ],
} as const;

/** Runs of Chinese characters, of hiragana, of katakana, of anything else. */
const scripts =
  /[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[\u3041-\u309f]+|[\u30a1-\u30ff]+|[^\u3005\u3007\u3041-\u309f\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+/gu;
const isJapanese = /^[\u3005\u3007\u3041-\u309f\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/u;

/**
 * The words of a normalised text for SentencePiece to learn its pieces from, each with the space before it, if that
 * belongs to it. Japanese is cut where its script changes: a piece then never joins a noun to its particle or the stem of
 * a verb to its ending, and "私" is one piece at the beginning of a clause and within it.
 */
export function wordsForSentencePiece(normalized: string): string[] {
  return normalized
    .split(" ")
    .flatMap((word) => (word.match(scripts) ?? []).map((run, place) => spaced(run, place === 0)));
}

function spaced(run: string, isFirst: boolean): string {
  return isFirst && !isJapanese.test(run) ? ` ${run}` : run;
}

function hex(character: string): string {
  return (character.codePointAt(0) as number).toString(16);
}
