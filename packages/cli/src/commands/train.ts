import type { Command } from "commander";
import type { CommandContext } from "../command-context.js";
import { addTrainStaticCommand } from "./train-static.js";

export function addTrainCommand(program: Command, context: CommandContext): void {
  const train = program.command("train").description("Train a model on your own texts.");
  addTrainStaticCommand(train, context);
}
