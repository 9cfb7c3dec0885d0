import { Embeddings } from "@kokeshi/core";
import { randomNumbers } from "../src/fixtures/random-vectors.js";
import { KokeshiIndex } from "../src/index.js";
import { changeNumber, options, type State, stateAfter } from "./changes.js";
import { untilKilled } from "./until-killed.js";

export interface Round {
  /** Changes that the process had said were done. */
  done: number;
  /** Whether the change it was at came to be as well: its last bytes were written, and nobody was told. */
  wasAhead: boolean;
}

/**
 * Kills a process again and again while it changes an index, and checks after each time that the index is whole and is
 * as it was after a whole number of changes: those that were done, and at most the one under way.
 */
export async function* killRounds(
  path: string,
  rounds: number,
  seed: number,
): AsyncGenerator<Round, void, undefined> {
  await (await KokeshiIndex.create({ ...options, path })).close();
  const random = randomNumbers(seed);
  let next = 0;
  let state: State = new Map();
  for (let round = 0; round < rounds; round++) {
    const args = [path, String(seed), String(next)];
    const last = (await untilKilled("./make-changes.ts", args, random)) ?? next - 1;
    for (; next <= last; next++) state = stateAfter([changeNumber(next, seed)], state);
    const after = stateAfter([changeNumber(next, seed)], state);
    await using index = await KokeshiIndex.open(path, { writable: true });
    await index.verify();
    const found: State = new Map();
    for (const { id, payload } of index.items()) found.set(id, payload as { number: number; row: number });
    const wasAhead = !areEqual(found, state);
    if (wasAhead && !areEqual(found, after)) {
      throw new Error(`round ${round}: the index is neither as before change ${next} nor as after it`);
    }
    if (wasAhead) {
      state = after;
      next++;
    }
    if (index.count !== state.size) throw new Error(`round ${round}: an id is there twice`);
    await requireSearchable(index, state, seed, round);
    yield { done: next, wasAhead };
  }
}

function areEqual(a: State, b: State): boolean {
  if (a.size !== b.size) return false;
  for (const [id, { number, row }] of a) {
    const other = b.get(id);
    if (other?.number !== number || other.row !== row) return false;
  }
  return true;
}

/** A few items are found by their own vectors: codes belong to the rows of their ids. */
async function requireSearchable(
  index: KokeshiIndex,
  state: State,
  seed: number,
  round: number,
): Promise<void> {
  const entries = [...state];
  for (let time = 0; time < 5 && entries.length > 0; time++) {
    const [id, { number, row }] = entries[
      (round * 7919 + time * 104_729) % entries.length
    ] as (typeof entries)[number];
    const change = changeNumber(number, seed);
    if (change.kind !== "add") throw new Error("a change that adds nothing added something");
    const query = Embeddings.from([change.items.vectors.row(row)]);
    const [hits] = await index.search(query, { topK: 1, candidates: 100 });
    if (hits?.[0]?.id !== id) throw new Error(`round ${round}: ${id} is not nearest to itself`);
  }
}
