import { isFinished, type FinishedTrial, type Trial } from "./trial.js";
import type { TuningLedger } from "./tuning-ledger.js";

const mostSensitive = 20;

/** The ledger as Markdown: what was asked, what was found, and every trial. */
export function ledgerTable(ledger: TuningLedger): string {
  const { model, graph, floatBytes, objective, maxRelativeLoss, sample, trials, sensitivities } = ledger;
  const names = Object.keys(objective.floatScores);
  const best = trials.find(({ number }) => number === ledger.best) as FinishedTrial;
  return [
    `# ${escaped(model)}, quantized`,
    "",
    `- Objective: ${escaped(objective.name)}; float32 has ${names.map((name) => number(objective.floatScores[name])).join(", ")}.`,
    `- Goal: at most ${percent(maxRelativeLoss)} of ${names.length === 1 ? "it" : "each"} lost. ${ledger.metGoal ? "Met" : "**Not met**; the best model found is kept"}.`,
    `- Kept: trial ${best.number}, ${escaped(best.name)}: loss ${percent(best.relativeLoss)}, ` +
      `${best.speedup.toFixed(2)} times as fast, ${percent(best.bytes / floatBytes)} of the bytes of ${graph}.`,
    `- Speed and fidelity (mean cosine to float32): ${sample.texts} of the calibration texts, one thread of ${escaped(sample.processor)}, ` +
      "float32 and the trial in turns, median of the ratios of processor time.",
    `- ${trials.length} ${trials.length === 1 ? "trial" : "trials"} in ${Math.round(ledger.seconds)} seconds.`,
    "",
    `| trial | model | ${names.map(escaped).join(" | ")} | loss | goal | fidelity | speed | MB | of float32 | layers in float32 |`,
    `| ---: | --- | ${names.map(() => "---: | ").join("")}---: | :---: | ---: | ---: | ---: | ---: | ---: |`,
    ...trials.map((trial) => row(trial, names, ledger)),
    ...(sensitivities === null
      ? []
      : [
          "",
          `## What each layer costs`,
          "",
          `By how much the mean cosine to float32 grows when a layer alone stays float32, in ${sensitivities.recipe}; ` +
            `the first ${Math.min(mostSensitive, sensitivities.layers.length)} of ${sensitivities.layers.length}.`,
          "",
          "| layer | kind | block | gain |",
          "| --- | --- | ---: | ---: |",
          ...sensitivities.layers
            .slice(0, mostSensitive)
            .map(
              ({ name, role, block, gain }) =>
                `| ${escaped(name)} | ${role} | ${block ?? ""} | ${gain.toExponential(2)} |`,
            ),
        ]),
    "",
  ].join("\n");
}

function row(trial: Trial, names: readonly string[], { best, floatBytes }: TuningLedger): string {
  const label = trial.number === best ? `**${trial.number}**` : String(trial.number);
  const cells = isFinished(trial)
    ? [
        label,
        escaped(trial.name),
        ...names.map((name) => number(trial.scores[name])),
        percent(trial.relativeLoss),
        trial.metGoal ? "•" : "",
        trial.fidelity.toFixed(5),
        `${trial.speedup.toFixed(2)}x`,
        (trial.bytes / 1e6).toFixed(1),
        percent(trial.bytes / floatBytes),
        `${trial.floatLayers} of ${trial.floatLayers + trial.quantizedLayers}`,
      ]
    : [
        label,
        `${escaped(trial.name)}: failed, ${escaped(trial.error)}`,
        ...new Array<string>(7 + names.length).fill(""),
      ];
  return `| ${cells.join(" | ")} |`;
}

function number(value: number | undefined): string {
  return (value ?? NaN).toFixed(4);
}

/** With two decimals, or four where two would say that nothing was lost. */
function percent(share: number): string {
  return `${(share * 100).toFixed(share !== 0 && Math.abs(share) < 5e-5 ? 4 : 2)} %`;
}

/** Names come from files of others: no cell may end a row or begin markup. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\\|<>*_`[\]]/g, (character) => `\\${character}`);
}
