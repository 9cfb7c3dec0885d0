import { Command } from "commander";
import type { CommandContext } from "./command-context.js";
import { addBenchCommand } from "./commands/bench.js";
import { addDistilCommand } from "./commands/distil.js";
import { addEmbedCommand } from "./commands/embed.js";
import { addEvaluateCommand } from "./commands/evaluate.js";
import { addIndexCommand } from "./commands/index-command.js";
import { addModelsCommand } from "./commands/models.js";
import { addQuantizeCommand } from "./commands/quantize.js";
import { addSearchCommand } from "./commands/search.js";
import { addSimilarityCommand } from "./commands/similarity.js";
import { addTokenizeCommand } from "./commands/tokenize.js";
import { addTrainCommand } from "./commands/train.js";
import { packageVersion } from "./version.js";

/** All commands, which write to the streams of `context`. */
export function createProgram(context: CommandContext): Command {
  const program = new Command("kokeshi")
    .description("Text embeddings on the CPU: no Python, no API key, no GPU.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .hook("preAction", (_program, command) => {
      context.reporter.quiet = command.opts<{ quiet?: boolean }>().quiet ?? false;
    })
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
    .addHelpText(
      "after",
      `
Every command has its own help with examples: kokeshi embed --help

Exit codes: 0 success, 1 a failed job, 2 wrong usage, 130 interrupted.`,
    );
  addEmbedCommand(program, context);
  addTokenizeCommand(program, context);
  addSimilarityCommand(program, context);
  addSearchCommand(program, context);
  addIndexCommand(program, context);
  addEvaluateCommand(program, context);
  addTrainCommand(program, context);
  addDistilCommand(program, context);
  addQuantizeCommand(program, context);
  addBenchCommand(program, context);
  addModelsCommand(program, context);
  return program;
}
