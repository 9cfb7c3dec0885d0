import type { KernelContext } from "./kernel-context.js";
import type { TokenFunctions } from "./kernel-functions.js";
import { invalidArgument } from "./kernels-error.js";
import { requireDimensions, strideOf } from "./rows.js";
import { Scratch } from "./scratch.js";
import type { SharedTable, SharedTokenTable } from "./shared-table.js";
import type { Engine, StartedEngine } from "./start-engine.js";
import { TokenTable, placeTokenTable, type TokenTableParts } from "./token-table.js";

/** An engine and its memory, for tables of tokens and what needs no table. Made by createTokenKernels. */
export class TokenKernels<Functions extends TokenFunctions = TokenFunctions> {
  readonly engine: Engine;
  /** Why `engine: "auto"` could not have WebAssembly. */
  readonly fallbackReason?: unknown;
  protected readonly context: KernelContext<Functions>;

  /** @internal */
  constructor({ engine, functions, memory, fallbackReason }: StartedEngine<Functions>) {
    this.engine = engine;
    this.fallbackReason = fallbackReason;
    this.context = { functions, memory, scratch: new Scratch(memory) };
  }

  /** Copies a table of token embeddings into the memory. */
  createTokenTable(parts: TokenTableParts): TokenTable {
    return new TokenTable(this.context, placeTokenTable(this.context, parts));
  }

  /** The table of another thread, whose memory these kernels were created on. */
  openTokenTable(table: SharedTokenTable): TokenTable {
    this.requireOwnMemory(table);
    return new TokenTable(this.context, table.place);
  }

  /**
   * Divides each row of `dimensions` values by its Euclidean length, in place; a row of zeros stays. Off by at most a
   * few units in the last place of float32.
   */
  normalizeRows(data: Float32Array, dimensions: number): Float32Array {
    requireDimensions(dimensions);
    if (data.length % dimensions !== 0) {
      throw invalidArgument(`${data.length} values are no rows of ${dimensions}`, "pass whole rows");
    }
    const { functions, memory, scratch } = this.context;
    const stride = strideOf("float32", dimensions);
    const rowsAtATime = Math.max(1, Math.floor(65_536 / stride));
    for (let start = 0; start < data.length; start += rowsAtATime * dimensions) {
      const portion = data.subarray(start, start + rowsAtATime * dimensions);
      const rows = portion.length / dimensions;
      const [address] = scratch.take(rows * stride * 4);
      const padded = memory.views.float32.subarray(address / 4, address / 4 + rows * stride);
      if (stride !== dimensions) padded.fill(0);
      for (let row = 0; row < rows; row++) {
        padded.set(portion.subarray(row * dimensions, (row + 1) * dimensions), row * stride);
      }
      functions.normalizeRows(address, stride, rows);
      for (let row = 0; row < rows; row++) {
        portion.set(padded.subarray(row * stride, row * stride + dimensions), row * dimensions);
      }
    }
    return data;
  }

  /** @param end address behind the table, where it is known */
  protected requireOwnMemory({ memory }: SharedTokenTable | SharedTable, end?: number): void {
    if (memory !== this.context.memory.linear) {
      throw invalidArgument(
        "the table lies in another memory",
        "create the kernels with `memory: table.memory`",
      );
    }
    this.context.memory.refresh(end);
  }
}
