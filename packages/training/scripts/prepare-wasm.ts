// Compiles the sparse half of a training step and writes src/table/table-step-binary.ts, which is committed so that
// nobody needs the compiler to run the sources. A test compiles again and compares.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compileTableStep } from "./compile-table-step.js";

const binary = await compileTableStep();
await writeFile(
  join(import.meta.dirname, "../src/table/table-step-binary.ts"),
  `// Written by \`npm run prepare-wasm\` from assembly/table-step.ts: do not edit.

/** ${binary.length} bytes of WebAssembly, as base64. */
export const tableStepBinary =
  "${Buffer.from(binary).toString("base64")}";
`,
);
process.stdout.write(`table-step: ${binary.length} bytes\n`);
