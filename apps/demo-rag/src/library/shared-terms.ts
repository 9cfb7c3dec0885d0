/**
 * What a question and a text have in common letter by letter, which a mean of word vectors blurs: names, numbers,
 * rare words. Terms are words and, in Japanese, pairs of characters; a term counts for more the fewer passages have it.
 */
export class SharedTerms {
  private readonly passagesWith = new Map<string, number>();
  private passages = 0;

  add(passage: string): void {
    this.count(passage, 1);
  }

  /** Takes back an `add` of the same text. */
  remove(passage: string): void {
    this.count(passage, -1);
  }

  private count(passage: string, change: 1 | -1): void {
    this.passages += change;
    for (const term of termsOf(passage)) {
      const count = (this.passagesWith.get(term) ?? 0) + change;
      if (count > 0) this.passagesWith.set(term, count);
      else this.passagesWith.delete(term);
    }
  }

  /** Gives the share of the question's terms, by weight, that a text has: from 0, none, to 1, all. */
  shareOf(question: string): (text: string) => number {
    const weights = Array.from(termsOf(question), (term) => [term, this.weight(term)] as const);
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    if (total === 0) return () => 0;
    return (text) => {
      const terms = termsOf(text);
      return weights.reduce((sum, [term, weight]) => (terms.has(term) ? sum + weight : sum), 0) / total;
    };
  }

  /** The inverse document frequency of BM25 as Lucene computes it; above 0 for every term. */
  private weight(term: string): number {
    const count = this.passagesWith.get(term) ?? 0;
    return Math.log(1 + (this.passages - count + 0.5) / (count + 0.5));
  }
}

const latin = /^[\p{Script=Latin}\p{N}]/u;

function termsOf(text: string): Set<string> {
  const runs = text
    .normalize("NFKC")
    .toLowerCase()
    .match(/[\p{Script=Latin}\p{N}]+|[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー]+/gu);
  return new Set(
    (runs ?? []).flatMap((run) => {
      const characters = Array.from(run);
      if (latin.test(run) || characters.length === 1) return [run];
      return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
    }),
  );
}
