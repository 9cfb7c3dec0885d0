// publint and are-the-types-wrong on every package that is published. Run after `npm run build`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "kokeshi-pack-"));
let failed = 0;

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: "utf8" });
  return { ok: result.status === 0, output: `${result.stdout ?? ""}${result.stderr ?? ""}` };
}

for (const name of readdirSync(join(root, "packages")).sort()) {
  const folder = join(root, "packages", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (manifest.private) continue;
  const problems = [];
  if (!existsSync(join(folder, "README.md"))) problems.push("README.md is missing");

  const { messages } = await publint({ pkgDir: folder, strict: true });
  for (const message of messages) problems.push(`publint: ${formatMessage(message, manifest)}`);

  // A package of weights or of a command has no types to check.
  if (manifest.types !== undefined) {
    const packed = run("npm", ["pack", "--silent", "--pack-destination", scratch], folder);
    if (!packed.ok) problems.push(`npm pack: ${packed.output}`);
    else {
      const tarball = join(scratch, packed.output.trim().split("\n").at(-1));
      const attw = run(
        "npx",
        ["attw", tarball, "--format", "ascii", "--no-emoji", "--profile", "node16"],
        root,
      );
      if (!attw.ok) problems.push(`are-the-types-wrong:\n${attw.output}`);
    }
  }

  console.log(`${problems.length === 0 ? "ok    " : "FAILED"} ${manifest.name}`);
  for (const problem of problems) console.log(`       ${problem}`);
  if (problems.length > 0) failed++;
}

rmSync(scratch, { recursive: true });
process.exit(failed === 0 ? 0 : 1);
