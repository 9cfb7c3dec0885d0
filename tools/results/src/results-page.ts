import type { EvaluationResults, ResultRow } from "@kokeshi/evaluation";

/** The axes of the page. */
export const dimensionLadder = [1024, 512, 256, 128, 64, 32];
export const comparedPrecisions = ["float32", "int8", "binary"] as const;
export const rescoringMultiple = 4;

/**
 * Published scores of the seed of the default model's recipe, x100. From the leaderboard of JMTEB
 * (sbintuitions/JMTEB, docs/results/hotchpotch/static-embedding-japanese/summary.json at 847751336d).
 */
const seedModel = { JSTS: 77.81, "AmazonCounterfactual-ja": 68.06 };

/** docs/results.md, from the rows of a run over the axes above, and what `jmtebMacroF1` gives for AmazonCounterfactual-ja. */
export function resultsPage({ results, failures }: EvaluationResults, macroF1: number): string {
  const model = results.find(({ model }) => model !== "bm25" && model !== "hybrid")?.model ?? "";
  const tasks = [...new Map(results.map((row) => [row.task, row])).values()];
  const find = (task: string, wanted: Partial<ResultRow>) =>
    results.find(
      (row) =>
        row.task === task &&
        Object.entries({ model, rescoring: null, ...wanted }).every(
          ([key, value]) => row[key as keyof ResultRow] === value,
        ),
    );
  const score = (task: string, wanted: Partial<ResultRow>) => percent(find(task, wanted)?.mainScore);
  const widest = dimensionLadder[0] as number;

  const dimensions = table(
    ["Task", "Metric", ...dimensionLadder.map(String)],
    tasks.map(({ task, mainMetric }) => [
      task,
      mainMetric,
      ...dimensionLadder.map((columns) => score(task, { dimensions: columns, precision: "float32" })),
    ]),
  );
  const precisions = table(
    [
      "Task",
      ...dimensionLadder.flatMap((columns) =>
        comparedPrecisions.slice(1).map((name) => `${name} ${columns}`),
      ),
    ],
    tasks.map(({ task }) => [
      task,
      ...dimensionLadder.flatMap((columns) =>
        comparedPrecisions.slice(1).map((precision) => score(task, { dimensions: columns, precision })),
      ),
    ]),
  );
  const retrieval = tasks.filter(({ type }) => type === "retrieval" || type === "reranking");
  const baselines = table(
    ["Task", "BM25", "Hybrid", "Dense", "int8", "binary", `binary, rescored x${rescoringMultiple}`],
    retrieval.map(({ task }) => [
      task,
      score(task, { model: "bm25" }),
      score(task, { model: "hybrid", dimensions: widest, precision: "float32" }),
      ...comparedPrecisions.map((precision) => score(task, { dimensions: widest, precision })),
      score(task, { dimensions: widest, precision: "binary", rescoring: rescoringMultiple }),
    ]),
  );
  const seed = table(
    [
      "Task",
      "Metric",
      `Default model, ${widest.toLocaleString("en")} dimensions`,
      "static-embedding-japanese, 1,024",
    ],
    [
      [
        "JSTS",
        "Spearman",
        score("JSTS", { dimensions: widest, precision: "float32" }),
        seedModel.JSTS.toFixed(1),
      ],
      [
        "AmazonCounterfactual-ja",
        "macro F1",
        percent(macroF1),
        seedModel["AmazonCounterfactual-ja"].toFixed(1),
      ],
    ],
  );
  const dense = { dimensions: widest, precision: "float32" };
  const hybrid = { ...dense, model: "hybrid" };
  const bm25 = { model: "bm25" };
  const main = (task: string, wanted: Partial<ResultRow>) => find(task, wanted)?.mainScore ?? NaN;
  const better = (pair: (task: string) => [number, number]): string =>
    tasks
      .filter(({ task, type }) => type === "retrieval" && pair(task)[0] > pair(task)[1])
      .map(({ task }) => task)
      .join(", ") || "none";
  const methods = [
    ...new Set(retrieval.flatMap(({ task }) => [find(task, { model: "bm25" })?.method])),
  ].filter((method) => method !== undefined);

  return `# Results

What the default model (\`${model}\`) scores on the 19 tasks of the shared evaluation data, x100. Written by
\`npm run results\`; the protocols are MTEB's, as the README of @kokeshi/evaluation says. Every number is one
measurement: small differences between columns mean little (\`kokeshi evaluate --compare\` tests them).

## Dimensions

float32, cut to the first dimensions and normalised again. Tatoeba is MTEB's F1, from Japanese to English;
docs/model-en-ja.md has the accuracy over both directions.

${dimensions}

## Precisions

The same, kept as codes. In retrieval and reranking documents are codes; queries stay float32 for int8, and are signs for
binary. Elsewhere all sides are codes. Ranges of int8 come from the documents, or from all texts of the task.

${precisions}

## BM25 and hybrid search beside it

${widest} dimensions. Rescored: of the ${rescoringMultiple * 10} nearest by Hamming distance, the order by float32 queries on int8 codes. Hybrid: 0.6 x
BM25 + 0.4 x the dense column, each brought to 0 … 1 over the candidates of a query.

${baselines}

${methods.map((method) => `- ${method}`).join("\n")}

## Beside the seed model, in Japanese

\`hotchpotch/static-embedding-japanese\`, as published on the leaderboard of JMTEB. Only these tasks are in both lists; JSICK,
its other half of the STS mean of 80.2, is not in the shared data, and Tatoeba and JaQuAD are not in JMTEB. Its pair
classification score, 62.4 in its announcement, is for PAWS-X but not by the average precision of our table. Classification is
by JMTEB's protocol here (\`scoreJmtebClassification\`): a classifier learns from the whole training split.

${seed}

## What speaks against these numbers

- **BM25 is as it comes**: k1 = 0.9 and b = 0.4 are Anserini's, not tuned, and there is no stemming. With
  \`--bm25-k1 1.2 --bm25-b 0.75\` it has 66.3 on SciFact, 34.9 on Cranfield and 91.3 on JaQuAD.
- **BM25 beats the model in retrieval** on ${better((task) => [main(task, bm25), main(task, dense)])}: the words of these queries stand in their
  documents. Fused with the model it gains on ${better((task) => [main(task, hybrid), main(task, bm25)])} and loses on ${better((task) => [main(task, bm25), main(task, hybrid)])}.
- **STS12 to STS15 overlap with STSBenchmark's training split** (988, 596, 1,814 and 1,096 of their distinct pairs). A model
  that was fitted on that split has seen them.
- **Decontamination was by equal sentences**: training pairs that share a sentence with these tasks were left out, not
  pairs that say the same in other words. For JSTS, JaQuAD and Tatoeba, other sentences of the same sources are among the
  training data: a model that has not seen any has it harder.
- **STSb-ja is machine-translated**, PawsX-ja is built so that models of words cannot solve it (chance is 44), and
  Cranfield has 225 queries on one subject from the 1960s.
- **Classification and clustering depend on samples and seeds**: MTEB's samples of few texts a label, k-means from ten
  starts. Their spread is larger than many differences between the columns above.
- **JaQuAD here is not MTEB's JaQuADRetrieval**, and MRPC, WikiQA, BBCNews, StackOverflowShort and Cranfield are no
  MTEB tasks: do not compare these with the leaderboard.
- **What BM25 knows of a reranking task is a choice**: on WikiQA the statistics of each query's own candidates give 62.1
  instead of those of all candidates.
${failures.length === 0 ? "" : `\nNot to be had: ${failures.map(({ task, error }) => `${task} (${error})`).join("; ")}.\n`}`;
}

function percent(score: number | undefined): string {
  return score === undefined ? "–" : (score * 100).toFixed(1);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(header),
    line(header.map((_, column) => (column === 0 ? "---" : "--:"))),
    ...rows.map(line),
  ].join("\n");
}
