import {
  createTokenKernels,
  type SharedTokenTable,
  type TokenKernels,
  type TokenTable,
} from "@kokeshi/kernels/tokens";
import type { EmbeddingTable } from "./embedding-table.js";
import { gatherMeans } from "./gather-mean.js";
import type { WeighedTokens } from "./sublinear-counts.js";

/** The vectors of a model's tokens, ready to be averaged. */
export interface TokenMeans {
  readonly dimensions: number;
  /** Ids from 0 to `tokens` - 1 have a vector. */
  readonly tokens: number;
  /**
   * Writes the weighted mean of the vectors of each text's tokens into `means`; zeros for a text without tokens.
   *
   * @param normalize scale each mean to length 1
   * @param means of `(starts.length - 1) * dimensions` zeros
   */
  gather(tokens: WeighedTokens, normalize: boolean, means: Float32Array): void;
  /** The table for another thread; `undefined` where it does not lie in memory that threads can share. */
  readonly shared: SharedTokenTable | undefined;
}

/**
 * Places a table where the kernels of `@kokeshi/kernels` work on it, once and as it is: int8 stays int8. The table that
 * was passed is not needed any more.
 *
 * What the kernels do not compute exactly as the family's own library does, or cannot hold, stays in JavaScript: float64
 * factors, rows beyond 65,536 dimensions, tables near the 4 GiB of WebAssembly.
 */
export async function createTokenMeans(table: EmbeddingTable): Promise<TokenMeans> {
  if (!suitsKernels(table)) {
    return {
      dimensions: table.dimensions,
      tokens: table.tokens,
      gather: (...batch) => gatherMeans(table, ...batch),
      shared: undefined,
    };
  }
  const sharing = await sharingKernels();
  if (sharing === undefined)
    return kernelMeans((await createTokenKernels()).createTokenTable(table), undefined);
  const placed = sharing.createTokenTable(table);
  return kernelMeans(placed, placed.share());
}

/** A table of the kernels, this thread's own or one that another thread shares. */
export function kernelMeans(table: TokenTable, shared: SharedTokenTable | undefined): TokenMeans {
  return {
    dimensions: table.dimensions,
    tokens: table.tokens,
    gather: (tokens, normalize, out) => void table.gatherMeans(tokens, { normalize, out }),
    shared,
  };
}

function suitsKernels({ values, dimensions, tokens, factors }: EmbeddingTable): boolean {
  return (
    !(factors instanceof Float64Array) &&
    dimensions <= 65_536 &&
    // Rows are padded to 32 elements; what the calls themselves need comes on top.
    values.byteLength * (1 + 32 / dimensions) + tokens * 8 < 3.5 * 2 ** 30
  );
}

/** Shared memory is as fast, and lets threads join later. Browsers have it on cross-origin isolated pages only. */
async function sharingKernels(): Promise<TokenKernels | undefined> {
  if (typeof SharedArrayBuffer !== "function") return undefined;
  return createTokenKernels({ shared: true }).catch(() => undefined);
}
