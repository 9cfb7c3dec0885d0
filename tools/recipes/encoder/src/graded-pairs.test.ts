import type { GradedTextPair } from "@kokeshi/training";
import { expect, it } from "vitest";
import { withoutTestSentences } from "./graded-pairs.js";

async function* stream(...pairs: [string, string][]): AsyncGenerator<GradedTextPair> {
  for (const [sentence1, sentence2] of pairs) yield { sentence1, sentence2, score: 1 };
}

it("leaves out pairs with a sentence of the test, however it is spaced or spelled", async () => {
  const kept = [];
  const train = stream(
    ["A dog runs.", "a cat"],
    ["Ｂｉｒｄ", "tree"],
    ["one", "two"],
    ["x", "a  DOG runs. "],
  );
  for await (const { sentence1 } of withoutTestSentences(train, stream(["a dog  runs.", "bird"])))
    kept.push(sentence1);
  expect(kept).toEqual(["one"]);
});
