import { parseArgs } from "node:util";
import { InvalidArgumentError } from "@kokeshi/core";

export interface BenchOptions {
  only: "tokenizers" | "encode" | undefined;
  /** Of tables whose title has this in it. */
  table: string;
  clock: "wall" | "processor";
  quick: boolean;
  json: boolean;
  help: boolean;
}

export const helpText = `Measures Kokeshi beside its peers, in turns, on the same texts, in one run.

Usage: npm run bench -- [OPTION…]        (npm run -s bench -- --json for a clean standard output)

  --only tokenizers|encode   one half of the comparison
  --table TEXT               only tables with this in their title, such as roberta
  --clock wall|processor     time that passed (default), or work of all threads of a process: for a busy machine
  --quick                    fewer and smaller rounds: a look, not a measurement
  --json                     one JSON document instead of Markdown
  --help                     this text

The texts come from the shared data folder; KOKESHI_DATA says where it is.
`;

/** Throws InvalidArgumentError for an option or a value that is not there. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { only, table, clock, quick, json, help } = parse(args);
  return {
    only: only === undefined ? undefined : oneOf("--only", only, ["tokenizers", "encode"] as const),
    table,
    clock: oneOf("--clock", clock, ["wall", "processor"] as const),
    quick,
    json,
    help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        table: { type: "string", default: "" },
        clock: { type: "string", default: "wall" },
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (cause) {
    throw new InvalidArgumentError({
      part: "bench",
      problem: cause instanceof Error ? cause.message : String(cause),
      remedy: "see --help",
      cause,
    });
  }
}

function oneOf<Value extends string>(option: string, value: string, allowed: readonly Value[]): Value {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new InvalidArgumentError({
    part: "bench",
    problem: `${option} is ${JSON.stringify(value)}`,
    remedy: `use ${allowed.join(" or ")}`,
  });
}
