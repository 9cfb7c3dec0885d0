import { InvalidArgumentError } from "@kokeshi/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantizeRows } from "./quantize-rows.js";

describe("quantizeRows", () => {
  it("maps the greatest magnitude of each row to 127 and rounds halves away from zero", () => {
    const { values, scales } = quantizeRows(
      Float32Array.of(127, 0.5, -0.5, -1.49, 0, 0, 0, 0, -254, 1, 3, -5),
      4,
    );
    expect(Array.from(scales)).toEqual([1, 0, 2]);
    expect(Array.from(values)).toEqual([127, 1, -1, -1, 0, 0, 0, 0, -127, 1, 2, -3]);
  });

  it("is wrong by at most half a scale", () => {
    const rows = fc.float32Array({ minLength: 6, maxLength: 6, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(rows, (table) => {
        const { values, scales } = quantizeRows(table, 3);
        table.forEach((value, index) => {
          const scale = scales[Math.floor(index / 3)] as number;
          const error = Math.abs(value - (values[index] as number) * scale);
          // The scale itself is rounded to float32: relatively by 2^-24, or, where it is subnormal, by 2^-150.
          const rounding = Math.abs(value) * 2 ** -23 + 127 * 2 ** -149;
          expect(error).toBeLessThanOrEqual(scale / 2 + rounding);
        });
      }),
    );
  });

  it("rounds scales of like size up to multiples of one power of two", () => {
    const magnitude = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(magnitude, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: -100, max: 100 }),
        (rows, power) => {
          const table = Float32Array.from(rows, (value) => value * 2 ** power);
          const { values, scales } = quantizeRows(table, 1);
          const step = 2 ** (Math.floor(Math.log2(Math.max(...scales))) - 14);
          scales.forEach((scale, row) => {
            expect(scale / step).toBe(Math.floor(scale / step));
            expect(scale / step).toBeLessThan(2 ** 15);
            const exact = (table[row] as number) / 127;
            expect(scale).toBeGreaterThanOrEqual(exact * (1 - 2 ** -24));
            expect(scale).toBeLessThan(exact + 2 * step);
            expect(Math.abs(values[row] as number)).toBeGreaterThanOrEqual(125);
          });
        },
      ),
    );
  });

  it("leaves scales alone that differ much", () => {
    const { scales } = quantizeRows(Float32Array.of(127, 127 / 3000), 1);
    expect(Array.from(scales)).toEqual([1, Math.fround(Math.fround(127 / 3000) / 127)]);
  });

  it("refuses what cannot be scaled", () => {
    expect(() => quantizeRows(Float32Array.of(1, NaN), 2)).toThrow(/row 0, column 1 of the table is NaN/);
    expect(() => quantizeRows(Float32Array.of(Infinity), 1)).toThrow(InvalidArgumentError);
    expect(() => quantizeRows(new Float32Array(5), 2)).toThrow(InvalidArgumentError);
    expect(() => quantizeRows(new Float32Array(5), 0)).toThrow(InvalidArgumentError);
  });
});
