import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../src/fixtures/temporary-folder.js";
import { killRounds } from "./kill-rounds.js";
import { usearchKillRounds } from "./usearch-kill-rounds.js";

const folder = temporaryFolder();

// `npm run kill-test` does both 200 times.
it("an index survives the killing of its process at any moment", async () => {
  let rounds = 0;
  for await (const { done } of killRounds(join(folder, "killed.kidx"), 4, 7)) {
    rounds++;
    expect(done).toBeGreaterThanOrEqual(0);
  }
  expect(rounds).toBe(4);
}, 60_000);

it("a saved UsearchIndex survives the killing of the process that saves a newer one", async () => {
  const saves: number[] = [];
  for await (const save of usearchKillRounds(join(folder, "killed-graph"), 4, 7)) saves.push(save);
  expect(saves).toHaveLength(4);
  expect(saves).toEqual([...saves].sort((a, b) => a - b));
}, 60_000);
