import { afterEach, describe, expect, it, vi } from "vitest";
import { createKernels, createKernelsSync } from "../src/index.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const table = { values: Float32Array.of(1, 2, 3, 4), dimensions: 2 };
const batch = { ids: Uint32Array.of(0, 1), starts: Uint32Array.of(0, 2) };

/** What a page without 'wasm-unsafe-eval' does: memories can be made, modules cannot. */
function forbidCompiling() {
  const refuse = function (): never {
    throw new WebAssembly.CompileError("Refused to compile because of the Content Security Policy");
  };
  vi.spyOn(WebAssembly, "Module").mockImplementation(refuse);
  vi.spyOn(WebAssembly, "instantiate").mockImplementation(refuse);
}

describe.each([
  ["createKernels", createKernels],
  [
    "createKernelsSync",
    async (...options: Parameters<typeof createKernelsSync>) => createKernelsSync(...options),
  ],
] as const)("%s", (_, create) => {
  it("takes WebAssembly where it can, and either engine on demand", async () => {
    expect((await create()).engine).toBe("webassembly");
    expect((await create({ engine: "webassembly" })).engine).toBe("webassembly");
    const javascript = await create({ engine: "javascript" });
    expect(javascript.engine).toBe("javascript");
    expect(javascript.fallbackReason).toBeUndefined();
  });

  it("falls back to JavaScript where compiling is forbidden, and says why", async () => {
    forbidCompiling();
    const kernels = await create();
    expect(kernels.engine).toBe("javascript");
    expect(kernels.fallbackReason).toBeInstanceOf(WebAssembly.CompileError);
    expect([...kernels.createTokenTable(table).gatherMeans(batch)]).toEqual([2, 3]);
  });

  it("does not fall back when told so", async () => {
    forbidCompiling();
    await expect(create({ engine: "webassembly" })).rejects.toThrow(
      expect.objectContaining({ code: "unavailable", message: expect.stringContaining("wasm-unsafe-eval") }),
    );
  });

  it("does without WebAssembly altogether, and grows its memory all the same", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    const kernels = await create();
    expect(kernels.engine).toBe("javascript");
    const tokens = kernels.createTokenTable(table);
    kernels.createFloat32Vectors(256, 1000);
    expect([...tokens.gatherMeans(batch)]).toEqual([2, 3]);
    await expect(create({ shared: true })).rejects.toThrow(expect.objectContaining({ code: "unavailable" }));
  });

  it("respects maximumBytes", async () => {
    const kernels = await create({ maximumBytes: 1_000_000 });
    kernels.createInt8Vectors(100, 1000);
    expect(() => kernels.createFloat32Vectors(100, 10_000)).toThrow(
      expect.objectContaining({ code: "out-of-memory" }),
    );
    expect(() => kernels.createFloat32Vectors(65_536, 1e9)).toThrow(
      expect.objectContaining({ code: "out-of-memory" }),
    );
    await expect(create({ maximumBytes: 2 ** 33 })).rejects.toThrow(/maximumBytes is 8589934592/);
  });
});
