// Compiles the kernels and writes src/wasm/kernels-binary.ts, which is committed so that nobody needs the compiler to
// run the sources. A test compiles again and compares.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compileKernels } from "./compile-kernels.js";

const { binary, memoryFlagsOffset } = await compileKernels();
await writeFile(
  join(import.meta.dirname, "../src/wasm/kernels-binary.ts"),
  `// Written by \`npm run prepare-wasm\` from assembly/: do not edit.

/** ${binary.length} bytes of WebAssembly, in base64. */
export const kernelsBinary =
  "${Buffer.from(binary).toString("base64")}";

/** Offset of the byte that says whether the imported memory is shared (3) or not (1). */
export const memoryFlagsOffset = ${memoryFlagsOffset};
`,
);
process.stdout.write(`kernels: ${binary.length} bytes\n`);
