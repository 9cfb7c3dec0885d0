import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { embed } from "@kokeshi/core";
import { localFolder } from "@kokeshi/hub";
import { calibrate, calibrationFromJson, quantize } from "@kokeshi/quantization";
import { loadStaticModel } from "@kokeshi/static-model";
import { describe, expect, it, vi } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { tinyDimensions, writeTinyModel } from "../fixtures/tiny-model.js";
import { Interruption } from "../interruption.js";

const cwd = temporaryFolder();
const model = writeTinyModel(join(cwd, "tiny"));
const tiny = ["--model", "./tiny"];

interface Document {
  model: string;
  dimensions: number;
  precision: string;
  embeddings: number[][];
  truncated: number[];
  skipped?: number[];
}

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(cwd, name), content);
  return name;
}

function run(args: readonly string[], stdin?: string | Uint8Array | Readable, more: object = {}) {
  return runCaptured(["embed", ...tiny, ...args], { cwd, stdin, ...more });
}

async function runJson(args: readonly string[], stdin?: string | Uint8Array): Promise<Document> {
  const { code, stdout, stderr } = await run([...args, "--json"], stdin);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Document;
}

function jsonLines(text: string): { id: string | number; embedding: number[] }[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { id: string | number; embedding: number[] });
}

async function expected(texts: string[], options = {}): Promise<Float32Array[]> {
  return [...(await embed(await loadStaticModel(localFolder(model)), texts, options)).embeddings];
}

const float32 = (rows: number[][]) => rows.map((row) => Float32Array.from(row));

describe("embed --json", () => {
  it("prints one document with the vectors of the library, bit for bit", async () => {
    const document = await runJson([], "hello world\na black cat\nこんにちは\n");
    expect(document).toMatchObject({ dimensions: tinyDimensions, precision: "float32", truncated: [] });
    expect(document.model).toMatch(/^tiny@[0-9a-f]{12}$/);
    expect(float32(document.embeddings)).toEqual(
      await expected(["hello world", "a black cat", "こんにちは"]),
    );
  });

  it("gives no vectors for no input", async () => {
    expect((await runJson([], "")).embeddings).toEqual([]);
  });

  it("truncates dimensions and normalises again", async () => {
    const document = await runJson(["--dimensions", "5"], "a black cat\n");
    expect(document.dimensions).toBe(5);
    expect(float32(document.embeddings)).toEqual(await expected(["a black cat"], { dimensions: 5 }));
  });

  it("puts the model's prompt in front for --input-type", async () => {
    const document = await runJson(["--input-type", "query"], "a cat\n");
    expect(float32(document.embeddings)).toEqual(await expected(["query a cat"]));
  });

  it("gives the same bytes whatever the batch size", async () => {
    const input = Array.from({ length: 50 }, (_, i) => (i % 3 ? "a black cat" : "an old map hello")).join(
      "\n",
    );
    const one = await run(["--json", "--batch-size", "1"], input);
    expect((await run(["--json", "--batch-size", "7"], input)).stdout).toBe(one.stdout);
  });

  it("reports which texts were cut to the model's limit", async () => {
    writeTinyModel(join(cwd, "limited"), { maxTokens: 3 });
    const input = "a cat\na black cat hello\nan old\nhello world hello world\n";
    const { code, stdout, stderr } = await runCaptured(
      ["embed", "--model", "./limited", "--json", "--batch-size", "2"],
      {
        cwd,
        stdin: input,
      },
    );
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Document).truncated).toEqual([1, 3]);
    expect(stderr).toBe("cut to the model's 3 tokens: line 2, 4\n");
  });
});

