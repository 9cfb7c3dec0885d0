/*
 * Writes src/fast/unicode-sets.ts by asking the native `tokenizers` about every code point.
 * Usage: node packages/tokenizer/scripts/make-unicode-sets.mjs
 */
import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import native from "tokenizers";

const text = String.fromCodePoint;
const codePoints = [];
for (let codePoint = 0; codePoint < 0x110000; codePoint++) {
  if (codePoint < 0xd800 || codePoint > 0xdfff) codePoints.push(codePoint);
}

function bert(options) {
  const off = { cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false };
  const normalizer = native.bertNormalizer({ ...off, ...options });
  return (string) => normalizer.normalizeString(string);
}
const forms = {
  NFC: native.nfcNormalizer(),
  NFD: native.nfdNormalizer(),
  NFKC: native.nfkcNormalizer(),
  NFKD: native.nfkdNormalizer(),
};
const cleanText = bert({ cleanText: true });
const spaceIdeographs = bert({ handleChineseChars: true });
const stripAccents = bert({ stripAccents: true });
const bertPreTokenizer = native.bertPreTokenizer();
const whitespacePreTokenizer = native.whitespacePreTokenizer();
const bertPieces = (string) => bertPreTokenizer.preTokenizeString(string).length;

const unknownToNormalization = new Set();
for (const codePoint of codePoints) {
  const character = text(codePoint);
  const probes = ["NFD", "NFC", "NFKD", "NFKC"].map((form) => [form, character]);
  // Combining classes: U+0334 has the least, U+0345 the greatest.
  probes.push(["NFD", `a${character}\u0334`], ["NFD", `a\u0345${character}`]);
  const known = ([form, probe]) => forms[form].normalizeString(probe) === probe.normalize(form);
  if (!probes.every(known)) unknownToNormalization.add(codePoint);
}
// What new characters decompose to is as new as they are, but for marks in common use.
for (const codePoint of codePoints) {
  const decomposed = text(codePoint).normalize("NFD");
  if (forms.NFD.normalizeString(text(codePoint)) === decomposed) continue;
  for (const part of decomposed) if (part > "\u0400") unknownToNormalization.add(part.codePointAt(0));
}

const composingStarters = new Set();
for (const codePoint of codePoints) {
  const decomposed = text(codePoint).normalize("NFD");
  if (decomposed === text(codePoint) || decomposed.normalize("NFC") !== text(codePoint)) continue;
  for (const part of [...decomposed].slice(1)) {
    const isStarter = `\u0345${part}`.normalize("NFD") === `\u0345${part}`;
    if (isStarter && !unknownToNormalization.has(part.codePointAt(0)))
      composingStarters.add(part.codePointAt(0));
  }
}

// Graphemes show in a charsmap with the one rule "a" to "b": it replaces what hangs on an "a" along with it.
const trie = new Uint32Array(256);
trie[0x61] = 0x61 | (1 << 8) | (0x80 << 10);
trie[0xe1] = 0x80000000;
const charsmap = Buffer.concat([
  Buffer.from(new Uint32Array([trie.byteLength]).buffer),
  Buffer.from(trie.buffer),
  Buffer.from("b\0"),
]);
const graphemes = native.Tokenizer.fromString(
  JSON.stringify({
    version: "1.0",
    added_tokens: [],
    normalizer: { type: "Precompiled", precompiled_charsmap: charsmap.toString("base64") },
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" },
  }),
).getNormalizer();
const replaceGraphemes = (string) => graphemes.normalizeString(string);

const sets = [
  [
    "cleanTextRemoves",
    "Removed by BertNormalizer `clean_text`: control, format, private use, U+0000, U+FFFD.",
    (codePoint) => cleanText(`x${text(codePoint)}y`) === "xy",
  ],
  [
    "chineseCharacters",
    "What BertNormalizer `handle_chinese_chars` puts between spaces.",
    (codePoint) => spaceIdeographs(text(codePoint)) !== text(codePoint),
  ],
  [
    "nonspacingMarks",
    "Removed by BertNormalizer `strip_accents`, as the crate `unicode_categories` knows them.",
    (codePoint) => stripAccents(text(codePoint)) === "",
  ],
  [
    "bertPunctuation",
    "What BertPreTokenizer isolates.",
    (codePoint) => bertPieces(`x${text(codePoint)}y`) === 3,
  ],
  ["whiteSpace", "The property White_Space.", (codePoint) => bertPieces(`x${text(codePoint)}y`) === 2],
  [
    "wordCharacters",
    "\\w of the crate `regex`.",
    (codePoint) => whitespacePreTokenizer.preTokenizeString(`x${text(codePoint)}y`).length === 1,
  ],
  [
    "unknownToNormalization",
    "Characters newer than the Unicode version of the crate `unicode-normalization-alignments`: it leaves them alone.",
    (codePoint) => unknownToNormalization.has(codePoint),
  ],
  [
    "composingStarters",
    "Combining class 0, yet able to compose with the character before (NFC_QC=Maybe).",
    (codePoint) => composingStarters.has(codePoint),
  ],
  [
    "graphemeContinuing",
    "Never the first of an extended grapheme cluster: Extend, ZWJ, SpacingMark.",
    (codePoint) => replaceGraphemes(`a${text(codePoint)}`) === "b",
  ],
  [
    "graphemePrepending",
    "Grapheme_Cluster_Break=Prepend.",
    // With the mark the grapheme of `a` is replaced, unless the character before belongs to it too.
    (codePoint) => replaceGraphemes(`${text(codePoint)}a\u0301`) !== `${replaceGraphemes(text(codePoint))}b`,
  ],
];

function runs(has) {
  const steps = [];
  let bound = 0;
  let inside = false;
  for (let codePoint = 0; codePoint <= 0x110000; codePoint++) {
    const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    const now = codePoint < 0x110000 && !isSurrogate && has(codePoint);
    if (now === inside) continue;
    steps.push((codePoint - bound).toString(36));
    bound = codePoint;
    inside = now;
  }
  return steps.join(" ");
}

const header = `import { CodePointSet } from "./code-point-set.js";

/*
 * Written by scripts/make-unicode-sets.mjs, which asks the native \`tokenizers\` 0.23.2 about every code point: the Rust
 * library mixes crates of several Unicode versions, and what it does is what counts. The engine's own \\p{…} is newer.
 */
`;
const body = sets.map(
  ([name, comment, has]) => `
/** ${comment} */
export const ${name} = /* @__PURE__ */ new CodePointSet(
  "${runs(has)}",
);
`,
);
writeFileSync(join(import.meta.dirname, "../src/fast/unicode-sets.ts"), header + body.join(""));
