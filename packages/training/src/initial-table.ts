import { createNormalRandom } from "./random.js";
import type { ResolvedOptions } from "./training-options.js";

/** Fills a table with what training begins with: the given table or N(0, 1), each row by its smooth inverse frequency. */
export function fillInitialTable(
  table: Float32Array,
  { initialTable, sif, dimensions }: ResolvedOptions,
  counts: Float64Array,
  random: () => number,
): void {
  if (initialTable === undefined) {
    const normal = createNormalRandom(random);
    for (let k = 0; k < table.length; k++) table[k] = normal();
  } else {
    table.set(initialTable);
  }
  if (sif === undefined) return;
  const width = dimensions[0] as number;
  const total = counts.reduce((sum, count) => sum + count, 0);
  counts.forEach((count, row) => {
    const factor = sif / (sif + count / total);
    for (let k = row * width; k < (row + 1) * width; k++) table[k] = (table[k] as number) * factor;
  });
}
