import { expect, it } from "vitest";
import { meanOfTables } from "./mean-of-tables.js";

it("weighs tables alike, whatever their size", () => {
  const root = Math.sqrt(0.5);
  const mean = meanOfTables([Float32Array.of(3, 0, 3, 0), Float32Array.of(0, 0, 10, 10)]);
  [root, 0, 2 * root, root].forEach((value, index) => expect(mean[index]).toBeCloseTo(value, 6));
});
