import { describe, expect, it } from "vitest";
import { compileKernels } from "../scripts/compile-kernels.js";
import { kernelsBinary, memoryFlagsOffset } from "../src/wasm/kernels-binary.js";

describe("the committed WebAssembly", () => {
  it("is what assembly/ compiles to (if not: npm run prepare-wasm -w @kokeshi/kernels)", async () => {
    const compiled = await compileKernels();
    expect(kernelsBinary).toBe(Buffer.from(compiled.binary).toString("base64"));
    expect(memoryFlagsOffset).toBe(compiled.memoryFlagsOffset);
  });
});
