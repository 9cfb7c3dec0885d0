/**
 * The order in which the members of a source are drawn: every one once, at random, before any again. Fisher and Yates'
 * shuffle, one draw at a time.
 */
export class DrawOrder {
  /** A permutation; what stands before the cursor was drawn in this round. */
  readonly members: Uint32Array;
  cursor = 0;

  constructor(count: number) {
    this.members = Uint32Array.from({ length: count }, (_, index) => index);
  }

  /** How many are left of this round. */
  get left(): number {
    return this.members.length - this.cursor;
  }

  beginRound(): void {
    this.cursor = 0;
  }

  /** A place behind the cursor, at random. */
  place(random: () => number): number {
    if (this.left === 0) this.beginRound();
    return this.cursor + Math.floor(random() * this.left);
  }

  /** Counts the member at a place as drawn. */
  take(place: number): number {
    const member = this.members[place] as number;
    this.members[place] = this.members[this.cursor] as number;
    this.members[this.cursor++] = member;
    return member;
  }
}
