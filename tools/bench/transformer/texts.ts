import { dataFolder } from "@kokeshi/test-data";
import { readCorpus } from "../src/corpora.js";

/** Words that are one token each in BERT's vocabulary. */
const words =
  "the of and in to was he is as for on with that it his by at from her she you had an were but be this are not my they one which or have him me first all also their has up who out been when after there into new two its time would no what about said we over then other so more can if like back them only some could where just now before through between know any most".split(
    " ",
  );
export const tokensPerWord = 1;
/** [CLS] and [SEP]. */
const specialTokens = 2;

const madeUp = {
  /** 8 to 256 tokens, most of them short, 58 on the average: as passages, titles and queries mix. */
  mixed: (share: number) => 8 + Math.floor(249 * share ** 4),
  /** 8 to 24 tokens, each length as often as any other: queries, titles. */
  short: (share: number) => 8 + Math.floor(17 * share),
};

/** "sentences" are real ones: the short English texts of `npm run bench`, 5 to 31 tokens, 12 on the average. */
export type TextSet = keyof typeof madeUp | "sentences";

/** Texts in no order of length, the same in every run. */
export function texts(set: TextSet, count: number): string[] {
  if (set === "sentences") return readCorpus("english-short", dataFolder()).slice(0, count);
  // Steps of the golden ratio: any part of the list has the lengths of the whole.
  const share = (index: number) => (index * 0.6180339887498949) % 1;
  return Array.from({ length: count }, (_, index) => {
    const length = madeUp[set](share(index + 1)) - specialTokens;
    return Array.from({ length }, (_, position) => words[(index * 31 + position * 17) % words.length]).join(
      " ",
    );
  });
}
