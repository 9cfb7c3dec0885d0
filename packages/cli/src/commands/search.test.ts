import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cosineSimilarity, embed } from "@kokeshi/core";
import { localFolder } from "@kokeshi/hub";
import { loadStaticModel } from "@kokeshi/static-model";
import { describe, expect, it } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { writeTinyModel } from "../fixtures/tiny-model.js";

const cwd = temporaryFolder();
const model = writeTinyModel(join(cwd, "tiny"));

function run(args: readonly string[], stdin = "") {
  return runCaptured(["search", "--model", "./tiny", ...args], { cwd, stdin });
}

interface Document {
  results: { query: string; hits: { id: unknown; score: number; text: string }[] }[];
}

describe("search", () => {
  const corpus = [
    "an old map",
    "a black cat",
    "hello world",
    "",
    "black black cat",
    "こんにちは",
    "a black cat",
  ];
  writeFileSync(join(cwd, "corpus.txt"), corpus.join("\n"));

  it("finds exactly the nearest texts, best first, equal scores in the order of the corpus", async () => {
    const queries = ["black cat", "map", "こんにちは world"];
    for (const batchSize of ["1", "2", "256"]) {
      const args = [
        "--corpus",
        "corpus.txt",
        "--top-k",
        "4",
        "--batch-size",
        batchSize,
        "--json",
        ...queries,
      ];
      const { code, stdout, stderr } = await run(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const { results } = JSON.parse(stdout) as Document;

      const loaded = await loadStaticModel(localFolder(model));
      const documents = [...(await embed(loaded, corpus, { inputType: "document" })).embeddings];
      const queryVectors = [...(await embed(loaded, queries, { inputType: "query" })).embeddings];
      results.forEach(({ query, hits }, index) => {
        const expected = documents
          .map((vector, id) => ({ id, score: cosineSimilarity(queryVectors[index] as Float32Array, vector) }))
          .sort((a, b) => b.score - a.score)
          .slice(0, 4);
        expect(query).toBe(queries[index]);
        expect(hits.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        hits.forEach(({ score, text, id }, rank) => {
          expect(score).toBeCloseTo(expected[rank]?.score as number, 5);
          expect(text).toBe(corpus[id as number]);
        });
      });
    }
  });

  it("finds by words, too, where that is asked for", async () => {
    // The model has no vector for these words: only their letters tell them apart.
    writeFileSync(
      join(cwd, "codes.txt"),
      ["error E1234 in map", "error E9999 in map", "a black cat", ""].join("\n"),
    );
    const args = ["--corpus", "codes.txt", "--json", "-k", "2"];
    const ids = async (...extra: string[]) => {
      const { code, stdout, stderr } = await run([...args, ...extra, "E9999", "cat"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return (JSON.parse(stdout) as Document).results.map(({ hits }) => hits[0]?.id);
    };
    expect(await ids("--hybrid")).toEqual([1, 2]);
    expect(await ids("--hybrid", "--fusion", "scores", "--lexical-weight", "0.5")).toEqual([1, 2]);
    const { stdout } = await run([...args, "--hybrid", "E9999"]);
    expect(Object.keys((JSON.parse(stdout) as Document).results[0]?.hits[0] ?? {})).toEqual([
      "id",
      "score",
      "text",
    ]);
  });

  it("finds both of two texts with one id by words", async () => {
    const stdin = '{"id":"a","text":"old map"}\n{"id":"a","text":"new map"}\n';
    const args = ["--corpus", "-", "--input-format", "jsonl", "--json", "--hybrid", "map"];
    const [result] = (JSON.parse((await run(args, stdin)).stdout) as Document).results;
    expect(result?.hits.map(({ id }) => id)).toEqual(["a", "a"]);
  });

  it.each([
    [["--lexical-weight", "0.5"], /--lexical-weight says nothing without --hybrid/],
    [["--fusion", "ranks"], /--fusion says nothing without --hybrid/],
    [["--hybrid", "--lexical-weight", "2"], /number from 0 to 1/],
    [["--hybrid", "--fusion", "sum"], /normalized, scores, ranks/],
  ])("takes %j for wrong usage", async (extra, message) => {
    const { code, stderr } = await run(["--corpus", "corpus.txt", ...extra, "map"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("gives ids as the corpus has them, and fewer hits where there are fewer texts", async () => {
    const stdin = '{"id":"cat","text":"a cat"}\n{"id":18446744073709551615,"text":"map"}\n';
    const { stdout } = await run(["--corpus", "-", "--input-format", "jsonl", "--json", "map"], stdin);
    expect(stdout).toContain('"hits":[{"id":18446744073709551615,"score":');
    expect((JSON.parse(stdout) as Document).results[0]?.hits).toHaveLength(2);
  });

  it("says which queries and which lines were cut", async () => {
    writeTinyModel(join(cwd, "limited"), { maxTokens: 2 });
    const args = ["search", "--model", "./limited", "--corpus", "-", "--json", "map", "a black cat"];
    const { stderr } = await runCaptured(args, { cwd, stdin: "a\n".repeat(3) + "an old map\n".repeat(12) });
    const lines = Array.from({ length: 10 }, (_, index) => index + 4).join(", ");
    expect(stderr).toBe(
      `cut to the model's 2 tokens: query 2\ncut to the model's 2 tokens: line ${lines} and 2 more\n`,
    );
  });

  it("finds nothing in nothing", async () => {
    const { stdout } = await run(["--corpus", "-", "--json", "map"]);
    expect((JSON.parse(stdout) as Document).results).toEqual([{ query: "map", hits: [] }]);
  });

  it("lists hits for people", async () => {
    const { stdout } = await run(["--corpus", "corpus.txt", "-k", "2", "old map", "cat"]);
    expect(stdout).toMatch(
      /^old map\n1 {2}0\.\d{4} {2}0 {2}an old map\n2 {2}0\.\d{4} {2}\d {2}.+\n\ncat\n1 /,
    );
  });

  it("goes on without broken lines when told to, and exits with 1", async () => {
    const { code, stdout, stderr } = await run(
      ["--corpus", "-", "--input-format", "jsonl", "--skip-invalid", "--json", "map"],
      '{"id":"m","text":"map"}\n{"id":}\n',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^skipped stdin:2: not JSON/);
    expect((JSON.parse(stdout) as Document).results[0]?.hits[0]).toMatchObject({ id: "m", text: "map" });
  });

  it.each([
    [["map"], /required option '--corpus <file>' not specified/],
    [["--corpus", "corpus.txt"], /missing required argument 'query'/],
    [["--corpus", "corpus.txt", "-k", "0", "map"], /whole number of at least 1/],
    [["--corpus", "corpus.txt", "--dimensions", "99", "map"], /--dimensions is 99/],
  ])("%j is wrong usage", async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
