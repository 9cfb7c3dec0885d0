import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKernelsSync, type Float32Vectors } from "../src/index.js";
import { dimensions, float32Array, int8Array, ordinaryArray, uint8Array } from "./arbitraries.js";
import { bothEngines, onBoth } from "./both-engines.js";

const rowIds = (rows: number) =>
  fc.option(
    fc
      .array(fc.nat(Math.max(0, rows - 1)), { maxLength: rows === 0 ? 0 : 20 })
      .map((ids) => Uint32Array.from(ids)),
    { nil: undefined },
  );

const matrix = <Values>(values: (length: number) => fc.Arbitrary<Values>) =>
  fc.tuple(dimensions, fc.integer({ min: 0, max: 40 })).chain(([columns, rows]) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.constant(rows),
      values: values(rows * columns),
      query: values(columns),
      floatQuery: float32Array(columns),
      rowIds: rowIds(rows),
      k: fc.integer({ min: 1, max: 50 }),
    }),
  );

/** Best first, of equals what was named earlier first: by sorting everything, which is stable. */
function bestRows(scores: ArrayLike<number>, rows: readonly number[], k: number): number[] {
  return rows
    .map((row, index) => ({ row, score: scores[index] as number }))
    .filter(({ score }) => !Number.isNaN(score))
    .sort((a, b) => b.score - a.score)
    .slice(0, k)
    .map(({ row }) => row);
}

const chosen = (rows: number, ids: Uint32Array | undefined) =>
  ids ? [...ids] : Array.from({ length: rows }, (_, i) => i);

describe("vectors of float32", () => {
  it("give the same bits in both engines, and the nearest are the best of all scores", () => {
    fc.assert(
      fc.property(matrix(float32Array), ({ columns, rows, values, query, rowIds, k }) => {
        const { scores, nearest } = onBoth((kernels) => {
          const vectors = kernels.createFloat32Vectors(columns, rows).write(0, values);
          return { scores: vectors.dotProducts(query, rowIds), nearest: vectors.nearest(query, k, rowIds) };
        });
        expect([...nearest.rows]).toEqual(bestRows(scores, chosen(rows, rowIds), k));
      }),
    );
  });

  it("are scored by the dot product of the definition", () => {
    fc.assert(
      fc.property(matrix(ordinaryArray), ({ columns, rows, values, query, rowIds }) => {
        const vectors = createKernelsSync().createFloat32Vectors(columns, rows).write(0, values);
        vectors.dotProducts(query, rowIds).forEach((score, index) => {
          const row = chosen(rows, rowIds)[index] as number;
          const terms = [...query].map((value, column) => value * (values[row * columns + column] as number));
          const size = terms.reduce((sum, term) => sum + Math.abs(term), 0);
          const expected = terms.reduce((sum, term) => sum + term, 0);
          expect(Math.abs(score - expected)).toBeLessThanOrEqual(64 * 2 ** -24 * size + 1e-40);
        });
      }),
    );
  });

  it("never lists NaN", () => {
    const nearest = onBoth((kernels) =>
      kernels
        .createFloat32Vectors(1, 4)
        .write(0, Float32Array.of(1, NaN, 3, -Infinity))
        .nearest(Float32Array.of(1), 4),
    );
    expect([...nearest.rows]).toEqual([2, 0, 3]);
  });
});

