import { readFile } from "node:fs/promises";

/** MLAS reads packed weights with instructions that fault on any other place (`MlasGetPreferredBufferAlignment`). */
const alignment = 64;

/**
 * Whether all packed weights of a graph that ONNX Runtime wrote lie where its kernels can read them from a mapped file.
 * ONNX Runtime 1.30 lays them behind tensors of any size, and a process that runs such a graph ends with SIGSEGV.
 *
 * Their places are in entries `prepacked_0`, …, as `<kernel>+<hash>|<offset>;<length>;<flag>`.
 */
export async function packedWeightsAreAligned(graph: string): Promise<boolean> {
  const text = (await readFile(graph)).toString("latin1");
  for (const [, offset] of text.matchAll(/\|(\d+);\d+;/g)) if (Number(offset) % alignment !== 0) return false;
  return true;
}