describe("embed, JSON lines", () => {
  it("streams an object a line, with the position of the line as id", async () => {
    const { code, stdout } = await run([], "hello\n\nworld");
    const rows = jsonLines(stdout);
    expect(code).toBe(0);
    expect(rows.map((row) => row.id)).toEqual([0, 1, 2]);
    expect(rows[1]?.embedding).toEqual(Array<number>(tinyDimensions).fill(0));
    expect(float32(rows.map((row) => row.embedding))).toEqual(await expected(["hello", "", "world"]));
  });

  it("keeps ids as the input has them", async () => {
    const name = file(
      "ids.jsonl",
      '{"id":"a\\"b","text":"hello"}\n\n{"id":12345678901234567890,"text":"cat"}\n{"text_inputs":"map"}\n',
    );
    const { stdout } = await run([name]);
    expect(stdout.split("\n").map((line) => line.slice(0, line.indexOf(",")))).toEqual([
      '{"id":"a\\"b"',
      '{"id":12345678901234567890',
      '{"id":3',
      "",
    ]);
  });

  it("reads JSON lines from standard input when told to", async () => {
    const { stdout } = await run(["-", "--input-format", "jsonl"], '{"id":5,"text":"hello"}');
    expect(jsonLines(stdout)[0]?.id).toBe(5);
  });

  it("reads CRLF, a byte order mark and a last line without ending", async () => {
    const { stdout } = await run([file("windows.txt", "\ufeffhello\r\nworld\r\ncat")]);
    expect(float32(jsonLines(stdout).map((row) => row.embedding))).toEqual(
      await expected(["hello", "world", "cat"]),
    );
  });

  it("takes a line of a megabyte", async () => {
    const { code, stdout } = await run([], `${"black cat ".repeat(105_000)}\nhello\n`);
    expect(code).toBe(0);
    const [long, short] = float32(jsonLines(stdout).map((row) => row.embedding));
    expect(short).toEqual((await expected(["hello"]))[0]);
    const [exact] = await expected(["black cat"]);
    long?.forEach((value, i) => expect(value).toBeCloseTo(exact?.[i] as number, 4));
  });

  it("asks for input only as fast as its output is taken", async () => {
    let produced = 0;
    const source = new Readable({
      highWaterMark: 1,
      read() {
        produced++;
        this.push(produced > 2000 ? null : "hello\n".repeat(100));
      },
    });
    const stdout = new Writable({ highWaterMark: 1, write() {} });
    const controller = new AbortController();
    const running = run([], source, { stdout, signal: controller.signal });
    await setTimeout(200);
    expect(produced).toBeLessThan(50);
    controller.abort(new Interruption("SIGINT"));
    expect((await running).code).toBe(130);
  });

  it("says that its output is full", async () => {
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));
      },
    });
    const { code, stderr } = await run([], "hello\n", { stdout });
    expect(code).toBe(1);
    expect(stderr).toMatch(/standard output cannot be written \(ENOSPC.+that there is room/);
  });

  const closed = () =>
    new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
      },
    });

  it("ends quietly when its reader goes away", async () => {
    const result = await run([], "hello\n".repeat(2000), { stdout: closed() });
    expect(result).toMatchObject({ code: 0, stderr: "" });
  });

  it("fails when its reader goes away and a file is wanted", async () => {
    for (const args of [
      ["--out", "unread.jsonl", "--json"],
      ["--precision", "int8", "--save-calibration", "unread.json"],
    ]) {
      const { code, stderr } = await run(args, "hello\n".repeat(200), { stdout: closed() });
      expect(code).toBe(1);
      expect(stderr).toMatch(/standard output cannot be written/);
    }
    expect(readdirSync(cwd).filter((name) => name.startsWith("unread"))).toEqual([]);
  });
});