describe("vectors of int8", () => {
  it("are scored exactly by int8 queries, alike in both engines", () => {
    fc.assert(
      fc.property(matrix(int8Array), ({ columns, rows, values, query, rowIds, k }) => {
        const { scores, nearest } = onBoth((kernels) => {
          const vectors = kernels.createInt8Vectors(columns, rows).write(0, values);
          return { scores: vectors.dotProducts(query, rowIds), nearest: vectors.nearest(query, k, rowIds) };
        });
        const expected = chosen(rows, rowIds).map((row) =>
          query.reduce((sum, code, column) => sum + code * (values[row * columns + column] as number), 0),
        );
        expect([...scores]).toEqual(expected);
        expect([...nearest.rows]).toEqual(bestRows(expected, chosen(rows, rowIds), k));
      }),
    );
  });

  it("are scored by float32 queries to within half a step of the query a code", () => {
    fc.assert(
      fc.property(matrix(int8Array), ({ columns, rows, values, floatQuery, rowIds, k }) => {
        const { scores, nearest } = onBoth((kernels) => {
          const vectors = kernels.createInt8Vectors(columns, rows).write(0, values);
          return {
            scores: vectors.dotProducts(floatQuery, rowIds),
            nearest: vectors.nearest(floatQuery, k, rowIds),
          };
        });
        const greatest = Math.max(...floatQuery.map(Math.abs));
        chosen(rows, rowIds).forEach((row, index) => {
          const codes = [...values.subarray(row * columns, (row + 1) * columns)];
          const expected = codes.reduce(
            (sum, code, column) => sum + code * (floatQuery[column] as number),
            0,
          );
          const tolerance = codes.reduce((sum, code) => sum + Math.abs(code), 0) * (greatest / 32_767);
          expect(Math.abs((scores[index] as number) - expected)).toBeLessThanOrEqual(tolerance);
        });
        expect(nearest.rows.length).toBe(Math.min(k, rowIds?.length ?? rows));
      }),
    );
  });

  it("do not overflow on the longest vectors of extremes", () => {
    const vectors = createKernelsSync()
      .createInt8Vectors(65_536, 1)
      .write(0, new Int8Array(65_536).fill(-128));
    expect(vectors.dotProducts(new Int8Array(65_536).fill(-128))[0]).toBe(2 ** 30);
    expect(vectors.dotProducts(new Float32Array(65_536).fill(-3))[0]).toBeCloseTo(65_536 * 128 * 3, -6);
  });

  it("refuse a query that is not finite", () => {
    const vectors = createKernelsSync().createInt8Vectors(2, 1);
    expect(() => vectors.nearest(Float32Array.of(0, Infinity), 1)).toThrow(/query\[1\] is Infinity/);
  });
});

