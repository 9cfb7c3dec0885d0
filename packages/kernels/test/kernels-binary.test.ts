import { describe, expect, it } from "vitest";
import { compileKernels } from "../scripts/compile-kernels.js";
import { textBinary } from "../src/wasm/text-binary.js";
import { tokensBinary } from "../src/wasm/tokens-binary.js";
import { vectorsBinary } from "../src/wasm/vectors-binary.js";

describe("the committed WebAssembly", () => {
  it.each([
    ["text", textBinary],
    ["tokens", tokensBinary],
    ["vectors", vectorsBinary],
  ] as const)(
    "of assembly/%s.ts is what it compiles to (if not: npm run prepare-wasm -w @kokeshi/kernels)",
    async (module, committed) => {
      const { binary, memoryFlagsOffset } = await compileKernels(module);
      expect(committed).toEqual({ base64: Buffer.from(binary).toString("base64"), memoryFlagsOffset });
    },
  );
});
