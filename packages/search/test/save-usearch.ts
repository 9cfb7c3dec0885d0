import { writeSync } from "node:fs";
import { UsearchIndex } from "../src/usearch/index.js";
import { dimensions, itemsPerSave, vectorsOfSave } from "./usearch-saves.js";

/*
 * Saves an index in the place of the last one until it is killed, each time with other vectors, and says which saves are
 * done: `save-usearch.ts FILE FIRST`.
 */
const [path, first] = process.argv.slice(2) as [string, string];
const ids = Array.from({ length: itemsPerSave }, (_, row) => `item ${row}`);
for (let number = Number(first); ; number++) {
  const index = await UsearchIndex.create({ dimensions });
  await index.add({ ids, vectors: vectorsOfSave(number), payloads: ids.map(() => number) });
  await index.save(path, { overwrite: true });
  writeSync(1, `${number}\n`);
}
