/*
 * New processes to the first vector of the default model, beside `node -e 0`, in turns; medians, from the creation of
 * the process to its end. Measures the built packages.
 * Usage: npm run build && node tools/bench/cold-start/main.js [ROUNDS]
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const rounds = Number(process.argv[2] ?? 15);
const contestants = {
  "node -e 0": ["-e", "0"],
  "first vector": [join(import.meta.dirname, "first-vector.js")],
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

const milliseconds = { "node -e 0": [], "first vector": [] };
const phases = { imported: [], opened: [], embedded: [] };
for (let round = -1; round < rounds; round++) {
  for (const [name, arguments_] of Object.entries(contestants)) {
    const before = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, arguments_, { encoding: "utf8" });
    const taken = performance.now() - before;
    if (status !== 0) throw new Error(`${name} failed:\n${stderr}`);
    // The first round fills the caches of the disk.
    if (round < 0) continue;
    milliseconds[name].push(taken);
    if (stdout === "") continue;
    for (const [phase, at] of Object.entries(JSON.parse(stdout))) phases[phase].push(at);
  }
}

for (const [name, taken] of Object.entries(milliseconds)) {
  const fastest = Math.min(...taken).toFixed(0);
  console.log(
    `${name.padEnd(14)} median ${median(taken).toFixed(0)} ms, fastest ${fastest} ms, of ${rounds} processes`,
  );
}
for (const [phase, at] of Object.entries(phases)) {
  console.log(`  ${phase} after ${median(at).toFixed(0)} ms, fastest ${Math.min(...at).toFixed(0)} ms`);
}
