/*
 * Runs the unit tests of the Python half. Where no Python with PyTorch is found it says so and passes: PyTorch is needed to
 * train, not to use what was trained.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const recipe = resolve(import.meta.dirname, "..");
/** Debian's python3-torch belongs to /usr/bin/python3, whatever `python3` on the path is. */
const candidates = [process.env["KOKESHI_PYTHON"], "python3", "/usr/bin/python3"].filter(
  (candidate) => candidate !== undefined && candidate !== "",
) as string[];
const python = candidates.find(
  (candidate) => spawnSync(candidate, ["-c", "import numpy, torch"]).status === 0,
);
if (python === undefined) {
  console.warn(
    `SKIPPED: the unit tests of the encoder recipe need PyTorch, which none of ${candidates.join(", ")} has. ` +
      "Install python3-torch, or name a Python that has it in KOKESHI_PYTHON.",
  );
} else {
  const tests = ["-m", "unittest", "discover", "-s", "kokeshi_encoder/tests", "-t", "."];
  process.exitCode = spawnSync(python, tests, { cwd: recipe, stdio: "inherit" }).status ?? 1;
}