describe("vectors of bits", () => {
  it("have the Hamming distance of the definition, alike in both engines", () => {
    fc.assert(
      fc.property(matrix(uint8Array), ({ columns, rows, values, query, rowIds, k }) => {
        const { distances, nearest } = onBoth((kernels) => {
          const vectors = kernels.createBitVectors(columns, rows).write(0, values);
          return {
            distances: vectors.hammingDistances(query, rowIds),
            nearest: vectors.nearest(query, k, rowIds),
          };
        });
        const expected = chosen(rows, rowIds).map((row) =>
          query.reduce((sum, byte, column) => {
            const differing = byte ^ (values[row * columns + column] as number);
            return sum + differing.toString(2).replaceAll("0", "").length;
          }, 0),
        );
        expect([...distances]).toEqual(expected);
        const best = bestRows(
          expected.map((distance) => -distance),
          chosen(rows, rowIds),
          k,
        );
        expect([...nearest.rows]).toEqual(best);
      }),
    );
  });

  it("have the dot product of the definition with a float32 query, alike in both engines", () => {
    const bitsAndQuery = matrix(uint8Array).chain(({ columns, ...rest }) =>
      fc.record({
        columns: fc.constant(columns),
        rest: fc.constant(rest),
        query: ordinaryArray(8 * columns),
        missing: fc.nat(7),
      }),
    );
    fc.assert(
      fc.property(bitsAndQuery, ({ columns, rest: { rows, values, rowIds }, query: whole, missing }) => {
        const query = whole.subarray(0, whole.length - missing);
        const scores = onBoth((kernels) =>
          kernels.createBitVectors(columns, rows).write(0, values).dotProducts(query, rowIds),
        );
        chosen(rows, rowIds).forEach((row, index) => {
          const terms = [...query].map((value, component) => {
            const byte = values[row * columns + (component >> 3)] as number;
            return ((byte >> (7 - (component & 7))) & 1) * value;
          });
          const size = terms.reduce((sum, term) => sum + Math.abs(term), 0);
          const expected = terms.reduce((sum, term) => sum + term, 0);
          expect(Math.abs((scores[index] as number) - expected)).toBeLessThanOrEqual(
            (columns + 8) * 2 ** -23 * size + 1e-40,
          );
        });
      }),
    );
    const vectors = createKernelsSync().createBitVectors(2, 1);
    expect(() => vectors.dotProducts(new Float32Array(8))).toThrow("8 components, the vectors 16 bits");
  });

  it("are nearest to a float32 query to within a step of its sums a byte, alike in both engines", () => {
    const bitsAndQueries = matrix(uint8Array).chain(({ columns, ...rest }) =>
      fc.record({ columns: fc.constant(columns), rest: fc.constant(rest), query: float32Array(8 * columns) }),
    );
    fc.assert(
      fc.property(
        bitsAndQueries,
        fc.nat(7),
        ({ columns, rest: { rows, values, rowIds, k }, query: whole }, missing) => {
          const query = whole.subarray(0, whole.length - missing);
          const nearest = onBoth((kernels) =>
            kernels.createBitVectors(columns, rows).write(0, values).nearest(query, k, rowIds),
          );
          const wanted = chosen(rows, rowIds);
          const exact = new Map(
            wanted.map((row) => [
              row,
              query.reduce((sum, value, component) => {
                const byte = values[row * columns + (component >> 3)] as number;
                return sum + ((byte >> (7 - (component & 7))) & 1) * value;
              }, 0),
            ]),
          );
          let greatest = 0;
          for (let start = 0; start < query.length; start += 32) {
            const size = query.subarray(start, start + 32).reduce((sum, value) => sum + Math.abs(value), 0);
            greatest = Math.max(greatest, size);
          }
          const tolerance = columns * (greatest / 251) * 1.001;
          expect(nearest.rows.length).toBe(Math.min(k, wanted.length));
          nearest.rows.forEach((row, index) => {
            const score = nearest.scores[index] as number;
            expect(Math.abs(score - (exact.get(row) as number))).toBeLessThanOrEqual(tolerance);
          });
          // Nothing that is left out is better by more than both may be off.
          const worst = nearest.scores.at(-1) ?? Infinity;
          if (rowIds === undefined) {
            const listed = new Set(nearest.rows);
            for (const [row, score] of exact) {
              if (!listed.has(row)) expect(score).toBeLessThanOrEqual(worst + tolerance);
            }
          }
        },
      ),
    );
  });

  it("are nearest whether rows are named or not, however many, and from equals the earlier", () => {
    for (const [bytes, rows] of [
      [1, 15],
      [3, 1041],
      [32, 5000],
      [512, 600],
      [513, 600],
    ] as const) {
      const values = Uint8Array.from({ length: bytes * rows }, (_, index) => (index * 2_654_435_761) >>> 13);
      const floats = Float32Array.from({ length: 8 * bytes }, (_, index) => ((index * 7919) % 101) - 50);
      const all = Uint32Array.from({ length: rows }, (_, row) => row);
      for (const k of [1, 10, 90, 700]) {
        for (const order of ["score", "row"] as const) {
          const { ofFloats, ofBits, named, namedByBits } = onBoth((kernels) => {
            const vectors = kernels.createBitVectors(bytes, rows).write(0, values);
            const bits = values.subarray(0, bytes);
            return {
              ofFloats: vectors.nearest(floats, k, undefined, order),
              named: vectors.nearest(floats, k, all, order),
              ofBits: vectors.nearest(bits, k, undefined, order),
              namedByBits: vectors.nearest(bits, k, all, order),
            };
          });
          expect(ofFloats).toEqual(named);
          expect(ofBits).toEqual(namedByBits);
        }
      }
    }
  });

  it("are nearest wherever the best are: where no sample looks, in the last rows, everywhere", () => {
    const rows = 70_007;
    for (const isBest of [
      (row: number) => row % 512 >= 16,
      (row: number) => row % 512 < 16,
      (row: number) => row >= rows - 300,
      () => true,
    ]) {
      const values = Uint8Array.from({ length: rows }, (_, row) => (isBest(row) ? 0xff : 1 << (row % 8)));
      const vectors = createKernelsSync().createBitVectors(1, rows).write(0, values);
      const all = chosen(rows, undefined);
      const query = Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1);
      const best = bestRows(
        all.map((row) => (isBest(row) ? 8 : 1)),
        all,
        500,
      );
      expect([...vectors.nearest(query, 500).rows]).toEqual(best);
      const together = vectors.nearestBatch(Uint8Array.of(255, 255, 255), 500);
      for (const top of together) expect([...top.rows]).toEqual(best);
    }
  });

  it("do not overflow: rows of more than a sum of 16 bits can hold", () => {
    const bytes = 3000;
    const found = onBoth((kernels) => {
      const vectors = kernels.createBitVectors(bytes, 2).write(0, new Uint8Array(2 * bytes).fill(255, bytes));
      return {
        distances: vectors.hammingDistances(new Uint8Array(bytes)),
        nearest: vectors.nearest(new Float32Array(8 * bytes).fill(1), 2),
      };
    });
    expect([...found.distances]).toEqual([0, 24_000]);
    expect([...found.nearest.rows]).toEqual([1, 0]);
    // 32 of 251 steps, for each of 3,000 bytes.
    expect(Math.abs((found.nearest.scores[0] as number) - 24_000)).toBeLessThan(383);
    expect(found.nearest.scores[1]).toBe(0);
  });

  it("refuse a query that is not finite", () => {
    const vectors = createKernelsSync().createBitVectors(1, 1);
    expect(() => vectors.nearest(new Float32Array(8).fill(NaN), 1)).toThrow("not all finite");
  });
});

