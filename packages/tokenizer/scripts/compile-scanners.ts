import { main } from "assemblyscript/asc";
import { join } from "node:path";

export const scanners = ["bpe", "unigram", "wordpiece"];

/** Compiles a file of `assembly/` to WebAssembly. The same sources and compiler give the same bytes. */
export async function compileScanner(name: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(
    [
      ...[`assembly/${name}.ts`, "--outFile", "scanner.wasm", "--baseDir", join(import.meta.dirname, "..")],
      ...["-O3", "--converge", "--noAssert", "--runtime", "stub"],
      ...["--enable", "simd", "--enable", "bulk-memory"],
      ...["--importMemory", "--noExportMemory", "--initialMemory", "1"],
      // Static data lies before everything that layout.ts knows of.
      ...["--memoryBase", "64"],
      // Addresses are numbers of 32 bits throughout.
      ...["--disableWarning", "201"],
    ],
    {
      writeFile: (_name: string, contents: Uint8Array | string) => {
        if (typeof contents !== "string") binary = contents;
      },
    },
  );
  if (error !== null || binary === undefined)
    throw new Error(`asc failed:\n${stderr.toString()}`, { cause: error });
  return binary;
}
