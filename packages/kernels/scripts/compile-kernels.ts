import { main } from "assemblyscript/asc";
import { join } from "node:path";

export interface CompiledKernels {
  binary: Uint8Array;
  /** Where the binary says what memory it imports: 3 stands for a shared one with a maximum, 1 for one that is not shared. */
  memoryFlagsOffset: number;
}

/** The modules that `assembly/` makes, by the name of their entry. */
export const modules = ["text", "tokens", "vectors"] as const;

/** Compiles a module of `assembly/` to WebAssembly. The same sources and compiler give the same bytes. */
export async function compileKernels(module: (typeof modules)[number]): Promise<CompiledKernels> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(
    [
      ...[`assembly/${module}.ts`, "--outFile", "kernels.wasm", "--baseDir", join(import.meta.dirname, "..")],
      ...["-O3", "--converge", "--noAssert", "--runtime", "stub"],
      ...["--enable", "simd", "--enable", "threads"],
      ...[
        "--importMemory",
        "--sharedMemory",
        "--noExportMemory",
        "--initialMemory",
        "1",
        "--maximumMemory",
        "65536",
      ],
    ],
    {
      writeFile: (_name: string, contents: Uint8Array | string) => {
        if (typeof contents !== "string") binary = contents;
      },
    },
  );
  if (error !== null || binary === undefined)
    throw new Error(`asc failed:\n${stderr.toString()}`, { cause: error });
  return { binary, memoryFlagsOffset: findMemoryFlags(binary) };
}

/** Behind the name "memory" of the import stand a 2, for a memory, and its flags. */
function findMemoryFlags(binary: Uint8Array): number {
  const entry = [...new TextEncoder().encode("\x03env\x06memory"), 2, 3];
  const offset = binary.findIndex((_, start) => entry.every((byte, index) => binary[start + index] === byte));
  if (offset < 0) throw new Error("the compiled kernels import no shared memory");
  return offset + entry.length - 1;
}
