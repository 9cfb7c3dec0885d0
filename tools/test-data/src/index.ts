import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "vitest";

/** The folder of shared evaluation data: `KOKESHI_DATA`, or `shared/data` beside the repository. */
export function dataFolder(): string {
  return resolve(process.env["KOKESHI_DATA"] ?? join(import.meta.dirname, "../../../../shared/data"));
}

/** An absolute path inside the data folder; it may not exist. */
export function dataPath(...parts: string[]): string {
  return join(dataFolder(), ...parts);
}

/**
 * A `describe` block over the shared data. Where one of `paths` (relative to the data folder) is absent the block is
 * skipped, and its name, printed too, says which files it wants.
 */
export function describeWithData(name: string, paths: readonly string[], body: () => void): void {
  const missing = paths.filter((path) => !existsSync(dataPath(path)));
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const skipped = `${name} (SKIPPED: needs ${missing.join(", ")} in the data folder; set KOKESHI_DATA)`;
  console.warn(skipped);
  // The body is not even run: it may read the files while it lists its tests.
  describe.skip(skipped, () => {
    it("runs with the data", () => {});
  });
}
