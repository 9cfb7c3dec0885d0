/** What a character is to the terms; 0 stands for "not looked at yet". */
const separator = 1;
const letter = 2;
const dense = 3;

/** Kinds of the code units, looked up once each. Regular expressions take four times as long for runs of Japanese. */
const kinds = new Uint8Array(65_536);

const isLetter = /[\p{L}\p{N}\p{M}_]/u;
/** Written without spaces between words. */
const isDense = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}ー]/u;

/** Longer ones are cut in pieces, as by Lucene's StandardTokenizer: they are no words. */
const longestTerm = 255;

/**
 * Words, and pairs of neighbours in runs of Han, kana and Hangul (the one of a run of one), as Lucene's CJKBigramFilter
 * makes them of the words of Unicode. After NFKC and lower-casing; no stemming, no stop words.
 */
export function mixedTerms(text: string): string[] {
  const normal = text.normalize("NFKC").toLowerCase();
  const terms: string[] = [];
  let runKind = separator;
  /** Where the run began, and the last character of it. */
  let start = 0;
  let last = 0;
  for (let index = 0; index <= normal.length;) {
    const unit = normal.charCodeAt(index);
    const width = unit >= 0xd800 && unit < 0xdc00 ? 2 : 1;
    // Behind the text there is NaN.
    const kind = index === normal.length ? separator : width === 1 ? kindOf(unit) : kindOfPair(normal, index);
    if (kind === runKind) {
      if (kind === dense) terms.push(normal.slice(last, index + width));
    } else {
      if (runKind === letter) pushWord(terms, normal, start, index);
      else if (runKind === dense && last === start) terms.push(normal.slice(start, index));
      runKind = kind;
      start = index;
    }
    last = index;
    index += width;
  }
  return terms;
}

function kindOf(unit: number): number {
  const known = kinds[unit] as number;
  return known === 0 ? (kinds[unit] = look(String.fromCharCode(unit))) : known;
}

function kindOfPair(text: string, index: number): number {
  return look(text.slice(index, index + 2));
}

function look(character: string): number {
  if (isDense.test(character)) return dense;
  return isLetter.test(character) ? letter : separator;
}

function pushWord(terms: string[], text: string, start: number, end: number): void {
  for (let from = start; from < end; from += longestTerm)
    terms.push(text.slice(from, Math.min(end, from + longestTerm)));
}
