import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { evaluate, type TaskSource, taskFolders } from "@kokeshi/evaluation";
import type { QuantizationObjective } from "@kokeshi/onnx-quantizer";
import type { CommandContext } from "../command-context.js";
import { UsageError } from "../usage-error.js";

/**
 * The main score of each of the tasks in the folders: Spearman's correlation for STS, nDCG@10 for retrieval, and so on. The
 * tasks are read once. Throws UsageError for a path that is no folder, and what reading a task throws.
 */
export async function taskObjective(
  folders: readonly string[],
  split: string,
  { cwd, signal }: Pick<CommandContext, "cwd" | "signal">,
): Promise<QuantizationObjective> {
  const sources: TaskSource[] = [];
  const names: string[] = [];
  for (const folder of folders) {
    const path = resolve(cwd, folder);
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) {
      throw new UsageError(
        `--evaluate ${folder} is not a folder`,
        "name the folder of a task, which holds task.json",
      );
    }
    for (const source of await taskFolders(path, { split })) {
      const task = await source.load({ signal });
      sources.push({ name: source.name, load: async () => task });
      names.push(`${task.description.mainMetric} of ${task.description.name}`);
    }
  }
  return {
    name: `${names.join(", ")} (${split})`,
    async score({ model }, { signal }) {
      const { results, failures } = await evaluate({ tasks: sources, models: [model], signal });
      const [failure] = failures;
      if (failure !== undefined) throw new Error(`${failure.task}: ${failure.error}`);
      return Object.fromEntries(results.map(({ task, mainScore }) => [task, mainScore]));
    },
  };
}
