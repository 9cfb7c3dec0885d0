import type { KernelMemory } from "./kernel-memory.js";
import { KernelsError } from "./kernels-error.js";
import type { PlacedRows, RowKind } from "./rows.js";
import type { PlacedTokenTable } from "./token-table.js";

/** Vectors for another thread: `postMessage` takes it as it is, and copies nothing of the table. */
export interface SharedTable {
  kind: RowKind;
  memory: WebAssembly.Memory;
  place: PlacedRows;
}

/** A table of token embeddings for another thread. */
export interface SharedTokenTable {
  kind: "tokens";
  memory: WebAssembly.Memory;
  place: PlacedTokenTable;
}

/** @throws KernelsError where the memory was not created with `shared: true` */
export function requireSharedMemory(memory: KernelMemory): WebAssembly.Memory {
  if (memory.isShared) return memory.linear as WebAssembly.Memory;
  throw new KernelsError(
    "invalid-argument",
    "the memory of these kernels is not shared",
    "create them with `shared: true`",
  );
}
