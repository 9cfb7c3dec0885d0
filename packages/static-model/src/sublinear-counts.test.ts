import fc from "fast-check";
import { expect, it } from "vitest";
import { weighSublinear } from "./sublinear-counts.js";

const flat = (texts: readonly number[][]) => ({
  ids: Uint32Array.from(texts.flat()),
  starts: Uint32Array.from([0, ...texts], (_, row) => texts.slice(0, row).flat().length),
});

it("takes each token once, text by text, and weighs it by its number", () => {
  const batch = flat([[7, 7, 7, 5], [], [7, 5], Array<number>(100).fill(3)]);
  const { ids, starts, weights } = weighSublinear(batch);
  expect([...ids]).toEqual([7, 5, 7, 5, 3]);
  expect([...starts]).toEqual([0, 2, 2, 4, 5]);
  const expected = Float32Array.of(1 + Math.log(3), 1, 1, 1, 1 + Math.log(100));
  expect(weights).toEqual(expected);
});

it("gives no weights where nothing is repeated", () => {
  expect(weighSublinear(flat([[1, 2], [1]]))).not.toHaveProperty("weights");
});

it("weighs n occurrences 1 + ln n, in the order of the first, whatever the ids", () => {
  const text = fc.array(fc.oneof(fc.nat(3), fc.nat(200_000)), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
      const { ids, starts, weights } = weighSublinear(flat(texts));
      expect(ids).toHaveLength(starts[texts.length] as number);
      expect(weights?.length ?? ids.length).toBe(ids.length);
      texts.forEach((tokens, row) => {
        const start = starts[row] as number;
        const kept = [...ids.subarray(start, starts[row + 1])];
        expect(kept).toEqual([...new Set(tokens)]);
        kept.forEach((id, index) => {
          const count = tokens.filter((token) => token === id).length;
          expect(weights?.[start + index] ?? 1).toBe(Math.fround(1 + Math.log(count)));
        });
      });
    }),
  );
});
