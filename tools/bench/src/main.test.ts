import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

function bench(args: readonly string[], environment: Record<string, string> = {}) {
  return spawnSync(
    process.execPath,
    ["--import", "tsx", "--conditions=@kokeshi/source", join(import.meta.dirname, "main.ts"), ...args],
    { encoding: "utf8", env: { ...process.env, ...environment } },
  );
}

it("names the option at fault, with exit code 2", () => {
  const { status, stdout, stderr } = bench(["--only", "everything"]);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("--only");
});

it("says what to set where the data is absent, with exit code 1", () => {
  const { status, stderr } = bench([], { KOKESHI_DATA: join(tmpdir(), "no-data-here") });
  expect(status).toBe(1);
  expect(stderr).toContain("no-data-here");
  expect(stderr).toContain("KOKESHI_DATA");
});
