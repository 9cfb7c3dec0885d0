// The built command line, as a shell runs it. Run after `npm run build`: node packages/cli/test/smoke.mjs
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(import.meta.dirname, "../bin/kokeshi.js");
const folder = mkdtempSync(join(tmpdir(), "kokeshi-smoke-"));
const manyLines = 200_000;
writeFileSync(join(folder, "many.txt"), "a line of text like many others\n".repeat(manyLines));

/** Runs the program to its end. */
function run(args, input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { status, stdout, stderr };
}

/** Starts the program with a pipe for its output. */
function start(args) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += chunk));
  return { child, ended: once(child, "close").then(([code, signal]) => ({ code, signal, stderr })) };
}

const checks = {
  "embed --json, English and Japanese from standard input"() {
    const { status, stdout, stderr } = run(["embed", "--json"], "hello\nこんにちは\n");
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    const document = JSON.parse(stdout);
    assert.match(document.model, /^@kokeshi\/model-en-ja@\d/);
    assert.equal(document.embeddings.length, 2);
    for (const vector of document.embeddings) {
      assert.equal(vector.length, document.dimensions);
      assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
    }
  },

  "an empty line, a megabyte line, invalid UTF-8, a missing model"() {
    const lines = run(["embed"], `\n${"many words ".repeat(100_000)}\nhello`);
    assert.equal(lines.status, 0);
    const [empty, long, short, ...rest] = lines.stdout.split("\n");
    assert.ok(JSON.parse(empty).embedding.every((value) => value === 0));
    assert.equal(JSON.parse(long).id, 1);
    assert.equal(JSON.parse(short).id, 2);
    assert.deepEqual(rest, [""]);

    const invalid = run(["embed"], Buffer.from("hello\n\xff\xfe\n", "latin1"));
    assert.equal(invalid.status, 1);
    assert.match(invalid.stderr, /stdin:2: not UTF-8/);

    const missing = run(["embed", "--model", "./no-such-model"], "hello\n");
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /no-such-model; check the path/);
  },

  "tokenize, similarity, search and models"() {
    assert.match(run(["tokenize"], "a black cat").stdout, /^\d+( \d+)*\n$/);
    const { similarity } = JSON.parse(
      run(["similarity", "--json", "a black cat", "黒い猫", "an old map"]).stdout,
    );
    assert.ok(similarity[0][1] > similarity[0][2]);
    const corpus = "The cat sleeps.\nPrices rose in October.\n";
    const search = JSON.parse(run(["search", "--corpus", "-", "--json", "kitten"], corpus).stdout);
    assert.equal(search.results[0].hits[0].id, 0);
    assert.match(run(["models", "list"]).stdout, /@kokeshi\/model-en-ja +static/);
    assert.equal(JSON.parse(run(["models", "inspect", "--json"]).stdout).backend, "static");
    const exported = JSON.parse(run(["models", "export", "--out", "exported", "--json"]).stdout);
    assert.ok(exported.files.some(({ path }) => path === "modules.json"));
    const again = run(["embed", "--model", "./exported", "--json"], "hello\n");
    const original = run(["embed", "--json"], "hello\n");
    assert.deepEqual(JSON.parse(again.stdout).embeddings, JSON.parse(original.stdout).embeddings);
  },

  "wrong usage"() {
    assert.equal(run(["embd"]).status, 2);
    assert.match(run(["embed", "--dimension", "3"]).stderr, /Did you mean --dimensions/);
  },

  async "a reader that goes away, as `| head -1` does"() {
    const { child, ended } = start(["embed", "many.txt"]);
    await once(child.stdout, "data");
    child.stdout.destroy();
    assert.deepEqual(await ended, { code: 0, signal: null, stderr: "" });
  },

  async "Ctrl-C leaves no file behind"() {
    const { child, ended } = start(["embed", "many.txt", "--format", "npy", "--out", "vectors.npy"]);
    while (child.exitCode === null && !readdirSync(folder).some((name) => name.startsWith("vectors.npy."))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGINT");
    assert.deepEqual(await ended, { code: 130, signal: null, stderr: "interrupted by SIGINT\n" });
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("vectors")),
      [],
    );
  },

  "NumPy files"() {
    const { status } = run(
      ["embed", "-", "--dimensions", "256", "--precision", "ubinary", "--format", "npy", "--out", "bits.npy"],
      "a\nb\n",
    );
    assert.equal(status, 0);
    const bytes = readFileSync(join(folder, "bits.npy"));
    assert.match(bytes.toString("latin1", 10, 128), /'shape': \(2, 32\)/);
    assert.equal(bytes.length, 128 + 2 * 32);
  },
};

try {
  for (const [name, check] of Object.entries(checks)) {
    await check();
    console.log(`ok  ${name}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
