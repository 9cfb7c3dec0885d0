/** Words that are one token each in BERT's vocabulary. */
const words =
  "the of and in to was he is as for on with that it his by at from her she you had an were but be this are not my they one which or have him me first all also their has up who out been when after there into new two its time would no what about said we over then other so more can if like back them only some could where just now before through between know any most".split(
    " ",
  );
export const tokensPerWord = 1;
/** [CLS] and [SEP]. */
const specialTokens = 2;

export const textSets = {
  /** 8 to 256 tokens, most of them short, 58 on the average: as passages, titles and queries mix. */
  mixed: (share: number) => 8 + Math.floor(249 * share ** 4),
  /** 8 to 24 tokens: queries, titles. */
  short: (share: number) => 8 + Math.floor(17 * share),
};

export type TextSet = keyof typeof textSets;

/** Texts of made-up words, the same in every run; lengths come in no order. */
export function texts(set: TextSet, count: number): string[] {
  // Steps of the golden ratio: any part of the list has the lengths of the whole.
  const share = (index: number) => (index * 0.6180339887498949) % 1;
  return Array.from({ length: count }, (_, index) => {
    const length = textSets[set](share(index + 1)) - specialTokens;
    return Array.from({ length }, (_, position) => words[(index * 31 + position * 17) % words.length]).join(
      " ",
    );
  });
}
