import type { KernelMemory } from "./kernel-memory.js";

const alignment = 64;

/** The one region in which calls put what they pass and get. It belongs to one `Kernels`, so to one thread. */
export class Scratch {
  private start = 0;
  private size = 0;

  constructor(private readonly memory: KernelMemory) {}

  /** Addresses of areas of so many bytes, valid until the next call. Their content is arbitrary. */
  take<Sizes extends number[]>(...sizes: Sizes): { [Index in keyof Sizes]: number } {
    const needed = sizes.reduce((total, size) => total + aligned(size), 0);
    if (needed > this.size) {
      // Memory is never given back, so doubling keeps what is lost below what is used.
      const size = Math.max(needed, 2 * this.size, 65_536);
      this.start = this.memory.allocate(size);
      this.size = size;
    }
    let next = this.start;
    return sizes.map((size) => {
      const address = next;
      next += aligned(size);
      return address;
    }) as { [Index in keyof Sizes]: number };
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
