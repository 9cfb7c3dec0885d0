import { dotProduct, embed, nearestNeighbors, type EmbeddingModel } from "@kokeshi/core";
import { ndcg } from "./ndcg.js";
import { readRetrievalTask, readRows, type ScoredSentencePair } from "./read-task.js";
import { spearman } from "./spearman.js";

export interface TaskScore {
  task: string;
  metric: "spearman" | "ndcg@10" | "accuracy";
  /** A fraction. */
  score: number;
}

export const similarityTasks = ["STSBenchmark", "JSTS", "STS12", "STS13", "STS14", "STS15"];
export const retrievalTasks = ["JaQuAD-retrieval", "SciFact", "Cranfield"];
export const translationTasks = ["Tatoeba-jpn-eng"];

/** Scores the model on every task named above, one after the other. */
export async function* scoreModel(model: EmbeddingModel, dimensions?: number): AsyncGenerator<TaskScore> {
  for (const task of similarityTasks) {
    yield { task, metric: "spearman", score: await scoreSimilarity(model, task, dimensions) };
  }
  for (const task of retrievalTasks) {
    yield { task, metric: "ndcg@10", score: await scoreRetrieval(model, task, dimensions) };
  }
  for (const task of translationTasks) {
    yield { task, metric: "accuracy", score: await scoreTranslation(model, task, dimensions) };
  }
}

/** Spearman's correlation of the cosines with the gold scores of the test split. */
export async function scoreSimilarity(
  model: EmbeddingModel,
  task: string,
  dimensions?: number,
): Promise<number> {
  const rows = readRows<ScoredSentencePair>(task, "test");
  const [first, second] = await embedSides(model, rows, dimensions);
  const cosines = rows.map((_, row) => dotProduct(first.embeddings.row(row), second.embeddings.row(row)));
  return spearman(
    cosines,
    rows.map(({ score }) => score),
  );
}

export async function scoreRetrieval(
  model: EmbeddingModel,
  task: string,
  dimensions?: number,
): Promise<number> {
  const { documents, queries } = readRetrievalTask(task);
  const corpus = await embed(
    model,
    documents.map(({ text }) => text),
    { dimensions, inputType: "document" },
  );
  const asked = await embed(
    model,
    queries.map(({ text }) => text),
    { dimensions, inputType: "query" },
  );
  const hits = nearestNeighbors(asked.embeddings, corpus.embeddings, 10);
  const scores = queries.map(({ grades }, row) => {
    const ranking = (hits[row] ?? []).map(({ index }) => documents[index]?.id ?? "");
    return ndcg(ranking, grades, 10);
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** The share of sentences whose nearest neighbour on the other side is their translation, mean of both directions. */
async function scoreTranslation(model: EmbeddingModel, task: string, dimensions?: number): Promise<number> {
  const rows = readRows<ScoredSentencePair>(task, "test");
  const [first, second] = await embedSides(model, rows, dimensions);
  let found = 0;
  for (const [from, to] of [
    [first, second],
    [second, first],
  ] as const) {
    const hits = nearestNeighbors(from.embeddings, to.embeddings, 1);
    found += hits.filter((hit, row) => hit[0]?.index === row).length;
  }
  return found / (2 * rows.length);
}

/** The first sentences of all pairs, and the second ones. */
async function embedSides(model: EmbeddingModel, rows: readonly ScoredSentencePair[], dimensions?: number) {
  return [
    await embed(
      model,
      rows.map(({ sentence1 }) => sentence1),
      { dimensions },
    ),
    await embed(
      model,
      rows.map(({ sentence2 }) => sentence2),
      { dimensions },
    ),
  ] as const;
}
