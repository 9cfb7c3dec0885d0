import { matryoshkaLoss, matryoshkaLevels } from "@kokeshi/matryoshka";
import { Embeddings } from "@kokeshi/core";
import { meanOfRows, SparseGradient } from "../src/mean-of-rows.js";
import { SparseAdam } from "../src/sparse-adam.js";
import type { SyntheticBatch } from "./synthetic-batches.js";

/** The same step in loops over typed arrays, as one writes it first. */
export function plainJavaScriptStep(
  table: Float32Array,
  dimensions: readonly number[],
  scale: number,
): (batch: SyntheticBatch, learningRate: number) => number {
  const width = dimensions[0] as number;
  const gradient = new SparseGradient(table.length / width, width);
  const adam = new SparseAdam(table);
  const levels = matryoshkaLevels(dimensions);
  return ({ anchors, positives }, learningRate) => {
    const texts = Uint32Array.from({ length: anchors.starts.length - 1 }, (_, text) => text);
    const [a, p] = [anchors, positives].map((tokens) => {
      const vectors = Embeddings.zeros(texts.length, width);
      meanOfRows(table, width, tokens, texts, vectors.data);
      return vectors;
    }) as [Embeddings, Embeddings];
    const { loss, gradients } = matryoshkaLoss([a, p], levels, (slices) =>
      symmetricSoftmax(slices as [Embeddings, Embeddings], scale),
    );
    gradient.addMeanGradient(anchors, texts, (gradients[0] as Embeddings).data);
    gradient.addMeanGradient(positives, texts, (gradients[1] as Embeddings).data);
    adam.step(gradient, learningRate);
    gradient.clear();
    return loss;
  };
}

/** In-batch softmax of vectors of length 1, in both directions, with its gradient. */
function symmetricSoftmax([a, p]: readonly [Embeddings, Embeddings], scale: number) {
  const { rows: n, dimensions: size } = a;
  const scores = new Float32Array(n * n);
  const rowSums = new Float32Array(n);
  const columnSums = new Float32Array(n);
  let loss = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let dot = 0;
      for (let k = 0; k < size; k++)
        dot += (a.data[i * size + k] as number) * (p.data[j * size + k] as number);
      if (i === j) loss -= scale * dot;
      const exponential = Math.exp(scale * dot);
      scores[i * n + j] = exponential;
      rowSums[i] = (rowSums[i] as number) + exponential;
      columnSums[j] = (columnSums[j] as number) + exponential;
    }
  }
  const ofAnchors = Embeddings.zeros(n, size);
  const ofPositives = Embeddings.zeros(n, size);
  for (let i = 0; i < n; i++) {
    loss += (Math.log(rowSums[i] as number) + Math.log(columnSums[i] as number)) / 2;
    for (let j = 0; j < n; j++) {
      const slope =
        (scale / (2 * n)) *
        ((scores[i * n + j] as number) * (1 / (rowSums[i] as number) + 1 / (columnSums[j] as number)) -
          (i === j ? 2 : 0));
      for (let k = 0; k < size; k++) {
        const [anchor, positive] = [i * size + k, j * size + k];
        ofAnchors.data[anchor] = (ofAnchors.data[anchor] as number) + slope * (p.data[positive] as number);
        ofPositives.data[positive] =
          (ofPositives.data[positive] as number) + slope * (a.data[anchor] as number);
      }
    }
  }
  return { loss: loss / n, gradients: [ofAnchors, ofPositives] };
}
