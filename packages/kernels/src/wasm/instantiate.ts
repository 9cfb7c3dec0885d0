import type { KernelFunctions } from "../kernel-functions.js";
import type { KernelMemory } from "../kernel-memory.js";
import { kernelsBinary, memoryFlagsOffset } from "./kernels-binary.js";

/**
 * The kernels in WebAssembly. Throws where there is none: an engine without SIMD, a Content-Security-Policy without
 * 'wasm-unsafe-eval', or the limit on synchronous compilation that some browsers set on their main thread.
 */
export function instantiate(memory: KernelMemory): KernelFunctions {
  return new WebAssembly.Instance(new WebAssembly.Module(binaryFor(memory)), imports(memory))
    .exports as unknown as KernelFunctions;
}

/** As instantiate, compiled in the background. */
export async function instantiateAsync(memory: KernelMemory): Promise<KernelFunctions> {
  const { instance } = await WebAssembly.instantiate(binaryFor(memory), imports(memory));
  return instance.exports as unknown as KernelFunctions;
}

/** One binary serves both kinds of memory: the import differs in a single byte. */
function binaryFor(memory: KernelMemory): Uint8Array<ArrayBuffer> {
  const binary = Uint8Array.from(atob(kernelsBinary), (character) => character.charCodeAt(0));
  if (!memory.isShared) binary[memoryFlagsOffset] = 1;
  return binary;
}

function imports({ linear }: KernelMemory): WebAssembly.Imports {
  return { env: { memory: linear as WebAssembly.Memory } };
}
