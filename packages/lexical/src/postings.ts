/** Which documents have each of some terms, and how often: terms ascending, the documents of a term ascending. */
export interface Postings {
  readonly terms: Uint32Array;
  /** The postings of term i are those from `starts[i]` to `starts[i + 1]`. */
  readonly starts: Uint32Array;
  readonly documents: Uint32Array;
  /** Occurrences in the document; 65,535 stands for more. */
  readonly frequencies: Uint16Array;
}

/** Puts in order of terms what came in order of documents, by counting. */
export function sortedPostings(
  terms: Uint32Array,
  documents: Uint32Array,
  frequencies: Uint16Array,
  termCount: number,
): Postings {
  const counts = new Uint32Array(termCount);
  for (let index = 0; index < terms.length; index++) (counts[terms[index] as number] as number)++;
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const own = new Uint32Array(present);
  const starts = new Uint32Array(present + 1);
  /** Where the next posting of each term goes. */
  const next = counts;
  let place = 0;
  let start = 0;
  for (let term = 0; term < termCount; term++) {
    const count = counts[term] as number;
    if (count === 0) continue;
    own[place] = term;
    starts[place++] = start;
    next[term] = start;
    start += count;
  }
  starts[place] = start;
  const sorted = {
    terms: own,
    starts,
    documents: new Uint32Array(terms.length),
    frequencies: new Uint16Array(terms.length),
  };
  for (let index = 0; index < terms.length; index++) {
    const target = (next[terms[index] as number] as number)++;
    sorted.documents[target] = documents[index] as number;
    sorted.frequencies[target] = frequencies[index] as number;
  }
  return sorted;
}

/** Both in one, without documents that are no more. Those of `later` all come after those of `earlier`. */
export function mergePostings(
  earlier: Postings,
  later: Postings,
  isLive: (document: number) => boolean,
): Postings {
  const most = earlier.documents.length + later.documents.length;
  const terms = new Uint32Array(earlier.terms.length + later.terms.length);
  const starts = new Uint32Array(terms.length + 1);
  const documents = new Uint32Array(most);
  const frequencies = new Uint16Array(most);
  let place = 0;
  let count = 0;
  function copy(from: Postings, index: number): void {
    for (
      let posting = from.starts[index] as number;
      posting < (from.starts[index + 1] as number);
      posting++
    ) {
      const document = from.documents[posting] as number;
      if (!isLive(document)) continue;
      documents[count] = document;
      frequencies[count++] = from.frequencies[posting] as number;
    }
  }
  for (let a = 0, b = 0; a < earlier.terms.length || b < later.terms.length;) {
    const term = Math.min(earlier.terms[a] ?? Infinity, later.terms[b] ?? Infinity);
    starts[place] = count;
    if (earlier.terms[a] === term) copy(earlier, a++);
    if (later.terms[b] === term) copy(later, b++);
    if (count > (starts[place] as number)) terms[place++] = term;
  }
  starts[place] = count;
  return {
    terms: terms.slice(0, place),
    starts: starts.slice(0, place + 1),
    documents: documents.slice(0, count),
    frequencies: frequencies.slice(0, count),
  };
}

/** Where the postings of a term are; undefined where there are none. */
export function rangeOf({ terms, starts }: Postings, term: number): [start: number, end: number] | undefined {
  let low = 0;
  let high = terms.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = terms[middle] as number;
    if (found === term) return [starts[middle] as number, starts[middle + 1] as number];
    if (found < term) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
