import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError, KokeshiError, NotFoundError } from "@kokeshi/core";
import { dataFolder } from "@kokeshi/test-data";
import { compare, type ComparisonRow } from "./compare.js";
import { machineLine } from "./machine.js";
import { markdownTables } from "./markdown.js";
import { helpText, readOptions } from "./options.js";
import { QuietMachine } from "./quiet-machine.js";
import { readPeers } from "./peers.js";
import { defaultModel, encodeSections, tokenizerSection, tokenizersUnderTest } from "./sections.js";

async function main(): Promise<void> {
  const { only, table, clock, quick, json, help } = readOptions(process.argv.slice(2));
  if (help) {
    process.stdout.write(helpText);
    return;
  }
  const data = presentDataFolder();
  const machine = machineLine();
  const peers = readPeers();
  const modelTokenizer = fileURLToPath(import.meta.resolve(`${defaultModel}/tokenizer.json`));
  const sections = [
    ...tokenizersUnderTest(data, modelTokenizer).map((each) => tokenizerSection(each, peers)),
    ...encodeSections(peers),
  ].filter(({ group, title }) => (only === undefined || group === only) && title.includes(table));

  const rows: ComparisonRow[] = [];
  const quietMachine = new QuietMachine(quick ? 0 : 2 * 60_000);
  for (const section of sections) {
    rows.push(
      ...(await compare(section, {
        rounds: quick ? 3 : 5,
        warmUpMilliseconds: quick ? 150 : 700,
        shareOfBytes: quick ? 0.1 : 1,
        clock,
        dataFolder: data,
        quiet: quietMachine,
        onProgress: (what) => process.stderr.write(`${what}\n`),
      })),
    );
  }
  const { notQuiet } = quietMachine;
  if (json) {
    const report = { machine, date: new Date().toISOString(), clock, quick, notQuiet, peers, rows };
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  } else {
    const disturbed =
      notQuiet > 0 ? `\n\n${notQuiet} rounds began while the machine was busy with other work.` : "";
    process.stdout.write(`${machine}\n\n${markdownTables(rows)}${disturbed}\n`);
  }
}

function presentDataFolder(): string {
  const folder = dataFolder();
  if (existsSync(join(folder, "eval"))) return folder;
  throw new NotFoundError({
    part: "bench",
    problem: `there is no shared data in ${folder}`,
    remedy: "set KOKESHI_DATA to the folder with the shared evaluation data (eval, tokenizers, train)",
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof KokeshiError ? error.message : String(error)}\n`);
  process.exitCode = error instanceof InvalidArgumentError ? 2 : 1;
});
