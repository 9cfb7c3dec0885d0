import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KokeshiIndex } from "@kokeshi/search";
import { Embeddings } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { tinyDimensions, writeTinyModel } from "../fixtures/tiny-model.js";

const cwd = temporaryFolder();
const model = ["--model", "./tiny"];
writeTinyModel(join(cwd, "tiny"));
const corpus = ["an old map", "a black cat", "hello world", "black black cat", "こんにちは", "old old map"];
writeFileSync(join(cwd, "corpus.txt"), corpus.join("\n"));
writeFileSync(
  join(cwd, "corpus.jsonl"),
  corpus.map((text, line) => JSON.stringify({ id: `text ${line}`, text })).join("\n"),
);

const run = (args: readonly string[], stdin = "", options = {}) =>
  runCaptured(["index", ...args], { cwd, stdin, ...options });

interface Document {
  model: string;
  results: { query: string; hits: { id: unknown; score: number; text: string | null }[] }[];
}

describe("index", () => {
  it("finds by words, too, where that is asked for, in files with codes as well", async () => {
    const texts = ["error E1234 in map", "error E9999 in map", "a black cat"];
    writeFileSync(join(cwd, "codes.txt"), texts.join("\n"));
    for (const codes of [[], ["--precision", "binary", "--rescoring", "int8"]]) {
      await run(["build", "codes.txt", "--out", "codes.kidx", ...model, ...codes, "--quiet"]);
      const args = ["search", "codes.kidx", ...model, "--json", "-k", "1", "--hybrid", "E9999", "cat"];
      const { code, stdout, stderr } = await run(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const { results } = JSON.parse(stdout) as Document;
      expect(results.map(({ query, hits }) => [query, hits[0]?.id, hits[0]?.text])).toEqual([
        ["E9999", 1, texts[1]],
        ["cat", 2, texts[2]],
      ]);
    }
    const { code, stderr } = await run(["search", "codes.kidx", ...model, "--fusion", "ranks", "cat"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--fusion says nothing without --hybrid/);
  });

  it("finds in a file what search finds in the texts, with the same ids", async () => {
    for (const file of ["corpus.txt", "corpus.jsonl"]) {
      const built = await run(["build", file, "--out", "exact.kidx", ...model, "--json"]);
      expect(built.code).toBe(0);
      expect(built.stderr).toMatch(/^6 texts in exact\.kidx, \d+(\.\d)? kB\n$/);
      expect(JSON.parse(built.stdout)).toMatchObject({
        model: expect.stringMatching(/^tiny@[0-9a-f]{12}$/) as string,
        out: "exact.kidx",
        count: 6,
        dimensions: tinyDimensions,
        precision: "float32",
        rescoring: null,
      });
      const queries = ["black cat", "map", "こんにちは"];
      const found = await run(["search", "exact.kidx", ...queries, "--top-k", "3", ...model, "--json"]);
      const direct = await runCaptured(
        ["search", "--corpus", file, ...queries, "-k", "3", ...model, "--json"],
        { cwd },
      );
      expect(found).toMatchObject({ code: 0, stderr: "" });
      const [one, other] = [found, direct].map(({ stdout }) => JSON.parse(stdout) as Document);
      expect(one?.model).toBe(other?.model);
      one?.results.forEach(({ query, hits }, index) => {
        const expected = other?.results[index];
        expect(query).toBe(expected?.query);
        expect(hits.map(({ id, text }) => [id, text])).toEqual(
          expected?.hits.map(({ id, text }) => [id, text]),
        );
        hits.forEach(({ score }, rank) =>
          expect(score).toBeCloseTo(expected?.hits[rank]?.score as number, 5),
        );
      });
    }
  });

  it("keeps codes, fewer dimensions and finer codes", async () => {
    const options = [
      "--precision",
      "binary",
      "--rescoring",
      "int8",
      "--dimensions",
      "10",
      "--scan-dimensions",
      "8",
    ];
    await run(["build", "corpus.jsonl", "--out", "codes.kidx", ...options, ...model]);
    const { stdout } = await run(["info", "codes.kidx", "--verify", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      file: "codes.kidx",
      model: expect.stringMatching(/^tiny@/) as string,
      count: 6,
      dimensions: 10,
      precision: "binary",
      scanDimensions: 8,
      rescoring: "int8",
      metric: "cosine",
      removed: 0,
      verified: true,
    });
    const found = await run(["search", "codes.kidx", "black cat", "-k", "2", "--threads", "2", ...model]);
    expect(found.stdout).toMatch(/^black cat\n1 {2}0\.\d{4} {2}text \d {2}/);
    expect((await run(["info", "codes.kidx"])).stdout).toMatch(/^file +codes\.kidx\nmodel +tiny@/);
  });

  it("gives ids as the corpus has them, and says which were replaced", async () => {
    const lines = [
      '{"id":18446744073709551615,"text":"map"}',
      '{"id":"a","text":"cat"}',
      '{"id":"a","text":"old map"}',
    ];
    const built = await run(
      ["build", "-", "--input-format", "jsonl", "--out", "ids.kidx", ...model],
      lines.join("\n"),
    );
    expect(built.stderr).toMatch(/^1 texts were left out: later ones have their ids\n2 texts in ids\.kidx/);
    const { stdout } = await run(["search", "ids.kidx", "map", "--json", ...model]);
    expect(stdout).toContain('{"id":18446744073709551615,"score":');
    expect((JSON.parse(stdout) as Document).results[0]?.hits).toMatchObject([
      { text: "map" },
      { id: "a", text: "old map" },
    ]);
  });

  it("searches an index that the library made, where texts may be unknown", async () => {
    await using index = await KokeshiIndex.create({
      path: join(cwd, "library.kidx"),
      dimensions: tinyDimensions,
    });
    await index.add({ ids: ["x"], vectors: Embeddings.from([Array(tinyDimensions).fill(1)]) });
    const { stdout } = await run(["search", "library.kidx", "map", "--json", ...model]);
    expect((JSON.parse(stdout) as Document).results[0]?.hits).toMatchObject([{ id: "x", text: null }]);
  });

  it("measures plans, and recommends one within bounds", async () => {
    const queries = '{"id":"q1","text":"black cat"}\n{"id":"q2","text":"map"}\n';
    writeFileSync(join(cwd, "queries.jsonl"), queries);
    writeFileSync(join(cwd, "qrels.tsv"), "query-id\tcorpus-id\tscore\nq1\ttext 1\t1\nq2\ttext 0\t1\n");
    const given = ["plan", "corpus.jsonl", "--queries", "queries.jsonl", "-k", "2", ...model];
    const { code, stdout } = await run([...given, "--min-recall", "0.9", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      model: expect.stringMatching(/^tiny@/) as string,
      documents: 6,
      queries: 2,
      dimensions: tinyDimensions,
      topK: 2,
      plans: expect.arrayContaining([
        expect.objectContaining({ precision: "float32", rescoring: null, recall: 1, ndcg: null }),
      ]) as unknown,
      recommended: { recall: expect.any(Number) as number },
    });
    const written = await run([...given, "--qrels", "qrels.tsv", "--max-bytes", "64", "--out", "plans"]);
    expect(written).toMatchObject({ code: 0, stderr: "plans.md, plans.svg and plans.json are in plans\n" });
    expect(written.stdout).toMatch(/\| nDCG@2 \|.*\n.*For at most 64 bytes a vector in memory: /s);
    expect(readFileSync(join(cwd, "plans/plans.md"), "utf8")).toBe(written.stdout);
    expect(readFileSync(join(cwd, "plans/plans.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
    writeFileSync(join(cwd, "wrong.tsv"), "q1\ttext 1\t1\nq2 text 0 1\n");
    const wrong = await run([...given, "--qrels", "wrong.tsv"]);
    expect(wrong).toMatchObject({ code: 1, stdout: "" });
    expect(wrong.stderr).toMatch(/wrong\.tsv:2: not a query id/);
  });

  it("leaves the file that was there, and nothing else, when it fails", async () => {
    await run(["build", "corpus.txt", "--out", "kept.kidx", ...model]);
    const before = readFileSync(join(cwd, "kept.kidx"));
    const failed = await run(
      ["build", "-", "--input-format", "jsonl", "--out", "kept.kidx", ...model],
      '{"id":"a","text":"cat"}\n{"id":}\n',
    );
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/stdin:2: not JSON/);
    expect(readFileSync(join(cwd, "kept.kidx")).equals(before)).toBe(true);
    expect(readdirSync(cwd).filter((name) => /\.(tmp|lock|new)$/.test(name))).toEqual([]);
  });

  it("refuses the queries of another model", async () => {
    writeTinyModel(join(cwd, "other"), { maxTokens: 3 });
    await run(["build", "corpus.txt", "--out", "one.kidx", ...model]);
    const { code, stderr } = await run(["search", "one.kidx", "map", "--model", "./other"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/holds vectors of tiny@\w+, these are of other@\w+; use the same model/);
  });

  it.each([
    [["build", "corpus.txt"], 2, /required option '-o, --out <file>'/],
    [["build", "corpus.txt", "--out", "x", "--precision", "int4"], 2, /Allowed choices are float32/],
    [["build", "corpus.txt", "--out", "x", "--dimensions", "99", ...model], 2, /--dimensions is 99/],
    [["build", "corpus.txt", "--out", "x", "--scan-dimensions", "4", ...model], 2, /add --rescoring int8/],
    [["build", "none.txt", "--out", "x", ...model], 1, /none\.txt does not exist/],
    [["build", "corpus.txt", "--out", "no/where", ...model], 1, /no\/where/],
    [["search", "none.kidx", "map", ...model], 1, /none\.kidx does not exist/],
    [["search", "corpus.txt", "map", ...model], 1, /corpus\.txt is no index file/],
    [["search", "exact.kidx"], 2, /missing required argument 'query'/],
    [["search", "exact.kidx", "map", "-k", "0"], 2, /whole number of at least 1/],
    [["info", "corpus.txt"], 1, /is no index file/],
    [["plan", "corpus.txt", ...model], 2, /there are no queries; add --queries/],
    [["plan", "none.txt", "--queries", "corpus.txt", ...model], 1, /none\.txt does not exist/],
    [["plan", "tiny", ...model], 1, /tiny/],
    [["plan", "corpus.txt", "--queries", "corpus.txt", "--min-recall", "95", ...model], 2, /such as 0\.95/],
    [["plan", "corpus.txt", "--queries", "corpus.txt", "--min-ndcg", "0.9", ...model], 2, /add --qrels/],
  ] as const)("%j exits with %i", async (args, code, message) => {
    const result = await run(args);
    expect(result.stderr).toMatch(message);
    expect(result).toMatchObject({ code, stdout: "" });
  });
});