describe("the nearest of many queries", () => {
  const many = (elements: "float32" | "int8" | "asymmetric" | "bits" | "asymmetric bits") =>
    fc
      .tuple(dimensions, fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 9 }))
      .chain(([columns, rows, count]) => {
        const array = {
          float32: float32Array,
          int8: int8Array,
          asymmetric: int8Array,
          bits: uint8Array,
          "asymmetric bits": uint8Array,
        };
        const queries = elements.startsWith("asymmetric") ? float32Array : array[elements];
        const width = elements === "asymmetric bits" ? 8 * columns : columns;
        return fc.record({
          columns: fc.constant(columns),
          rows: fc.constant(rows),
          width: fc.constant(width),
          values: array[elements](rows * columns) as fc.Arbitrary<Float32Array>,
          queries: queries(count * width) as fc.Arbitrary<Float32Array>,
          rowIds: rowIds(rows),
          k: fc.integer({ min: 1, max: 50 }),
        });
      });

  it.each(["float32", "int8", "asymmetric", "bits", "asymmetric bits"] as const)(
    "are those of each alone: %s",
    (elements) => {
      fc.assert(
        fc.property(many(elements), ({ columns, rows, width, values, queries, rowIds, k }) => {
          const found = onBoth((kernels) => {
            // Whatever they are, their types all look alike from here on.
            const vectors = {
              float32: () => kernels.createFloat32Vectors(columns, rows),
              int8: () => kernels.createInt8Vectors(columns, rows),
              asymmetric: () => kernels.createInt8Vectors(columns, rows),
              bits: () => kernels.createBitVectors(columns, rows),
              "asymmetric bits": () => kernels.createBitVectors(columns, rows),
            }[elements]() as Float32Vectors;
            vectors.write(0, values);
            const alone = Array.from({ length: queries.length / width }, (_, index) =>
              vectors.nearest(queries.slice(index * width, (index + 1) * width), k, rowIds),
            );
            return { alone, together: vectors.nearestBatch(queries, k, rowIds) };
          });
          expect(found.together).toEqual(found.alone);
        }),
      );
    },
  );

  it("are found over more rows and queries than are looked at in one go", () => {
    const rows = 5000;
    const values = Int8Array.from({ length: rows * 64 }, (_, index) => (index * 7919) % 251);
    const queries = Int8Array.from({ length: 70 * 64 }, (_, index) => (index * 104_729) % 241);
    const vectors = createKernelsSync().createInt8Vectors(64, rows).write(0, values);
    const together = vectors.nearestBatch(queries, 7);
    expect(together.length).toBe(70);
    together.forEach((top, index) =>
      expect(top).toEqual(vectors.nearest(queries.slice(index * 64, (index + 1) * 64), 7)),
    );
  });

  it("need whole queries", () => {
    const vectors = createKernelsSync().createFloat32Vectors(2, 3);
    expect(() => vectors.nearestBatch(new Float32Array(3), 1)).toThrow(/3 values are no queries of 2/);
  });
});

