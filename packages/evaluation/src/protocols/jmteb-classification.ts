import type { Embeddings } from "@kokeshi/core";
import type { Scores } from "../scores.js";
import type { LabelledTexts } from "../task.js";
import { scoreClassification, type ClassificationOptions } from "./classification.js";
import type { ExperimentOptions } from "./protocol-options.js";

/** Rows of JMTEB's three splits: to learn from, to choose the classifier by, to be scored. */
export interface JmtebSplits<Part> {
  readonly train: Part;
  readonly validation: Part;
  readonly test: Part;
}

type Classifier = NonNullable<ClassificationOptions["classifier"]>;

/** In JMTEB's order: of equally good ones the first is taken. */
const classifiers: readonly Classifier[] = [{ neighbors: 2, distance: "cosine" }, "logistic-regression"];

/**
 * Classification as JMTEB (src/jmteb/evaluators/classification/evaluator.py at 0e1d4ca): two nearest neighbours by cosine
 * and logistic regression learn from all training texts, and the one with the greater macro F1 on the validation texts
 * labels the test texts. The main metric is `f1`, their macro F1; the metrics are those of `scoreClassification`, whose
 * errors it has too.
 *
 * @returns the scores, and which classifier was chosen
 */
export async function scoreJmtebClassification(
  data: JmtebSplits<LabelledTexts>,
  embeddings: JmtebSplits<Embeddings>,
  { mainMetric = "f1", signal }: ExperimentOptions = {},
): Promise<Scores & { readonly classifier: Classifier }> {
  const scoreOn = (part: "validation" | "test", classifier: Classifier): Promise<Scores> =>
    scoreClassification({ train: data.train, test: data[part] }, embeddings.train, embeddings[part], {
      samplesPerLabel: "all",
      classifier,
      mainMetric,
      signal,
    });
  let classifier: Classifier = "logistic-regression";
  let greatest = -Infinity;
  for (const candidate of classifiers) {
    const { f1 = NaN } = (await scoreOn("validation", candidate)).metrics;
    if (f1 > greatest) [classifier, greatest] = [candidate, f1];
  }
  return { ...(await scoreOn("test", classifier)), classifier };
}