describe("embed, broken input", () => {
  const broken = file("broken.jsonl", '{"id":1,"text":"hello"}\n{"id":2,"text":\n{"id":3,"text":"cat"}\n');

  it("names file and line of a broken JSON line", async () => {
    const { code, stdout, stderr } = await run([broken]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^\[kokeshi\] \[cli\] broken\.jsonl:2: not JSON \(.+\); write one JSON object a line; --skip-invalid/,
    );
  });

  it("does the rest with --skip-invalid, tells, and exits with 1", async () => {
    const { code, stdout, stderr } = await run([broken, "--skip-invalid", "--json"]);
    const document = JSON.parse(stdout) as Document;
    expect(code).toBe(1);
    expect(document.skipped).toEqual([2]);
    expect(float32(document.embeddings)).toEqual(await expected(["hello", "cat"]));
    expect(stderr).toMatch(/^skipped broken\.jsonl:2: not JSON/);
  });

  it("exits with 0 if there was nothing to skip", async () => {
    expect(await run(["--skip-invalid"], "hello\n")).toMatchObject({ code: 0, stderr: "" });
  });

  it("names the line that is not UTF-8", async () => {
    const bytes = Buffer.concat([
      Buffer.from("hello\n"),
      Buffer.from([0x82, 0xa0, 0x0a]),
      Buffer.from("cat\n"),
    ]);
    const { code, stderr } = await run([file("sjis.txt", bytes)]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/sjis\.txt:2: not UTF-8; convert the input to UTF-8/);
    const skipped = await run(["--skip-invalid"], bytes);
    expect(jsonLines(skipped.stdout).map((row) => row.id)).toEqual([0, 2]);
    expect(skipped.stderr).toMatch(/^skipped stdin:2: not UTF-8\n$/);
  });

  it("names the line above --max-line-bytes", async () => {
    const { code, stderr } = await run(["--max-line-bytes", "10"], `hello\n${"x".repeat(100_000)}\n`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/stdin:2: longer than 10 bytes; split it, or raise --max-line-bytes/);
  });

  it("says what is wrong with an input that cannot be opened", async () => {
    expect(await run(["missing.txt"])).toMatchObject({
      code: 1,
      stderr: "[kokeshi] [cli] missing.txt does not exist; check the path\n",
    });
    expect((await run(["."])).stderr).toMatch(/\. is a folder; name a file/);
  });

  it("says what to do about a missing model", async () => {
    const { code, stderr } = await runCaptured(["embed", "--model", "./nowhere"], { cwd, stdin: "hello\n" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/there is no folder .+nowhere; check the path of the model/);
  });

  it("refuses vectors that are not numbers", async () => {
    writeTinyModel(join(cwd, "nan"), { brokenWord: "cat" });
    const { code, stdout, stderr } = await runCaptured(["embed", "--model", "./nan"], {
      cwd,
      stdin: "hello\ncat\n",
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/nan@\w+ gives NaN for the text of line 2; check the weights/);
  });
});

describe("embed --precision", () => {
  const texts = ["a black cat", "an old map", "hello world", "こんにちは cat"];
  const input = texts.map((text) => `${text}\n`).join("");

  it.each(["binary", "ubinary"] as const)("gives the %s codes of the library", async (precision) => {
    const { embeddings } = await embed(await loadStaticModel(localFolder(model)), texts);
    const document = await runJson(["--precision", precision], input);
    expect(document).toMatchObject({ precision, dimensions: tinyDimensions });
    expect(document.embeddings.flat()).toEqual(Array.from(quantize(embeddings, precision).data));
  });

  it.each(["int8", "uint8"] as const)(
    "takes the ranges of %s from the input, and says from how little",
    async (precision) => {
      const { embeddings } = await embed(await loadStaticModel(localFolder(model)), texts);
      const { stdout, stderr } = await run(["--precision", precision, "--json"], input);
      const codes = (JSON.parse(stdout) as Document).embeddings.flat();
      expect(codes).toEqual(Array.from(quantize(embeddings, precision, calibrate(embeddings)).data));
      expect(stderr).toMatch(/come from only 4 vectors; give better ones with --calibration/);
    },
  );

  it("takes the ranges from the first 4,096 vectors, whatever the batch size", async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => (i === 4500 ? "こんにちは" : texts[i % 3])).join(
      "\n",
    );
    const small = await run(["--precision", "int8", "--batch-size", "10"], lines);
    const large = await run(
      ["--precision", "int8", "--batch-size", "5000", "--save-calibration", "ranges.json"],
      lines,
    );
    expect(small.code).toBe(0);
    expect(small.stdout).toBe(large.stdout);
    const calibration = calibrationFromJson(JSON.parse(readFileSync(join(cwd, "ranges.json"), "utf8")));
    const { embeddings } = await embed(await loadStaticModel(localFolder(model)), texts.slice(0, 3));
    expect(calibration).toEqual(calibrate(embeddings));
  });

  it("uses a calibration that was kept", async () => {
    await run(["--precision", "uint8", "--save-calibration", "kept.json"], input);
    const [first] = (await runJson(["--precision", "uint8", "--calibration", "kept.json"], "a black cat\n"))
      .embeddings;
    const all = await run(["--precision", "uint8", "--json", "--quiet"], input);
    expect(first).toEqual((JSON.parse(all.stdout) as Document).embeddings[0]);
    expect(all.stderr).toBe("");
  });

  it.each([
    [["--precision", "int8", "--calibration", "none.json"], 1, /none\.json does not exist/],
    [["--precision", "int8", "--calibration", "bad.json"], 1, /bad\.json is not JSON/],
    [["--precision", "int8", "--calibration", "other.json"], 1, /other\.json is not a calibration/],
    [
      ["--precision", "int8", "--calibration", "kept.json", "--dimensions", "4"],
      2,
      /kept\.json has 12 dimensions, the vectors have 4/,
    ],
    [
      ["--precision", "binary", "--calibration", "kept.json"],
      2,
      /--calibration has no meaning for --precision binary/,
    ],
    [["--save-calibration", "x.json"], 2, /--save-calibration has no meaning for --precision float32/],
    [
      ["--precision", "int8", "--calibration", "kept.json", "--save-calibration", "x.json"],
      2,
      /cannot be used with/,
    ],
  ])("%j ends with %i", async (args, code, message) => {
    file("bad.json", "{");
    file("other.json", "{}");
    const result = await run(args, input);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
    expect(result.stdout).toBe("");
  });

  it("has nothing to calibrate with in an empty input", async () => {
    expect(await run(["--precision", "int8"], "")).toMatchObject({ code: 0, stdout: "" });
    const { code, stderr } = await run(["--precision", "int8", "--save-calibration", "empty.json"], "");
    expect(code).toBe(1);
    expect(stderr).toMatch(/no text to take the ranges/);
    expect(existsSync(join(cwd, "empty.json"))).toBe(false);
  });
});

