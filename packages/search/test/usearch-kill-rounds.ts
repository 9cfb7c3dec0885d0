import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { randomNumbers } from "../src/fixtures/random-vectors.js";
import { UsearchIndex } from "../src/usearch/index.js";
import { itemsPerSave, vectorsOfSave } from "./usearch-saves.js";
import { untilKilled } from "./until-killed.js";

/**
 * Kills a process again and again while it saves an index in the place of an older one, and checks after each time that
 * what is there is whole: the last save that was done, or the one under way. Yields the number of that save.
 */
export async function* usearchKillRounds(
  path: string,
  rounds: number,
  seed: number,
): AsyncGenerator<number, void, undefined> {
  const random = randomNumbers(seed);
  let next = 0;
  for (let round = 0; round < rounds; round++) {
    const done = (await untilKilled("./save-usearch.ts", [path, String(next)], random)) ?? next - 1;
    const index = await UsearchIndex.open(path);
    const [[hit] = []] = await index.search(vectorsOfSave(done), { topK: 1 });
    const found = hit?.payload as number;
    if (found !== done && found !== done + 1) {
      throw new Error(`round ${round}: the index is that of save ${found}, save ${done} was the last`);
    }
    const own = vectorsOfSave(found);
    const results = await index.search(own, { topK: 1 });
    const wrong = results.filter(([best], row) => best?.id !== `item ${row}` || best.payload !== found);
    // The graph is approximate: that one of its own vectors is missed may be, not that many are.
    if (index.count !== itemsPerSave || wrong.length > itemsPerSave / 100) {
      throw new Error(`round ${round}: ${index.count} items, of which ${wrong.length} are not found`);
    }
    next = found + 1;
    yield found;
  }
  const index = await UsearchIndex.open(path);
  await index.save(path, { overwrite: true });
  const graphs = readdirSync(dirname(path)).filter((name) => name.endsWith(".usearch"));
  if (graphs.length !== 1) throw new Error(`${graphs.length} graphs are left after a save`);
}
