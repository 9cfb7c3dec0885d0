import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { writeTinyModel } from "../fixtures/tiny-model.js";

const cwd = temporaryFolder();
writeTinyModel(join(cwd, "tiny"));

function run(args: readonly string[], stdin = "") {
  return runCaptured(["similarity", "--model", "./tiny", ...args], { cwd, stdin });
}

interface Document {
  model: string;
  texts: string[];
  similarity: number[][];
}

describe("similarity", () => {
  it("prints the cosine of every pair", async () => {
    const { code, stdout, stderr } = await run(["--json", "a cat", "an old map", "a cat", ""]);
    const document = JSON.parse(stdout) as Document;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(document.texts).toEqual(["a cat", "an old map", "a cat", ""]);
    const [cat, map, again, nothing] = document.similarity as [number[], number[], number[], number[]];
    expect(cat[0]).toBeCloseTo(1, 6);
    expect(cat[2]).toBeCloseTo(1, 6);
    expect(cat[1]).toBe(map[0]);
    expect(cat[1]).toBeGreaterThan(-1);
    expect(cat[1]).toBeLessThan(0.9);
    expect(again).toEqual([cat[2], map[2], cat[0], 0]);
    expect(nothing).toEqual([0, 0, 0, 0]);
  });

  it("compares the lines of a file", async () => {
    writeFileSync(join(cwd, "texts.jsonl"), '{"text":"a cat"}\n{"text":"an old map"}\n');
    const fromFile = await run(["--json", "--file", "texts.jsonl"]);
    expect(fromFile.stdout).toBe((await run(["--json", "a cat", "an old map"])).stdout);
    expect((await run(["--json", "--file", "-"], "a cat\nan old map")).stdout).toBe(fromFile.stdout);
  });

  it("prints an aligned table for people, wide characters and all", async () => {
    const { stdout } = await run(["a cat", "こんにちは", "hello\tworld"]);
    expect(stdout.split("\n")).toEqual([
      "                    1      2      3",
      "1  a cat        1.000 -0.159 -0.112",
      "2  こんにちは  -0.159  1.000  0.000",
      "3  hello world -0.112  0.000  1.000",
      "",
    ]);
  });

  it.each([
    [[], /no texts are given/],
    [["a", "--file", "x.txt"], /texts are given and --file as well/],
    [["a", "--plto", "x.svg"], /Did you mean --plot/],
  ])("%j is wrong usage", async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("says that a file has no texts", async () => {
    writeFileSync(join(cwd, "empty.txt"), "");
    const { code, stderr } = await run(["--file", "empty.txt"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/empty\.txt has no texts/);
  });
});

describe("similarity --plot", () => {
  it("draws the matrix beside printing it", async () => {
    const { code, stdout } = await run(["--plot", "map.svg", "--json", "a <b> & cat", "old map"]);
    expect(code).toBe(0);
    const svg = readFileSync(join(cwd, "map.svg"), "utf8");
    const { similarity } = JSON.parse(stdout) as Document;
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain(">1  a &#60;b&#62; &#38; cat</text>");
    expect(svg).toContain(`>${similarity[0]?.[1]?.toFixed(2)}</text>`);
    expect(svg.match(/<title>/g)).toHaveLength(4);
  });

  it("refuses a picture nobody could read", async () => {
    const { code, stderr } = await run(["--file", "-", "--plot", "large.svg"], "a\n".repeat(201));
    expect(code).toBe(2);
    expect(stderr).toMatch(/--plot draws at most 200 texts, and there are 201/);
    expect(existsSync(join(cwd, "large.svg"))).toBe(false);
  });
});
