import { InvalidArgumentError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { createNormalRandom, createRandom } from "../random.js";
import { reduceCoherence } from "./reduce-coherence.js";

const dimensions = 16;
const tokens = 200;

/**
 * Pairs of tokens, 2i and 2i + 1, that training has brought close to each other; all else is chance, more of it in the
 * first columns.
 */
function trainedTable(seed: number): Float32Array {
  const normal = createNormalRandom(createRandom(seed));
  const table = Float32Array.from(
    { length: tokens * dimensions },
    (_, index) => normal() / (1 + 0.3 * (index % dimensions)),
  );
  for (let row = 1; row < tokens; row += 2)
    for (let column = 0; column < dimensions; column++) {
      const index = row * dimensions + column;
      table[index] = 3 * (table[index - dimensions] as number) + (table[index] as number);
    }
  return table;
}

function cosines(table: Float32Array): { pairs: number[]; others: number[] } {
  const row = (index: number) => table.subarray(index * dimensions, (index + 1) * dimensions);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
  const pairs: number[] = [];
  const others: number[] = [];
  for (let a = 0; a < tokens; a++) {
    for (let b = a + 1; b < tokens; b++) {
      const cosine = dot(row(a), row(b)) / Math.sqrt(dot(row(a), row(a)) * dot(row(b), row(b)));
      (b === a + 1 && a % 2 === 0 ? pairs : others).push(cosine);
    }
  }
  return { pairs, others };
}

const rms = (values: number[]) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

/** The formula in float64, one row after the other; the inverse by Gauss and Jordan. */
function byDefinition(
  tables: readonly Float32Array[],
  threshold: number,
  rounds: number,
  counts?: readonly number[],
): number[][] {
  const unit = (row: number[]) => {
    const length = Math.hypot(...row);
    return length === 0 ? row : row.map((x) => x / length);
  };
  const [first, ...more] = tables.map((table) =>
    Array.from({ length: tokens }, (_, row) =>
      unit([...table.subarray(row * dimensions, (row + 1) * dimensions)]),
    ),
  ) as [number[][], ...number[][][]];
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
  const wanted = first.map((_, a) =>
    first.map((__, b) => {
      const all = [first, ...more].map((rows) => dot(rows[a] as number[], rows[b] as number[]));
      const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
      return Math.sign(mean) * Math.max(0, Math.abs(mean) - threshold);
    }),
  );
  const lengths = first.map((_, row) =>
    Math.exp(
      tables.reduce(
        (sum, table) =>
          sum +
          Math.log(Math.hypot(...table.subarray(row * dimensions, (row + 1) * dimensions))) / tables.length,
        0,
      ),
    ),
  );
  const raw = lengths.map((length, row) =>
    counts === undefined ? 1 : length * Math.sqrt((counts[row] as number) + 0.5),
  );
  const meanRaw = raw.reduce((sum, x) => sum + x, 0) / raw.length;
  const importance = raw.map((x) => x / meanRaw);
  let rows = first;
  for (let round = 0; round < rounds; round++) {
    const gram = Array.from({ length: dimensions }, (_, i) =>
      Array.from({ length: dimensions }, (__, j) =>
        rows.reduce(
          (sum, row, a) => sum + (importance[a] as number) * (row[i] as number) * (row[j] as number),
          0,
        ),
      ),
    );
    const mean = gram.reduce((sum, row, i) => sum + (row[i] as number), 0) / dimensions;
    const inverse = invert(gram.map((row, i) => row.map((x, j) => (i === j ? x + mean : x))));
    const now = rows;
    rows = now.map((row, a) => {
      const move = new Array<number>(dimensions).fill(0);
      now.forEach((other, b) => {
        if (a === b) return;
        const residual = dot(row, other) - ((wanted[a] as number[])[b] as number);
        other.forEach((x, i) => (move[i] = (move[i] as number) + residual * (importance[b] as number) * x));
      });
      const step = move.map((_, i) => dot(move, inverse[i] as number[]));
      return unit(row.map((x, i) => x - 0.5 * (step[i] as number)));
    });
  }
  return rows.map((row, a) => row.map((x) => (lengths[a] as number) * x));
}

function invert(matrix: number[][]): number[][] {
  const size = matrix.length;
  const work = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  work.forEach((pivotRow, i) => {
    const pivot = pivotRow[i] as number;
    pivotRow.forEach((x, j) => (pivotRow[j] = x / pivot));
    work.forEach((row, k) => {
      if (k === i) return;
      const factor = row[i] as number;
      row.forEach((x, j) => (row[j] = x - factor * (pivotRow[j] as number)));
    });
  });
  return work.map((row) => row.slice(size));
}

function expectClose(table: Float32Array, expected: number[][]): void {
  const flat = expected.flat();
  for (const [index, value] of table.entries())
    expect(Math.abs(value - (flat[index] as number))).toBeLessThan(1e-4);
}

describe("reduceCoherence", () => {
  it("does what its formula says, of one table, of several and of rows that count differently", async () => {
    const [table, other] = [trainedTable(1), trainedTable(2)];
    expectClose(
      await reduceCoherence(table, dimensions, { threshold: 0.2, rounds: 3 }),
      byDefinition([table], 0.2, 3),
    );
    expectClose(
      await reduceCoherence(table, dimensions, { others: [other], threshold: 0.1, rounds: 2 }),
      byDefinition([table, other], 0.1, 2),
    );
    const counts = Array.from({ length: tokens }, (_, token) => (token % 7) ** 3);
    expectClose(
      await reduceCoherence(table, dimensions, { counts, threshold: 0.1, rounds: 2 }),
      byDefinition([table], 0.1, 2, counts),
    );
  });

  it("brings the cosines of chance down and keeps those that stand out, and lengths", async () => {
    const table = trainedTable(3);
    const before = cosines(table);
    const reduced = await reduceCoherence(table, dimensions, { threshold: 0.3, rounds: 8 });
    const after = cosines(reduced);
    expect(rms(after.others)).toBeLessThan(0.9 * rms(before.others));
    expect(rms(after.pairs)).toBeGreaterThan(0.7);
    for (let start = 0; start < table.length; start += dimensions) {
      const [long, now] = [table, reduced].map((of) =>
        Math.hypot(...of.subarray(start, start + dimensions)),
      ) as [number, number];
      expect(now / long).toBeCloseTo(1, 5);
    }
  });

  it("leaves the table it was given, rows of zeros, and, without rounds, everything", async () => {
    const table = trainedTable(4).fill(0, 0, 2 * dimensions);
    const copy = table.slice();
    const reduced = await reduceCoherence(table, dimensions, { rounds: 2 });
    expect(table).toEqual(copy);
    expect([...reduced.subarray(0, 2 * dimensions)].every((value) => value === 0)).toBe(true);
    const same = await reduceCoherence(table, dimensions, { rounds: 0 });
    same.forEach((value, index) => expect(value).toBeCloseTo(table[index] as number, 5));
    const zeros = new Float32Array(4 * dimensions);
    expect(await reduceCoherence(zeros, dimensions)).toEqual(zeros);
  });

  it("tells how far it is, and stops when it is told to", async () => {
    const rounds: number[] = [];
    const abort = new AbortController();
    const running = reduceCoherence(trainedTable(5), dimensions, {
      rounds: 5,
      signal: abort.signal,
      onProgress: ({ round }) => {
        rounds.push(round);
        if (round === 2) abort.abort();
      },
    });
    await expect(running).rejects.toHaveProperty("name", "AbortError");
    expect(rounds).toEqual([1, 2]);
  });

  it.each([
    ["half a row", new Float32Array(dimensions + 1), {}, /17 values do not divide into rows of 16/],
    ["a value that is not finite", new Float32Array(dimensions).fill(NaN), {}, /table\[0\] is NaN/],
    ["too few counts", new Float32Array(2 * dimensions), { counts: [1] }, /1 counts for 2 rows/],
    ["a count below 0", new Float32Array(dimensions), { counts: [-1] }, /counts\[0\] is -1/],
    ["a threshold above 1", new Float32Array(dimensions), { threshold: 1.5 }, /threshold is 1.5/],
    ["half a round", new Float32Array(dimensions), { rounds: 0.5 }, /rounds is 0.5/],
    [
      "another table of another shape",
      new Float32Array(dimensions),
      { others: [new Float32Array(2 * dimensions)] },
      /others\[0\] has 32 values instead of 16/,
    ],
  ])("refuses %s", async (_, table, options, message) => {
    const refused = reduceCoherence(table, dimensions, options);
    await expect(refused).rejects.toThrow(InvalidArgumentError);
    await expect(refused).rejects.toThrow(message);
  });
});
