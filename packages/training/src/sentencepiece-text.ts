/** Control characters, zero-width characters and variation selectors: invisible, and never pieces of their own. */
const invisibleClass =
  "[\uFE00-\uFE0F\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00AD\u200B-\u200F\u2060\uFEFF]";

/**
 * White space that survives NFKC. Spelled out because `\s` means different sets to JavaScript (with U+FEFF, without
 * U+0085) and to the Oniguruma of the native tokenizers.
 */
const whiteSpaceClass = "[\t-\r \u0085\u1680\u2028\u2029]+";

const invisible = new RegExp(invisibleClass, "gu");
const whiteSpace = new RegExp(whiteSpaceClass, "gu");

/**
 * The normalisation our SentencePiece models are trained on: invisible characters out, NFKC, lower case, single
 * spaces. SentencePiece itself runs with the identity normalisation, because a `precompiled_charsmap` is not executed
 * alike by every tokenizer library, whereas the plain steps below are.
 */
export function normalizeForSentencePiece(text: string): string {
  return text
    .replace(invisible, "")
    .normalize("NFKC")
    .replaceAll("Σ", "σ")
    .toLowerCase()
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
    { type: "Replace", pattern: { Regex: whiteSpaceClass }, content: " " },
    { type: "Strip", strip_left: true, strip_right: true },
  ],
} as const;
