import { hasCombiningClass, toForm, type NormalizationForm } from "../fast/unicode-forms.js";
import { unknownToNormalization } from "../fast/unicode-sets.js";
import type { AlignedText, Changes } from "./aligned-text.js";

/**
 * Unicode normalization that says what becomes of each character, as the crate `unicode-normalization-alignments` does:
 * of what one character falls apart into, the first part stands in its place and the others are added; a character that
 * joins the one before it takes one change off. Marks that change places take their changes along.
 */
export function normalizeForm(text: AlignedText, form: NormalizationForm): AlignedText {
  if (toForm(text.text, form) === text.text) return text;
  const decomposed = decompose(text.text, form === "NFC" || form === "NFD" ? "NFD" : "NFKD");
  return text.transform(form === "NFC" || form === "NFKC" ? compose(decomposed) : decomposed);
}

function decompose(text: string, form: "NFD" | "NFKD"): Changes {
  const result: Changes = { characters: [], changes: [] };
  let marks: { character: string; change: number }[] = [];

  function flush(): void {
    if (marks.length > 1) marks.sort((a, b) => compareClasses(a.character, b.character));
    for (const { character, change } of marks) {
      result.characters.push(character);
      result.changes.push(change);
    }
    marks = [];
  }

  for (const character of text) {
    let change = 0;
    for (const part of toForm(character, form)) {
      if (hasClass(part)) {
        marks.push({ character: part, change });
      } else {
        flush();
        result.characters.push(part);
        result.changes.push(change);
      }
      change = 1;
    }
  }
  flush();
  return result;
}

function compose({ characters, changes }: Changes): Changes {
  const result: Changes = { characters: [], changes: [] };
  // Index in `result` of the character that others may join, and the last mark that stands between.
  let starter = -1;
  let lastMark: string | undefined;

  characters.forEach((character, index) => {
    const change = changes[index] as number;
    const isMark = hasClass(character);
    const isBlocked = lastMark !== undefined && (!isMark || compareClasses(lastMark, character) >= 0);
    if (starter >= 0 && !isBlocked) {
      const composed = composePair(result.characters[starter] as string, character);
      if (composed !== undefined) {
        result.characters[starter] = composed;
        result.changes[starter] = (result.changes[starter] as number) + change - 1;
        return;
      }
    }
    result.characters.push(character);
    result.changes.push(change);
    if (!isMark) {
      starter = result.characters.length - 1;
      lastMark = undefined;
    } else if (starter >= 0) {
      lastMark = character;
    }
  });
  return result;
}

/** The one character that two compose to, if there is one. */
function composePair(first: string, second: string): string | undefined {
  if (isUnknown(first) || isUnknown(second)) return undefined;
  const composed = (first + second).normalize("NFC");
  return composed.length === ((composed.codePointAt(0) as number) > 0xffff ? 2 : 1) ? composed : undefined;
}

/** Orders two characters by canonical combining class, both other than 0: normalization does. */
function compareClasses(first: string, second: string): number {
  if (first === second) return 0;
  if ((first + second).normalize("NFD") !== first + second) return 1;
  return (second + first).normalize("NFD") !== second + first ? -1 : 0;
}

function hasClass(character: string): boolean {
  return hasCombiningClass(character.codePointAt(0) as number);
}

function isUnknown(character: string): boolean {
  return unknownToNormalization.has(character.codePointAt(0) as number);
}
