import { describe, expect, it } from "vitest";
import type { TextTokenizer } from "../encoder/encoder.js";
import { tokenizeInTurns } from "./tokenize-in-turns.js";

/** Letters are tokens; texts of more than ten are cut. */
const letters: TextTokenizer = {
  maxTokens: 10,
  tokenizerPath: "fast",
  countPromptTokens: () => 0,
  tokenize(texts) {
    const rows = texts.map((text) => Array.from(text.slice(0, 10), (letter) => letter.charCodeAt(0)));
    const offsets = new Uint32Array(texts.length + 1);
    rows.forEach((row, index) => (offsets[index + 1] = (offsets[index] as number) + row.length));
    return {
      ids: Int32Array.from(rows.flat()),
      offsets,
      truncated: texts.flatMap((text, index) => (text.length > 10 ? [index] : [])),
    };
  },
};
const texts = Array.from({ length: 3000 }, (_, index) => "abcdefghijklmnop".slice(0, (index * 7) % 17));

describe("tokenizeInTurns", () => {
  it("gives the tokens of all portions as one call would", async () => {
    const calls: number[] = [];
    const counting = {
      ...letters,
      tokenize: (part: readonly string[]) => (calls.push(part.length), letters.tokenize(part)),
    };
    expect(await tokenizeInTurns(counting, texts)).toEqual(letters.tokenize(texts));
    expect(calls.length).toBeGreaterThan(5);
    for (const few of [[], ["one"], ["", ""]]) {
      expect(await tokenizeInTurns(letters, few)).toEqual(letters.tokenize(few));
    }
  });

  it("stops when aborted", async () => {
    const controller = new AbortController();
    let calls = 0;
    const aborting = {
      ...letters,
      tokenize(part: readonly string[]) {
        if (++calls === 2) controller.abort(new Error("enough"));
        return letters.tokenize(part);
      },
    };
    await expect(tokenizeInTurns(aborting, texts, controller.signal)).rejects.toThrow("enough");
    expect(calls).toBe(2);
  });
});
