import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { tinyDynamicInt8, writeTinyEncoder } from "../fixtures/tiny-encoder.js";
import { writeTinyModel } from "../fixtures/tiny-model.js";

const cwd = temporaryFolder();
writeTinyModel(join(cwd, "static"));
writeTinyEncoder(join(cwd, "encoder"));
writeFileSync(join(cwd, "encoder/onnx/model_int8.onnx"), await tinyDynamicInt8());

const bench = (...options: string[]) => runCaptured(["bench", "--quick", ...options], { cwd });

interface Document {
  machine: string;
  model: string;
  graphs: unknown[];
  rows: { what: string; ours: number; peer: number | null; peerName: string | null; ratio: number | null }[];
  latencies: { milliseconds: number }[];
}

describe("bench", () => {
  it("measures float32 beside INT8, and one thread beside two", async () => {
    const { code, stdout } = await bench(
      ...["--model", "./encoder", "--tokens", "8", "--batch", "2", "--threads", "1,2", "--json"],
    );
    expect(code).toBe(0);
    const { machine, model, graphs, rows, latencies } = JSON.parse(stdout) as Document;
    expect(machine).toMatch(/cores · \d+ GB · .* · Node \d/);
    expect(model).toMatch(/^encoder@/);
    expect(graphs).toEqual([
      { graph: "float32", precision: "float32", batchInvariant: true },
      { graph: "int8", precision: "int8", batchInvariant: false },
    ]);
    expect(rows.map(({ what, peerName }) => `${what} beside ${peerName}`)).toEqual([
      "8 tokens, batch 2, float32, 2 threads beside float32, 1 thread",
      "8 tokens, batch 2, int8, 1 thread beside float32, 1 thread",
      "8 tokens, batch 2, int8, 2 threads beside float32, 2 threads",
      "8 tokens, batch 2, int8, 2 threads beside int8, 1 thread",
    ]);
    for (const { ours, peer, ratio } of rows) {
      for (const value of [ours, peer, ratio]) expect(value).toBeGreaterThan(0);
    }
    expect(latencies.length).toBe(4);
  });

  it("prints Markdown, for the graph that --graph names, up to what the model reads", async () => {
    const { code, stdout } = await bench(
      "--model",
      "./encoder",
      "--graph",
      "int8",
      "--threads",
      "1",
      "--batch",
      "1",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^encoder@\w+\n.+ cores .+\n\n\| tokens \| batch \| int8, 1 thread, ms \| texts\/s at best \|\n/,
    );
    expect(stdout).toMatch(/^\| +16 \| +1 \| +[\d.]+ \| +[\d,]+ \|$/m);
    expect(stdout).toMatch(/^int8: scales are those of a whole batch/m);
  });

  it("measures static models", async () => {
    const { code, stdout } = await bench("--model", "./static", "--tokens", "8", "--json");
    expect(code).toBe(0);
    const { graphs, rows } = JSON.parse(stdout) as Document;
    expect(graphs).toEqual([{ graph: null, precision: "int8", batchInvariant: true }]);
    expect(rows.map(({ what, peer }) => [what, peer])).toEqual([
      ["8 tokens, batch 1, int8, 1 thread", null],
      ["8 tokens, batch 32, int8, 1 thread", null],
    ]);
  });

  it.each([
    [
      ["--model", "./encoder", "--tokens", "512"],
      /--tokens 512 is more than encoder@\S+ reads; its limit is 16/,
    ],
    [["--model", "./static", "--threads", "2"], /--threads has no meaning for a static model/],
    [["--tokens", "8,8"], /Name each number once/],
    [["--batch", "0"], /whole number of at least 1/],
  ])("refuses %j", async (options, message) => {
    const { code, stdout, stderr } = await bench(...options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
