import { createRandom } from "../src/random.js";
import type { TokenRows } from "../src/token-rows.js";

/** What is trained in the benchmark: the shape of the default model and of its data. */
export const vocabularySize = 32_768;
export const pairs = 2048;
/** Means; lengths are uniform from 1 to twice these. */
const tokensOfAnchor = 12;
const tokensOfPositive = 38;

export interface SyntheticBatch {
  anchors: TokenRows;
  positives: TokenRows;
}

/** Texts whose tokens follow Zipf's law, the same in every run. */
export function syntheticBatches(count: number): SyntheticBatch[] {
  const random = createRandom(1);
  const texts = (meanTokens: number): TokenRows => {
    const starts = new Uint32Array(pairs + 1);
    const ids: number[] = [];
    for (let text = 0; text < pairs; text++) {
      const length = 1 + Math.floor(random() * (2 * meanTokens - 1));
      for (let token = 0; token < length; token++)
        ids.push(Math.min(vocabularySize - 1, Math.floor(vocabularySize ** random())));
      starts[text + 1] = ids.length;
    }
    return { ids: Uint32Array.from(ids), starts };
  };
  return Array.from({ length: count }, () => ({
    anchors: texts(tokensOfAnchor),
    positives: texts(tokensOfPositive),
  }));
}
