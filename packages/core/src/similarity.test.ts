import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Embeddings } from "./embeddings.js";
import { nearestNeighbors } from "./nearest-neighbors.js";
import {
  cosineSimilarity,
  dotProduct,
  euclideanDistance,
  manhattanDistance,
  similarityMatrix,
} from "./similarity.js";

describe("similarity", () => {
  it("agrees with closed forms", () => {
    expect(dotProduct([1, 2, 3], [4, -5, 6])).toBe(12);
    expect(cosineSimilarity([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 12);
    expect(cosineSimilarity([1, 2], [-2, -4])).toBeCloseTo(-1, 12);
    expect(cosineSimilarity([0, 0], [1, 1])).toBe(0);
    expect(euclideanDistance([1, 2], [4, 6])).toBe(5);
    expect(manhattanDistance([1, 2], [4, 6])).toBe(7);
  });

  it("refuses vectors of different lengths", () => {
    for (const similarity of [dotProduct, cosineSimilarity, euclideanDistance, manhattanDistance]) {
      expect(() => similarity([1], [1, 2])).toThrow(/1 and 2 dimensions cannot be compared/);
    }
  });

  it("fills a matrix row by row", () => {
    const a = Embeddings.from([
      [1, 0],
      [0, 2],
    ]);
    const b = Embeddings.from([
      [1, 0],
      [1, 1],
      [0, 1],
    ]);
    expect(similarityMatrix(a, b, dotProduct).toArrays()).toEqual([
      [1, 1, 0],
      [0, 2, 2],
    ]);
  });
});

describe("nearestNeighbors", () => {
  it("equals sorting every score, ties in corpus order", () => {
    const vector = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(
        fc.array(vector, { minLength: 1 }),
        vector,
        fc.integer({ min: 1, max: 12 }),
        (corpus, query, topK) => {
          const expected = corpus
            .map((row, index) => ({ index, score: dotProduct(query, row) }))
            .sort((a, b) => b.score - a.score || a.index - b.index)
            .slice(0, topK);
          expect(nearestNeighbors(Embeddings.from([query]), Embeddings.from(corpus), topK)).toEqual([
            expected,
          ]);
        },
      ),
    );
  });

  it("finds nothing in an empty corpus and refuses topK 0", () => {
    expect(nearestNeighbors(Embeddings.from([[1]]), Embeddings.zeros(0, 1))).toEqual([[]]);
    expect(() => nearestNeighbors(Embeddings.from([[1]]), Embeddings.zeros(0, 1), 0)).toThrow(/topK is 0/);
  });
});
