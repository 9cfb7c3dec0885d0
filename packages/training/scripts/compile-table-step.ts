import { main } from "assemblyscript/asc";
import { join } from "node:path";

/** Compiles `assembly/table-step.ts` to WebAssembly. The same sources and compiler give the same bytes. */
export async function compileTableStep(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(
    [
      ...["assembly/table-step.ts", "--outFile", "step.wasm", "--baseDir", join(import.meta.dirname, "..")],
      ...["-O3", "--converge", "--noAssert", "--runtime", "stub", "--enable", "simd"],
      ...["--importMemory", "--noExportMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
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
