/*
 * Gives the runtime thousands of damaged graphs, in a process that may die, and says which of them ended it or kept it
 * busy for long: a graph may be refused or run, and nothing else. The same numbers damage the same graphs in the same way.
 *
 *     npm run fuzz -w @kokeshi/transformer-int8 -- [--cases 5000] [--from 0] [--keep FOLDER] [--graph FILE…]
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KokeshiError, memoryFolder } from "@kokeshi/core";
import { openBatchEncoder } from "../src/encoder/open-batch-encoder.js";
import { readEncoderPlan } from "../src/encoder/read-encoder-plan.js";
import { damagedGraph, goldenGraphs, type Damage } from "./damaged-graph.js";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "5000" },
    from: { type: "string", default: "0" },
    /** Graphs to damage instead of the golden ones. */
    graph: { type: "string", multiple: true },
    /** Where the graphs go that ended the process. */
    keep: { type: "string" },
    /** In the process that may die. */
    child: { type: "boolean", default: false },
  },
});
const graphs = values.graph ?? goldenGraphs;
const [from, cases] = [Number(values.from), Number(values.cases)];

/** A case takes some milliseconds. */
const longestCaseMs = 20_000;
/** A damaged size may ask for any amount; of private memory, the process gets this. */
const mostBytes = 4 * 2 ** 30;

/** Three texts, of 5, 1 and 9 tokens. */
const batch = {
  ids: Int32Array.of(2, 5, 6, 7, 3, 2, 2, 5, 9, 11, 12, 8, 9, 10, 3),
  offsets: Uint32Array.of(0, 5, 6, 15),
};

if (values.child) await tryCases();
else process.exitCode = await supervise();

/** Before each case its number goes to the parent, at once: what comes after may be the end. */
async function tryCases(): Promise<void> {
  for (let number = from; number < cases; number++) {
    writeSync(1, `${number}\n`);
    writeSync(1, `${number} ${await outcomeOf(damagedGraph(graphs, number))}\n`);
  }
}

async function outcomeOf({ files }: Damage): Promise<"read" | "opened" | "ran" | "refused" | "wrong"> {
  let reached: "read" | "opened" | "ran" | "refused" = "refused";
  try {
    const plan = await readEncoderPlan(memoryFolder("damaged", files));
    reached = "read";
    const encoder = await openBatchEncoder(plan);
    reached = "opened";
    try {
      await encoder.encode(batch, new Float32Array(3 * encoder.dimensions));
      reached = "ran";
    } finally {
      await encoder.close();
    }
  } catch (error) {
    if (error instanceof KokeshiError) return reached;
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
    return "wrong";
  }
  return reached;
}

async function supervise(): Promise<number> {
  const counts = new Map<string, number>();
  const deaths: string[] = [];
  for (let next = from; next < cases;) {
    const { last, outcomes, end } = await runChild(next);
    for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (end === undefined) break;
    const { what, files } = damagedGraph(graphs, last);
    deaths.push(`${last}: ${end}; ${what}`);
    process.stdout.write(`${deaths.at(-1)}\n`);
    if (values.keep !== undefined) {
      mkdirSync(values.keep, { recursive: true });
      writeFileSync(join(values.keep, `${last}.onnx`), files["onnx/model.onnx"] as Uint8Array);
    }
    next = last + 1;
  }
  const of = (outcome: string) => counts.get(outcome) ?? 0;
  process.stdout.write(
    `${cases - from} damaged graphs: ${of("refused")} refused by our readers, ${of("read")} by ONNX Runtime when it opened them, ` +
      `${of("opened")} when it ran them, ${of("ran")} ran; ${of("wrong")} errors without a type; ${deaths.length} ended the process\n`,
  );
  return deaths.length + of("wrong") > 0 ? 1 : 0;
}

/** Runs cases from `next` on in a process, until its end; `end` says how it ended, if that was not the last case. */
async function runChild(
  next: number,
): Promise<{ last: number; outcomes: string[]; end: string | undefined }> {
  const program = [...process.execArgv, fileURLToPath(import.meta.url)];
  const options = [
    "--child",
    `--from=${next}`,
    `--cases=${cases}`,
    ...graphs.map((graph) => `--graph=${graph}`),
  ];
  const limited = process.platform === "linux" ? ["prlimit", `--data=${mostBytes}`, "--core=0"] : [];
  const [command, ...args] = [...limited, process.execPath, ...program, ...options] as [string, ...string[]];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const outcomes: string[] = [];
  let last = next;
  let isSlow = false;
  const kill = () => {
    isSlow = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(kill, 3 * longestCaseMs);
  createInterface(child.stdout).on("line", (line) => {
    const [number, outcome] = line.split(" ");
    last = Number(number);
    if (outcome !== undefined) outcomes.push(outcome);
    clearTimeout(timer);
    timer = setTimeout(kill, longestCaseMs);
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on("close", (...how) => resolve(how)),
  );
  clearTimeout(timer);
  if (code === 0) return { last, outcomes, end: undefined };
  const end = isSlow ? `took more than ${longestCaseMs / 1000} s` : (signal ?? `exit code ${code}`);
  return { last, outcomes, end };
}
