import type { EmbeddingModel } from "@kokeshi/core";
import { describeWithData } from "@kokeshi/test-data";
import { expect, it } from "vitest";
import { scoreTask } from "./score-task.js";

/** Tests that the scores of a packaged model are above what they must never fall to, where the shared data is there. */
export function describeScores(
  name: string,
  model: () => EmbeddingModel,
  bars: readonly { task: string; bar: number }[],
): void {
  describeWithData(
    `the scores of ${name}`,
    bars.map(({ task }) => `eval/${task}`),
    () => {
      it.each(bars)(
        "$task is above $bar",
        async ({ task, bar }) => {
          expect(await scoreTask(model(), task)).toBeGreaterThan(bar);
        },
        120_000,
      );
    },
  );
}
