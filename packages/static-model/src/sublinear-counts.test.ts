import fc from "fast-check";
import { expect, it } from "vitest";
import { keepSublinear } from "./sublinear-counts.js";

const flat = (texts: readonly number[][]) => ({
  ids: Uint32Array.from(texts.flat()),
  starts: Uint32Array.from([0, ...texts], (_, row) => texts.slice(0, row).flat().length),
});

it("keeps the 1st, 2nd, 4th and 8th occurrence, text by text", () => {
  const batch = flat([[7, 7, 7, 5, 7, 7], [], [7, 5, 7], Array<number>(9).fill(3)]);
  const ids = keepSublinear(batch);
  expect([...ids]).toEqual([7, 7, 5, 7, 7, 5, 7, 3, 3, 3, 3]);
  expect([...batch.starts]).toEqual([0, 4, 4, 7, 11]);
});

it("counts n occurrences 1 + floor(log2 n) times, in their order, whatever the ids", () => {
  const text = fc.array(fc.oneof(fc.nat(3), fc.nat(200_000)), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
      const batch = flat(texts);
      const ids = keepSublinear(batch);
      expect(ids).toHaveLength(batch.starts[texts.length] as number);
      texts.forEach((tokens, row) => {
        const kept = [...ids.subarray(batch.starts[row], batch.starts[row + 1])];
        expect([...new Set(kept)]).toEqual([...new Set(tokens)]);
        for (const id of new Set(tokens)) {
          const count = tokens.filter((token) => token === id).length;
          expect(kept.filter((token) => token === id)).toHaveLength(1 + Math.floor(Math.log2(count)));
        }
      });
    }),
  );
});
