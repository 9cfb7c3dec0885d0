import type { Command } from "commander";
import type { CommandContext } from "../command-context.js";
import { addModelsExportCommand } from "./models-export.js";
import { addModelsInspectCommand } from "./models-inspect.js";
import { addModelsListCommand } from "./models-list.js";
import { addModelsPullCommand } from "./models-pull.js";

export function addModelsCommand(program: Command, context: CommandContext): void {
  const models = program
    .command("models")
    .description("The models on this machine and on the Hugging Face Hub.");
  addModelsListCommand(models, context);
  addModelsPullCommand(models, context);
  addModelsInspectCommand(models, context);
  addModelsExportCommand(models, context);
}
