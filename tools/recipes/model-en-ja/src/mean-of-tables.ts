/**
 * The mean of tables that were trained from one start, each scaled to a root mean square of 1 ("model soup", Wortsman et al.
 * 2022, https://arxiv.org/abs/2203.05482): their differences are partly chance, which a mean takes out. Vectors are scaled to
 * length 1, so the size of a whole table says nothing.
 */
export function meanOfTables(tables: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(tables[0]?.length ?? 0);
  for (const table of tables) {
    let squares = 0;
    for (const value of table) squares += value * value;
    const factor = 1 / (Math.sqrt(squares / table.length) * tables.length);
    for (let index = 0; index < mean.length; index++)
      mean[index] = (mean[index] as number) + factor * (table[index] as number);
  }
  return mean;
}
