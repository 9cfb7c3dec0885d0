import { KernelsError } from "./kernels-error.js";
import { MemoryViews } from "./memory-views.js";

/** What a `WebAssembly.Memory` is to us; without WebAssembly, a buffer that is copied to grow. */
export interface LinearMemory {
  readonly buffer: ArrayBufferLike;
  /** Adds pages of 64 KiB and returns how many there were. */
  grow(pages: number): number;
}

const bytesPerPage = 65_536;
const mostBytes = 65_535 * bytesPerPage;
/** A cache line, and more than any kernel needs. */
const alignment = 64;

export interface MemoryOptions {
  shared?: boolean;
  /** Bytes beyond which the memory does not grow. Default, and the most that WebAssembly can address: 4 GiB. */
  maximumBytes?: number;
}

/**
 * One linear memory in which tables are placed once and for all. The word at address 0 holds the first free address;
 * it is moved atomically, so threads that share the memory can all allocate.
 */
export class KernelMemory {
  private current: MemoryViews;

  constructor(readonly linear: LinearMemory) {
    this.current = new MemoryViews(linear.buffer);
    Atomics.compareExchange(this.current.uint32, 0, 0, alignment);
  }

  static create({ shared = false, maximumBytes = mostBytes }: MemoryOptions = {}): KernelMemory {
    const maximum = Math.max(1, Math.ceil(maximumBytes / bytesPerPage));
    if (!(maximum <= 65_536)) {
      throw new KernelsError(
        "invalid-argument",
        `maximumBytes is ${maximumBytes}`,
        "use at most 4294967296 (4 GiB)",
      );
    }
    if (typeof WebAssembly === "object")
      return new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum, shared }));
    if (!shared) return new KernelMemory(new CopiedMemory(maximum));
    throw new KernelsError(
      "unavailable",
      "there is no WebAssembly, whose memories threads share",
      "leave out `shared`",
    );
  }

  get isShared(): boolean {
    return typeof SharedArrayBuffer === "function" && this.linear.buffer instanceof SharedArrayBuffer;
  }

  /** The memory as it is now: views of earlier may have been detached by growth. */
  get views(): MemoryViews {
    const { buffer } = this.linear;
    if (buffer !== this.current.buffer) this.current = new MemoryViews(buffer);
    return this.current;
  }

  /** Address of `bytes` fresh bytes, all zero. */
  allocate(bytes: number): number {
    for (;;) {
      const start = Atomics.load(this.views.uint32, 0);
      const end = start + Math.ceil(bytes / alignment) * alignment;
      if (!(end <= mostBytes)) throw outOfMemory(bytes);
      this.growTo(end, bytes);
      // Another thread may have taken the place in the meantime.
      if (Atomics.compareExchange(this.views.uint32, 0, start, end) === start) return start;
    }
  }

  /** Takes notice of growth by another thread, where bytes before address `end` are not known yet. */
  refresh(end = Infinity): void {
    if (end > this.current.buffer.byteLength) this.linear.grow(0);
  }

  private growTo(end: number, bytes: number): void {
    if (end <= this.linear.buffer.byteLength) return;
    this.refresh();
    const missing = end - this.linear.buffer.byteLength;
    if (missing <= 0) return;
    try {
      this.linear.grow(Math.ceil(missing / bytesPerPage));
    } catch (cause) {
      throw outOfMemory(bytes, cause);
    }
  }
}

function outOfMemory(bytes: number, cause?: unknown): KernelsError {
  return new KernelsError(
    "out-of-memory",
    `the memory cannot grow by ${bytes} bytes`,
    "raise `maximumBytes`, use smaller tables, or give each table its own kernels",
    cause,
  );
}

class CopiedMemory implements LinearMemory {
  buffer = new ArrayBuffer(bytesPerPage);

  constructor(private readonly maximum: number) {}

  grow(pages: number): number {
    const before = this.buffer.byteLength / bytesPerPage;
    if (before + pages > this.maximum) throw new RangeError("maximum memory size exceeded");
    if (pages > 0) {
      const larger = new ArrayBuffer((before + pages) * bytesPerPage);
      new Uint8Array(larger).set(new Uint8Array(this.buffer));
      this.buffer = larger;
    }
    return before;
  }
}
