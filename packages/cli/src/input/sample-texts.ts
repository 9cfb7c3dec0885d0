import type { TextRecord } from "./text-record.js";

/**
 * At most `count` of the texts that are not blank, each with the same chance, in one pass and in memory for `count`
 * (Vitter's Algorithm R). The same texts and seed give the same sample.
 */
export async function sampleTexts(
  records: AsyncIterable<readonly TextRecord[]>,
  count: number,
  seed: number,
): Promise<string[]> {
  const random = numbersBetween0And1(seed);
  const sample: string[] = [];
  let seen = 0;
  for await (const list of records) {
    for (const { text } of list) {
      if (text.trim() === "") continue;
      seen++;
      if (sample.length < count) {
        sample.push(text);
        continue;
      }
      const place = Math.floor(random() * seen);
      if (place < count) sample[place] = text;
    }
  }
  return sample;
}

/** Mulberry32, a generator of 32 bits of state by Tommy Ettinger. */
function numbersBetween0And1(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
