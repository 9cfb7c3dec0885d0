import { composingStarters, unknownToNormalization } from "./unicode-sets.js";

export type NormalizationForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** `String.prototype.normalize`, except for characters that the Rust library's tables are too old to know. */
export function toForm(text: string, form: NormalizationForm): string {
  const normalized = text.normalize(form);
  if (normalized === text) return text;
  let result = "";
  let known = "";
  for (const character of text) {
    if (!unknownToNormalization.has(character.codePointAt(0) as number)) {
      known += character;
      continue;
    }
    result += known.normalize(form) + character;
    known = "";
  }
  // Nothing unknown in it is the rule.
  return result === "" ? normalized : result + known.normalize(form);
}

/** Whether normalization may reorder or compose a character with those before it. */
export function joinsInForm(codePoint: number, form: NormalizationForm): boolean {
  if (codePoint < 0x300) return false;
  const decomposition = form === "NFC" || form === "NFD" ? "NFD" : "NFKD";
  const first = toForm(String.fromCodePoint(codePoint), decomposition).codePointAt(0) as number;
  return hasCombiningClass(first) || composingStarters.has(first);
}

/** Whether the canonical combining class of a character that does not decompose is other than 0. */
export function hasCombiningClass(codePoint: number): boolean {
  if (codePoint < 0x300 || unknownToNormalization.has(codePoint)) return false;
  // U+0345 alone has the greatest class, 240: everything of a class between sorts before it.
  const probe = `\u0345${String.fromCodePoint(codePoint)}`;
  return codePoint === 0x345 || probe.normalize("NFD") !== probe;
}
