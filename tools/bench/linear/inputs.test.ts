import { expect, it } from "vitest";
import { characterOfLongestRun, growingInputs } from "./inputs.js";

it("finds the character that one piece repeats the most times", () => {
  expect(characterOfLongestRun(["aaa", "▁....", "##====", "......", "abcabcabc", "▁", ""])).toBe(".");
});

it.each(growingInputs("=").map((input) => [input.name, input] as const))(
  "makes %s of the length asked for, no two alike",
  (_, { make }) => {
    const texts = [0, 1, 2].map((variant) => make(1000, variant));
    expect(new Set(texts).size).toBe(3);
    for (const text of texts) {
      expect(text.length).toBeGreaterThanOrEqual(1000);
      expect(text.length).toBeLessThan(1010);
      expect(text).not.toMatch(/\s/);
    }
  },
);
