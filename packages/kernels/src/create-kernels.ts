import { KernelMemory, type MemoryOptions } from "./kernel-memory.js";
import { Kernels } from "./kernels.js";
import { KernelsError } from "./kernels-error.js";
import { createTwin } from "./twin/create-twin.js";
import { instantiate, instantiateAsync } from "./wasm/instantiate.js";

/** What computes: WebAssembly SIMD, or its twin in plain JavaScript. */
export type Engine = "webassembly" | "javascript";

export interface KernelsOptions extends MemoryOptions {
  /** "auto", the default, takes WebAssembly where it can be had; the others insist. */
  engine?: Engine | "auto";
  /** Memory of another thread, from `share()` of one of its tables. `shared` and `maximumBytes` then mean nothing. */
  memory?: WebAssembly.Memory;
}

/**
 * Kernels with a memory of their own, in which tables are placed. The memory only grows, and is given back with the
 * kernels and their tables: let things that live together share kernels, and nothing else.
 *
 * @throws KernelsError "unavailable" where `engine` is "webassembly" and there is none
 */
export async function createKernels(options: KernelsOptions = {}): Promise<Kernels> {
  const memory = memoryFor(options);
  if (options.engine === "javascript") return new Kernels("javascript", createTwin(memory), memory);
  try {
    return new Kernels("webassembly", await instantiateAsync(memory), memory);
  } catch (cause) {
    return fallBack(options, memory, cause);
  }
}

/**
 * As createKernels, without waiting. On the main thread of a browser that limits synchronous compilation the engine is
 * the twin: use createKernels there.
 */
export function createKernelsSync(options: KernelsOptions = {}): Kernels {
  const memory = memoryFor(options);
  if (options.engine === "javascript") return new Kernels("javascript", createTwin(memory), memory);
  try {
    return new Kernels("webassembly", instantiate(memory), memory);
  } catch (cause) {
    return fallBack(options, memory, cause);
  }
}

function memoryFor({ memory, ...options }: KernelsOptions): KernelMemory {
  return memory === undefined ? KernelMemory.create(options) : new KernelMemory(memory);
}

function fallBack({ engine }: KernelsOptions, memory: KernelMemory, cause: unknown): Kernels {
  if (engine === "webassembly") {
    throw new KernelsError(
      "unavailable",
      "WebAssembly SIMD cannot be used here",
      "allow 'wasm-unsafe-eval' in the Content-Security-Policy, use createKernels instead of createKernelsSync, " +
        'or let `engine` be "auto"',
      cause,
    );
  }
  return new Kernels("javascript", createTwin(memory), memory, cause);
}
