/** Chooses sources with a probability proportional to weight * (pairs)^exponent. */
export class SourceChoice {
  private readonly cumulative: number[] = [];

  constructor(sources: readonly { pairs: number; weight?: number }[], exponent: number) {
    let total = 0;
    for (const { pairs, weight = 1 } of sources) this.cumulative.push((total += weight * pairs ** exponent));
  }

  next(random: () => number): number {
    const point = random() * (this.cumulative.at(-1) as number);
    return this.cumulative.findIndex((limit) => point < limit);
  }
}