describe("vectors", () => {
  it("are found among more rows than are scored at a time, whatever k", () => {
    const rows = 10_000;
    const values = Float32Array.from({ length: rows }, (_, row) => (row * 7919) % 101);
    const ascending = Float32Array.from(values).sort();
    for (const order of [values, ascending, ascending.slice().reverse(), new Float32Array(rows)]) {
      for (const k of [1, 10, 1000, rows]) {
        const nearest = onBoth((kernels) =>
          kernels.createFloat32Vectors(1, rows).write(0, order).nearest(Float32Array.of(1), k),
        );
        expect([...nearest.rows]).toEqual(bestRows(order, chosen(rows, undefined), k));
        const backwards = Uint32Array.from({ length: rows }, (_, index) => rows - 1 - index);
        const ids = k === 10 ? backwards : undefined;
        for (const by of ["score", "row"] as const) {
          const ofInts = onBoth((kernels) =>
            kernels
              .createInt8Vectors(1, rows)
              .write(0, Int8Array.from(order))
              .nearest(Int8Array.of(1), k, ids, by),
          );
          const named = chosen(rows, ids);
          const best = bestRows(
            named.map((row) => order[row] as number),
            named,
            k,
          );
          const place = (row: number) => (ids === undefined ? row : rows - 1 - row);
          expect([...ofInts.rows]).toEqual(by === "score" ? best : best.sort((a, b) => place(a) - place(b)));
        }
      }
    }
  });

  it("are the best however they are spread: where a sample says nothing of the others, and among chosen rows", () => {
    const rows = 70_000;
    const everyOther = Uint32Array.from({ length: rows }, (_, index) => rows - 1 - index);
    const spreads = [
      (row: number) => (row * 7919) % 101,
      (row: number) => row % 127,
      // The best are where no sample looks, or only there.
      (row: number) => (row % 272 < 16 ? 100 : row % 7),
      (row: number) => (row < 200 ? 100 : -row % 3),
      () => 0,
    ];
    for (const score of spreads) {
      const scores = Int8Array.from({ length: rows }, (_, row) => score(row));
      const vectors = createKernelsSync().createInt8Vectors(1, rows).write(0, scores);
      for (const ids of [undefined, everyOther]) {
        const named = chosen(rows, ids);
        const best = bestRows(
          named.map((row) => scores[row] as number),
          named,
          500,
        );
        expect([...vectors.nearest(Int8Array.of(1), 500, ids).rows]).toEqual(best);
        const together = vectors.nearestBatch(Int8Array.of(1, 1, 1, 1, 1), 500, ids);
        for (const top of together) expect([...top.rows]).toEqual(best);
      }
    }
  });

  it("can be read back, in whatever pieces they were written", () => {
    fc.assert(
      fc.property(matrix(uint8Array), fc.nat(40), fc.nat(40), ({ columns, rows, values }, cut, from) => {
        const [middle, first] = [Math.min(cut, rows), Math.min(from, rows)];
        for (const vectors of [
          createKernelsSync().createBitVectors(columns, rows),
          createKernelsSync().createInt8Vectors(columns, rows),
          createKernelsSync().createFloat32Vectors(columns, rows),
        ]) {
          const written =
            vectors.kind === "bits"
              ? values
              : vectors.kind === "int8"
                ? Int8Array.from(values)
                : Float32Array.from(values);
          vectors.write(middle, written.subarray(middle * columns) as never);
          vectors.write(0, written.subarray(0, middle * columns) as never);
          expect(vectors.read(first, rows - first)).toEqual(written.slice(first * columns));
        }
      }),
    );
    const vectors = createKernelsSync().createInt8Vectors(2, 3);
    expect(() => vectors.read(2, 2)).toThrow(/rows 2 to 3 do not fit in 3 rows/);
  });

  it("can be written row by row and anew", () => {
    const found = onBoth((kernels) => {
      const vectors = kernels.createInt8Vectors(3, 2);
      vectors
        .write(1, Int8Array.of(1, 2, 3))
        .write(0, Int8Array.of(9, 9, 9))
        .write(0, Int8Array.of(4, 5, 6));
      return vectors.dotProducts(Int8Array.of(1, 10, 100));
    });
    expect([...found]).toEqual([654, 321]);
  });

  it("refuse wrong queries, rows, ids and k", () => {
    for (const kernels of bothEngines()) {
      const vectors = kernels.createFloat32Vectors(2, 3);
      const query = new Float32Array(2);
      expect(() => vectors.dotProducts(new Float32Array(3))).toThrow(/query has 3 elements, the vectors 2/);
      expect(() => vectors.dotProducts(query, Uint32Array.of(0, 3))).toThrow(
        /rowIds\[1\] is 3, but there are 3 rows/,
      );
      expect(() => vectors.nearest(query, 0)).toThrow(/k is 0/);
      expect(() => vectors.write(2, new Float32Array(4))).toThrow(/rows 2 to 3 do not fit in 3 rows/);
      expect(() => vectors.write(0, new Float32Array(3))).toThrow(/3 values are no rows of 2/);
      expect(() => kernels.createFloat32Vectors(0, 1)).toThrow(/a row of 0 elements/);
      expect(() => kernels.createInt8Vectors(1, -1)).toThrow(/rows is -1/);
    }
  });
});