describe("embed --out", () => {
  function leftovers(): string[] {
    return readdirSync(cwd).filter((name) => name.endsWith(".tmp"));
  }

  function readNpy(name: string): { header: string; body: Buffer } {
    const bytes = readFileSync(join(cwd, name));
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from("\x93NUMPY\x01\x00", "latin1"));
    expect(bytes.readUInt16LE(8)).toBe(118);
    return { header: bytes.toString("latin1", 10, 128), body: bytes.subarray(128) };
  }

  it("writes JSON lines to the file and nothing to standard output", async () => {
    expect(await run(["--out", "vectors.jsonl"], "hello\ncat\n")).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(readFileSync(join(cwd, "vectors.jsonl"), "utf8")).toBe((await run([], "hello\ncat\n")).stdout);
    expect(leftovers()).toEqual([]);
  });

  it.each([
    ["float32", "<f4", 12],
    ["int8", "|i1", 12],
    ["uint8", "|u1", 12],
    ["binary", "|i1", 2],
    ["ubinary", "|u1", 2],
  ])("writes %s as a NumPy file of %s", async (precision, type, columns) => {
    const args = [
      "--precision",
      precision,
      "--format",
      "npy",
      "--out",
      "v.npy",
      "--batch-size",
      "2",
      "--json",
      "-q",
    ];
    const { code, stdout } = await run(args, "hello\ncat\na map\n");
    expect(code).toBe(0);
    const { header, body } = readNpy("v.npy");
    expect(header).toBe(
      `{'descr': '${type}', 'fortran_order': False, 'shape': (3, ${columns}), }`.padEnd(117).concat("\n"),
    );
    const values =
      type === "<f4"
        ? Array.from({ length: body.length / 4 }, (_, i) => body.readFloatLE(i * 4))
        : Array.from(type === "|i1" ? new Int8Array(body) : body);
    expect(values).toEqual((JSON.parse(stdout) as Document).embeddings.flat().map(Math.fround));
  });

  it("writes a NumPy file of no rows", async () => {
    await run(["--format", "npy", "--out", "none.npy"], "");
    expect(readNpy("none.npy").header).toContain("'shape': (0, 12)");
  });

  it("leaves the old file and no other where the job fails", async () => {
    file("old.jsonl", "old");
    const { code } = await run(
      ["--out", "old.jsonl", "--batch-size", "1"],
      Buffer.from("hello\n\xff\n", "latin1"),
    );
    expect(code).toBe(1);
    expect(readFileSync(join(cwd, "old.jsonl"), "utf8")).toBe("old");
    expect(leftovers()).toEqual([]);
  });

  it("leaves nothing when interrupted, and exits with 130", async () => {
    const controller = new AbortController();
    const stdin = new PassThrough();
    const running = run(["--out", "interrupted.npy", "--format", "npy", "--batch-size", "1"], stdin, {
      signal: controller.signal,
    });
    stdin.write("hello\n");
    await vi.waitFor(() => expect(leftovers()).toHaveLength(1), { timeout: 10_000 });
    controller.abort(new Interruption("SIGINT"));
    expect(await running).toMatchObject({ code: 130, stdout: "", stderr: "interrupted by SIGINT\n" });
    expect(existsSync(join(cwd, "interrupted.npy"))).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  it("writes through a link", async () => {
    file("target.jsonl", "old");
    symlinkSync("target.jsonl", join(cwd, "link.jsonl"));
    await run(["--out", "link.jsonl"], "hello\n");
    expect(readFileSync(join(cwd, "target.jsonl"), "utf8")).toMatch(/^\{"id":0/);
  });

  it("refuses what it could not replace", async () => {
    mkdirSync(join(cwd, "folder"), { recursive: true });
    expect((await run(["--out", "folder"], "hello\n")).stderr).toMatch(
      /folder cannot be written \(it is not an ordinary file\)/,
    );
    expect((await run(["--out", "/dev/null"], "hello\n")).code).toBe(1);
    expect((await run(["--out", "no/such/folder.jsonl"], "hello\n")).stderr).toMatch(
      /no\/such\/folder\.jsonl cannot be written/,
    );
  });
});

describe("embed, wrong usage", () => {
  it.each([
    [["--format", "npy"], /--format npy cannot be streamed.+add --out FILE/],
    [["--precision", "int4"], /int4.+Allowed choices are float32, int8, uint8, binary, ubinary/],
    [["--dimensions", "0"], /Use a whole number of at least 1/],
    [["--dimensions", "1.5"], /Use a whole number of at least 1/],
    [["--dimensions", "13"], /--dimensions is 13, but tiny@\w+ gives 12; use a whole number from 1 to 12/],
    [["--input-type", "passage"], /--input-type is "passage".+use one of query, document/],
    [["--dimension", "3"], /unknown option '--dimension'\n\(Did you mean --dimensions\?\)/],
    [["a.txt", "b.txt"], /too many arguments/],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await run(args, "hello\n");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});

describe("embed on a terminal", () => {
  it("shows progress on standard error when results go elsewhere", async () => {
    const name = file("many.txt", "hello\n".repeat(1000));
    const isTTY = { stdin: true, stdout: false, stderr: true };
    const { stderr } = await run([name], undefined, { isTTY });
    expect(stderr.startsWith("\r256 texts, 100 %\u001b[K")).toBe(true);
    expect(stderr.endsWith("\r\u001b[K")).toBe(true);
    expect((await run([name, "--quiet"], undefined, { isTTY })).stderr).toBe("");
    const allTerminal = { isTTY: { ...isTTY, stdout: true } };
    expect((await run([name], undefined, allTerminal)).stderr).toBe("");
    expect((await run([name, "--out", "progress.jsonl"], undefined, allTerminal)).stderr).toMatch(
      /texts, \d+ %/,
    );
  });

  it("says that it waits for somebody to type", async () => {
    const { stderr } = await run([], "hello\n", { isTTY: { stdin: true, stdout: true, stderr: true } });
    expect(stderr).toMatch(/reading texts from the terminal/);
  });
});
