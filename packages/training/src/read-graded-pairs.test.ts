import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidFileError } from "@kokeshi/core";
import { afterAll, describe, expect, it } from "vitest";
import { tokenizeGradedPairs } from "./graded-source.js";
import { readGradedPairs } from "./read-graded-pairs.js";

describe("readGradedPairs", () => {
  const folder = mkdtempSync(join(tmpdir(), "kokeshi-graded-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (...lines: string[]): string => {
    const path = join(folder, "graded.jsonl");
    writeFileSync(path, lines.join("\n"));
    return path;
  };

  it("reads graded pairs, which can be tokenised", async () => {
    const path = file(
      '{"sentence1":"ab","sentence2":"c","score":2.5}',
      "",
      '{"sentence1":"","sentence2":"de","score":-1}',
    );
    const source = await tokenizeGradedPairs("sts", readGradedPairs(path), {
      encodeBatch: (texts) => ({
        ids: Uint32Array.from(texts.join(""), (character) => character.charCodeAt(0)),
        starts: Uint32Array.from([0, ...texts].keys(), (row) => texts.slice(0, row).join("").length),
      }),
    });
    expect(source).toMatchObject({ name: "sts", pairs: 2 });
    expect(Array.from(source.scores)).toEqual([2.5, -1]);
    expect(Array.from(source.first.starts)).toEqual([0, 2, 2]);
    expect(Array.from(source.second.ids)).toEqual([99, 100, 101]);
  });

  it.each([
    ['{"sentence1":1,"sentence2":"c","score":2}', /line 2: `sentence1`/],
    ['{"sentence1":"a","score":2}', /line 2: `sentence2`/],
    ['{"sentence1":"a","sentence2":"c","score":"2"}', /line 2: `score`/],
    ["[", /line 2: not JSON/],
  ])("names file and line of %s", async (line, message) => {
    const pairs = readGradedPairs(file("", line));
    const error: unknown = await pairs.next().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidFileError);
    expect((error as Error).message).toMatch(message);
  });
});
