/**
 * A set of code points, written as runs: the gap since the last run and the run's length, in base 36.
 * Decoded on first use, so that a tokenizer which never asks pays nothing at start.
 */
export class CodePointSet {
  private bounds: Int32Array | undefined;

  constructor(private readonly runs: string) {}

  has(codePoint: number): boolean {
    const bounds = (this.bounds ??= decode(this.runs));
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((bounds[middle] as number) <= codePoint) low = middle + 1;
      else high = middle;
    }
    // Bounds alternate between the start of a run and the first code point after it.
    return (low & 1) === 1;
  }
}

function decode(runs: string): Int32Array {
  let bound = 0;
  return Int32Array.from(runs.split(" "), (step) => (bound += parseInt(step, 36)));
}
