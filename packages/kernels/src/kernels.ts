import { BitVectors } from "./bit-vectors.js";
import { Float32Vectors } from "./float32-vectors.js";
import { Int8Vectors } from "./int8-vectors.js";
import type { TokenFunctions, VectorFunctions } from "./kernel-functions.js";
import { endOfRows, placeRows } from "./rows.js";
import type { SharedTable, SharedTokenTable } from "./shared-table.js";
import { TokenKernels } from "./token-kernels.js";
import type { TokenTable } from "./token-table.js";
import { topOf, type TopOrder, type TopRows } from "./top-rows.js";

/** An engine and its memory: makes tables and vectors, and holds what needs none. Made by createKernels. */
export class Kernels extends TokenKernels<TokenFunctions & VectorFunctions> {
  /** Room for `rows` vectors of float32, zeros until written. */
  createFloat32Vectors(dimensions: number, rows: number): Float32Vectors {
    return new Float32Vectors(this.context, placeRows(this.context.memory, "float32", dimensions, rows));
  }

  /** Room for `rows` vectors of int8, zeros until written. */
  createInt8Vectors(dimensions: number, rows: number): Int8Vectors {
    return new Int8Vectors(this.context, placeRows(this.context.memory, "int8", dimensions, rows));
  }

  /** Room for `rows` vectors of `bytesPerRow` bytes of packed bits, zeros until written. */
  createBitVectors(bytesPerRow: number, rows: number): BitVectors {
    return new BitVectors(this.context, placeRows(this.context.memory, "bits", bytesPerRow, rows));
  }

  /** The table of another thread, whose memory these kernels were created on. */
  openTable(table: SharedTokenTable): TokenTable;
  openTable(table: SharedTable & { kind: "float32" }): Float32Vectors;
  openTable(table: SharedTable & { kind: "int8" }): Int8Vectors;
  openTable(table: SharedTable & { kind: "bits" }): BitVectors;
  openTable(table: SharedTokenTable | SharedTable): TokenTable | Float32Vectors | Int8Vectors | BitVectors;
  openTable(table: SharedTokenTable | SharedTable): TokenTable | Float32Vectors | Int8Vectors | BitVectors {
    if (table.kind === "tokens") return this.openTokenTable(table);
    this.requireOwnMemory(table, endOfRows(table.kind, table.place));
    switch (table.kind) {
      case "float32":
        return new Float32Vectors(this.context, table.place);
      case "int8":
        return new Int8Vectors(this.context, table.place);
      case "bits":
        return new BitVectors(this.context, table.place);
    }
  }

  /** The `k` greatest scores and where they stand; the earlier of equal ones, NaN never. */
  selectTop<Scores extends Float32Array | Int32Array>(
    scores: Scores,
    k: number,
    order: TopOrder = "score",
  ): TopRows<Scores> {
    return topOf(this.context, scores, k, order);
  }
}
