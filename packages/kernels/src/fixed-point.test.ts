import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixedPoint } from "./fixed-point.js";

const factors = fc
  .array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 })
  .map((values) => Float32Array.from(values));

/** The halves as the kernels see them. */
function valueAt(multipliers: Int32Array, unit: number, index: number): number {
  const halves = new Int16Array(multipliers.buffer);
  return ((halves[2 * index + 1] as number) * 32_768 + (halves[2 * index] as number)) * unit;
}

describe("factors in fixed point", () => {
  it("are exact down to 1/64 of the greatest, and off by 2^-30 of it below", () => {
    fc.assert(
      fc.property(factors, (values) => {
        const { multipliers, unit } = fixedPoint(values);
        const greatest = Math.max(...values.map(Math.abs));
        values.forEach((value, index) => {
          const isExact = Math.abs(value) >= greatest / 64 && greatest >= 2 ** -120;
          const tolerance = isExact ? 0 : Math.max(greatest, 2 ** -126) * 2 ** -30;
          expect(Math.abs(valueAt(multipliers, unit, index) - value)).toBeLessThanOrEqual(tolerance);
        });
      }),
    );
  });

  it("need one term after the rounding up that the README tells quantizers of", () => {
    const scales = fc
      .array(fc.float({ min: 2 ** -20, max: 2 ** 20, noNaN: true }), { minLength: 1 })
      .map((values) => Float32Array.from(values));
    fc.assert(
      fc.property(scales, (values) => {
        const unit = 2 ** (Math.floor(Math.log2(Math.max(...values))) - 13);
        const rounded = values.map((scale) => Math.ceil(scale / unit) * unit);
        const { multipliers, unit: ownUnit, terms } = fixedPoint(rounded);
        expect(terms).toBe(1);
        rounded.forEach((scale, index) => expect(valueAt(multipliers, ownUnit, index)).toBe(scale));
      }),
    );
  });

  it("take zeros, factors of 1, and factors that need the low half", () => {
    expect(fixedPoint(new Float32Array(3)).multipliers).toEqual(new Int32Array(3));
    expect(fixedPoint(Float32Array.of(1, 1)).terms).toBe(1);
    expect(fixedPoint(Float32Array.of(1, 1 + 2 ** -20)).terms).toBe(2);
  });
});
