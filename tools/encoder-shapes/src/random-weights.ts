/** Draws the same weights from the same seed, whatever the machine. */
export class RandomWeights {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** Normally distributed values. */
  normal(count: number, mean: number, deviation: number): Float32Array {
    const values = new Float32Array(count);
    for (let index = 0; index < count; index += 2) {
      // Box and Muller, 1958: two uniform numbers give two normal ones.
      const radius = deviation * Math.sqrt(-2 * Math.log(1 - this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      values[index] = mean + radius * Math.cos(angle);
      if (index + 1 < count) values[index + 1] = mean + radius * Math.sin(angle);
    }
    return values;
  }

  /** mulberry32, in [0, 1). */
  private uniform(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
