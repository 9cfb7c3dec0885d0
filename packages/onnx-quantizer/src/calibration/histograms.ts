/**
 * Histograms around 0, one a row, whose memory does not grow: where a value lies beyond the reach of its row, the reach
 * is doubled and neighbouring bins become one. Reaches are powers of two, so no bin is ever cut.
 */
export class Histograms {
  /** Bin k of a row counts values from (k - binsPerSide) * reach / binsPerSide on; row after row. */
  readonly counts: Float64Array;
  /** Greater than every magnitude in the row; 0 while there were none but zeros. */
  readonly reaches: Float64Array;

  constructor(
    readonly rows: number,
    readonly binsPerSide: number,
  ) {
    this.counts = new Float64Array(rows * 2 * binsPerSide);
    this.reaches = new Float64Array(rows);
  }

  /** Makes room for values of this magnitude. */
  reach(row: number, magnitude: number): void {
    const before = this.reaches[row] as number;
    if (magnitude < before || magnitude === 0) return;
    let needed = before === 0 ? 2 ** Math.floor(Math.log2(magnitude)) : before;
    for (; needed <= magnitude; needed *= 2) if (before > 0) this.mergePairs(row);
    this.reaches[row] = needed;
  }

  /** The counts of a row. */
  row(row: number): Float64Array {
    const bins = 2 * this.binsPerSide;
    return this.counts.subarray(row * bins, (row + 1) * bins);
  }

  private mergePairs(row: number): void {
    const counts = this.row(row);
    const half = this.binsPerSide;
    // From 0 outwards, so that what is read was not written yet.
    for (let bin = 0; bin < half; bin++) {
      const source = 2 * bin;
      const positive = source < half ? at(counts, half + source) + at(counts, half + source + 1) : 0;
      const negative = source < half ? at(counts, half - 1 - source) + at(counts, half - 2 - source) : 0;
      counts[half + bin] = positive;
      counts[half - 1 - bin] = negative;
    }
  }
}

function at(counts: Float64Array, index: number): number {
  return counts[index] as number;
}
