import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killRounds } from "../test/kill-rounds.js";
import { usearchKillRounds } from "../test/usearch-kill-rounds.js";

/*
 * npm run kill-test -w @kokeshi/search [-- ROUNDS [SEED]]: kill -9 while an index is changed, and while a UsearchIndex is
 * saved, by default 200 times each.
 */
const [rounds = "200", seed = String(Date.now() % 1e6)] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "kokeshi-kill-"));
let round = 0;
let ahead = 0;
let done = 0;
try {
  for await (const result of killRounds(join(folder, "index.kidx"), Number(rounds), Number(seed))) {
    round++;
    if (result.wasAhead) ahead++;
    done = result.done;
    if (round % 20 === 0) process.stdout.write(`${round} rounds, ${done} changes\n`);
  }
  process.stdout.write(
    `${round} times killed (seed ${seed}), ${done} changes survived: never a corrupt or half state; ` +
      `${ahead} times the change under way was already complete\n`,
  );
  let last = 0;
  for await (const save of usearchKillRounds(join(folder, "graph"), Number(rounds), Number(seed)))
    last = save;
  process.stdout.write(
    `usearch: killed as often, ${last + 1} saves survived: never a corrupt or half state\n`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
