import { composingStarters, unknownToNormalization } from "./unicode-sets.js";

export type NormalizationForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** `String.prototype.normalize`, except for characters that the Rust library's tables are too old to know. */
export function toForm(text: string, form: NormalizationForm): string {
  if (text.length > longestUnordered) text = inCanonicalOrder(text, form);
  const normalized = text.normalize(form);
  if (normalized === text) return text;
  let result = "";
  let done = 0;
  for (let index = 0; index < text.length;) {
    const point = text.codePointAt(index) as number;
    const end = index + unitsOf(point);
    if (unknownToNormalization.has(point)) {
      result += text.slice(done, index).normalize(form) + text.slice(index, end);
      done = end;
    }
    index = end;
  }
  // Nothing unknown in it is the rule.
  return done === 0 ? normalized : result + text.slice(done).normalize(form);
}

/** Engines order marks by insertion, in quadratic time: half a second for 50,000 of them. */
const longestUnordered = 1000;

function unitsOf(codePoint: number): number {
  return codePoint > 0xffff ? 2 : 1;
}

/** Decomposes a text and puts its marks in order, in time linear in its length and in the number of different marks. */
function inCanonicalOrder(text: string, form: NormalizationForm): string {
  const parts = new Map<number, readonly number[]>();
  const marks = new Set<number>();
  let length = 0;
  for (let index = 0; index < text.length;) {
    const point = text.codePointAt(index) as number;
    index += unitsOf(point);
    let decomposed = parts.get(point);
    if (decomposed === undefined) {
      const characters = Array.from(toForm(String.fromCodePoint(point), decompositionOf(form)));
      decomposed = characters.map((part) => part.codePointAt(0) as number);
      parts.set(point, decomposed);
      for (const part of decomposed) if (hasCombiningClass(part)) marks.add(part);
    }
    length += decomposed.length;
  }
  const ranks = ranksOfMarks([...marks]);

  const points = new Uint32Array(length);
  let end = 0;
  let runStart = 0;
  for (let index = 0; index < text.length;) {
    const point = text.codePointAt(index) as number;
    index += unitsOf(point);
    for (const part of parts.get(point) as readonly number[]) {
      if (!ranks[part]) {
        sortByRank(points.subarray(runStart, end), ranks);
        runStart = end + 1;
      }
      points[end++] = part;
    }
  }
  sortByRank(points.subarray(runStart, end), ranks);
  return textOf(points);
}

/** A stable counting sort: a comparison sort of 500,000 marks takes twenty times as long as one of 50,000. */
function sortByRank(marks: Uint32Array, ranks: Uint8Array): void {
  if (marks.length < 2) return;
  const starts = new Uint32Array(257);
  for (const mark of marks) {
    const next = (ranks[mark] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let rank = 1; rank < starts.length; rank++)
    starts[rank] = (starts[rank] as number) + (starts[rank - 1] as number);
  const unsorted = marks.slice();
  for (const mark of unsorted) {
    const rank = ranks[mark] as number;
    const place = starts[rank] as number;
    marks[place] = mark;
    starts[rank] = place + 1;
  }
}

function textOf(points: Uint32Array): string {
  let text = "";
  for (let start = 0; start < points.length; start += 4096)
    text += String.fromCodePoint(...points.subarray(start, start + 4096));
  return text;
}

/** By code point: the rank, from 1, of the combining class of each mark; 0 or nothing for what is no mark. */
function ranksOfMarks(marks: number[]): Uint8Array {
  const ranks = new Uint8Array(Math.max(0, ...marks) + 1);
  const comesAfter = (a: number, b: number): boolean => {
    const pair = String.fromCodePoint(a, b);
    return pair.normalize("NFD") !== pair;
  };
  marks.sort((a, b) => Number(comesAfter(a, b)) - Number(comesAfter(b, a)));
  let rank = 1;
  marks.forEach((mark, index) => {
    if (index > 0 && comesAfter(mark, marks[index - 1] as number)) rank++;
    ranks[mark] = rank;
  });
  return ranks;
}

function decompositionOf(form: NormalizationForm): NormalizationForm {
  return form === "NFC" || form === "NFD" ? "NFD" : "NFKD";
}

/** Whether normalization may reorder or compose a character with those before it. */
export function joinsInForm(codePoint: number, form: NormalizationForm): boolean {
  if (codePoint < 0x300) return false;
  const first = toForm(String.fromCodePoint(codePoint), decompositionOf(form)).codePointAt(0) as number;
  return hasCombiningClass(first) || composingStarters.has(first);
}

/** Whether the canonical combining class of a character that does not decompose is other than 0. */
export function hasCombiningClass(codePoint: number): boolean {
  if (codePoint < 0x300 || unknownToNormalization.has(codePoint)) return false;
  // U+0345 alone has the greatest class, 240: everything of a class between sorts before it.
  const probe = `\u0345${String.fromCodePoint(codePoint)}`;
  return codePoint === 0x345 || probe.normalize("NFD") !== probe;
}
