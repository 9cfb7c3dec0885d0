import type { Tokenizer } from "@kokeshi/tokenizer";
import { runningText } from "./running-text.js";

/**
 * `count` texts of about `tokens` tokens each, special tokens included: the longest stretches of running text that have
 * no more, each beginning at another place. The text is read in a circle.
 */
export function textsOfTokens(tokenizer: Pick<Tokenizer, "encode">, tokens: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const start = Math.floor((index * runningText.length) / count);
    const circle = runningText.slice(start) + runningText.slice(0, start);
    // No tokenizer makes tokens of more than 64 characters of such a text.
    const longest = circle.repeat(Math.ceil((tokens * 64) / circle.length));
    let shorter = 0;
    let longer = tokens * 64;
    while (longer - shorter > 1) {
      const middle = (shorter + longer) >> 1;
      if (tokenizer.encode(longest.slice(0, middle)).length <= tokens) shorter = middle;
      else longer = middle;
    }
    return longest.slice(0, shorter);
  });
}
