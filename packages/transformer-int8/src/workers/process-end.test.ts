import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const moduleUrl = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
/** Long runs, so that the process ends in the middle of one. */
const setup = `
  import { EncoderPool } from ${moduleUrl("./encoder-pool.ts")};
  import { tinyPlan, tinyTokens } from ${moduleUrl("./fixtures/tiny-plan.ts")};
  const pool = await EncoderPool.open(tinyPlan(), { workers: 2, threads: 1, tokenBudget: 100_000 });
  const tokens = tinyTokens(2000);
`;

/** A program of its own, from the sources. */
function run(program: string): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--conditions=@kokeshi/source", "--input-type=module", "--eval", setup + program],
    { cwd: import.meta.dirname, encoding: "utf8", timeout: 25_000 },
  );
  return { status, stdout: stdout.trim(), stderr };
}

describe("the end of the process", () => {
  it("comes by itself when threads are idle", () => {
    const program = "console.log((await pool.encode(tokens)).length / pool.dimensions);";
    expect(run(program)).toEqual({ status: 0, stdout: "2000", stderr: "" });
  });

  it("waits for a call that nobody awaits", () => {
    const program = "pool.encode(tokens).then(() => console.log('done'));";
    expect(run(program)).toEqual({ status: 0, stdout: "done", stderr: "" });
  });

  // onnxruntime-node 1.30 aborts the process (134) when one of its threads is ended inside a run.
  it("by process.exit() in the middle of a run is as clean as any", () => {
    const program = "pool.encode(tokens); setTimeout(() => process.exit(3), 50);";
    expect(run(program)).toEqual({ status: 3, stdout: "", stderr: "" });
  });

  it("by an error that nobody catches is as clean as any", () => {
    const { status, stderr } = run(
      "pool.encode(tokens); setTimeout(() => { throw new Error('of the caller'); }, 20);",
    );
    expect(status).toBe(1);
    expect(stderr).toContain("of the caller");
    expect(stderr).not.toContain("Napi");
  });
});
