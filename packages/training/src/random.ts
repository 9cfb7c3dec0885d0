/** As `createRandom`, whose place in the sequence can be kept and taken up again. */
export class SeededRandom {
  /** Any 32-bit unsigned whole number; the seed at first. */
  state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A seeded generator of numbers in [0, 1): mulberry32 (Tommy Ettinger, public domain), 32 bits of state, the same
 * sequence on every machine.
 */
export function createRandom(seed: number): () => number {
  return new SeededRandom(seed).next;
}

/** Draws from the standard normal distribution (Box and Muller 1958). */
export function createNormalRandom(random: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
