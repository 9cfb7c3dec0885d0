import type { WeighedTokens } from "@kokeshi/static-model";

/**
 * The forward pass of a static model: for each text named in `texts`, the weighted mean of its tokens' rows of the
 * table. `out` takes `texts.length` rows of `dimensions`. A text without tokens gets zeros.
 */
export function meanOfRows(
  table: Float32Array,
  dimensions: number,
  tokens: WeighedTokens,
  texts: Uint32Array,
  out: Float32Array,
): void {
  out.fill(0);
  for (let row = 0; row < texts.length; row++) {
    const text = texts[row] as number;
    const first = tokens.starts[text] as number;
    const end = tokens.starts[text + 1] as number;
    const target = row * dimensions;
    let total = 0;
    for (let i = first; i < end; i++) {
      const weight = weightOf(tokens, i);
      total += weight;
      const source = (tokens.ids[i] as number) * dimensions;
      for (let d = 0; d < dimensions; d++) {
        out[target + d] = (out[target + d] as number) + weight * (table[source + d] as number);
      }
    }
    const scale = end > first ? 1 / total : 0;
    for (let d = 0; d < dimensions; d++) out[target + d] = (out[target + d] as number) * scale;
  }
}

function weightOf({ weights }: WeighedTokens, index: number): number {
  return weights === undefined ? 1 : (weights[index] as number);
}

/** The gradient of a table of which few rows are touched at a time. */
export class SparseGradient {
  /** Rows that have a gradient, `touchedCount` of them. */
  readonly touchedRows: Uint32Array;
  touchedCount = 0;
  /** Shape of the table; zeros outside the touched rows. */
  readonly values: Float32Array;
  private readonly isTouched: Uint8Array;

  constructor(
    rows: number,
    readonly dimensions: number,
  ) {
    this.touchedRows = new Uint32Array(rows);
    this.values = new Float32Array(rows * dimensions);
    this.isTouched = new Uint8Array(rows);
  }

  /** The backward pass of `meanOfRows`: each token of a text gets weight / total of the text's gradient. */
  addMeanGradient(tokens: WeighedTokens, texts: Uint32Array, gradient: Float32Array): void {
    const { dimensions, values } = this;
    const share = new Float32Array(dimensions);
    for (let row = 0; row < texts.length; row++) {
      const text = texts[row] as number;
      const first = tokens.starts[text] as number;
      const end = tokens.starts[text + 1] as number;
      let total = 0;
      for (let i = first; i < end; i++) total += weightOf(tokens, i);
      for (let d = 0; d < dimensions; d++) share[d] = (gradient[row * dimensions + d] as number) / total;
      for (let i = first; i < end; i++) {
        const weight = weightOf(tokens, i);
        const id = tokens.ids[i] as number;
        this.touch(id);
        const target = id * dimensions;
        for (let d = 0; d < dimensions; d++) {
          values[target + d] = (values[target + d] as number) + weight * (share[d] as number);
        }
      }
    }
  }

  clear(): void {
    const { dimensions } = this;
    for (let i = 0; i < this.touchedCount; i++) {
      const row = this.touchedRows[i] as number;
      this.isTouched[row] = 0;
      this.values.fill(0, row * dimensions, (row + 1) * dimensions);
    }
    this.touchedCount = 0;
  }

  private touch(row: number): void {
    if (this.isTouched[row] === 1) return;
    this.isTouched[row] = 1;
    this.touchedRows[this.touchedCount++] = row;
  }
}
