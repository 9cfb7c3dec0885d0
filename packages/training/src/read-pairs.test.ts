import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { InvalidFileError } from "@kokeshi/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPairs, type TextPair } from "./read-pairs.js";

describe("readPairs", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "kokeshi-pairs-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const read = async (path: string): Promise<TextPair[]> => {
    const pairs: TextPair[] = [];
    for await (const pair of readPairs(path)) pairs.push(pair);
    return pairs;
  };
  const lines = '{"anchor":"cat","positive":"猫","lang":"en-ja"}\r\n\n{"anchor":"犬","positive":"dog"}';
  const expected = [
    { anchor: "cat", positive: "猫" },
    { anchor: "犬", positive: "dog" },
  ];

  it("reads plain and gzipped files", async () => {
    expect(await read(write("pairs.jsonl", lines))).toEqual(expected);
    expect(await read(write("pairs.jsonl.gz", gzipSync(lines)))).toEqual(expected);
  });

  it("reads lines longer than a chunk of the stream", async () => {
    const anchor = "長い".repeat(100_000);
    const path = write("long.jsonl", `${JSON.stringify({ anchor, positive: "x" })}\n`.repeat(2));
    expect((await read(path)).map((pair) => pair.anchor === anchor)).toEqual([true, true]);
  });

  it("names file and line of a fault", async () => {
    const fault = async (name: string, content: string | Uint8Array): Promise<string> => {
      const error: unknown = await read(write(name, content)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidFileError);
      return (error as Error).message;
    };
    expect(await fault("json.jsonl", `${lines}\nnot json`)).toMatch(/json\.jsonl, line 4: not JSON/);
    expect(await fault("key.jsonl", '{"anchor":"a"}')).toMatch(
      /key\.jsonl, line 1: `positive` is not a string/,
    );
    expect(await fault("null.jsonl", "null")).toMatch(/line 1: `anchor` is not a string/);
    const cut = gzipSync(lines).subarray(0, 40);
    expect(await fault("cut.jsonl.gz", cut)).toMatch(/cut\.jsonl\.gz cannot be read beyond line/);
    expect(await fault("plain.jsonl.gz", lines)).toMatch(/plain\.jsonl\.gz cannot be read beyond line 0/);
  });

  it("says when the file is not there", async () => {
    for (const name of ["absent.jsonl", "absent.jsonl.gz"]) {
      await expect(read(join(folder, name))).rejects.toThrow(/absent\.jsonl.* cannot be read.*ENOENT/);
    }
  });
});
