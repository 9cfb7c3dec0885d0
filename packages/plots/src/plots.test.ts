import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baselineStyle, plotColors, seriesStyle } from "./palette.js";
import { placeLabels } from "./place-labels.js";
import { textWidth } from "./text-width.js";
import { linearScale, logarithmicScale } from "./scales.js";
import { linearTicks, logarithmicTicks, powersOfTwo } from "./ticks.js";

/** WCAG 2.2: relative luminance of a hexadecimal colour. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => parseInt(color.slice(start, start + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe("the palette", () => {
  it.each(["light", "dark"] as const)("stands out from a %s page by WCAG's 3:1 for graphics", (ground) => {
    const page = plotColors["ground"]?.[ground] as string;
    const { limit, baseline, ...others } = plotColors;
    const series = Object.entries(others).filter(([name]) => name.startsWith("series-"));
    expect(series.length).toBeGreaterThanOrEqual(5);
    for (const color of [limit, baseline, ...series.map(([, color]) => color)])
      expect(contrast(color?.[ground] as string, page)).toBeGreaterThanOrEqual(3);
  });

  it("tells 25 series apart, and baselines from all of them, without colour where it must", () => {
    const styles = Array.from({ length: 25 }, (_, index) => seriesStyle(index));
    expect(new Set(styles.map(({ className, shape }) => className + shape)).size).toBe(25);
    expect(new Set(styles.slice(0, 5).map(({ shape }) => shape)).size).toBe(5);
    const baselines = [baselineStyle(0).shape, baselineStyle(1).shape];
    expect(styles.filter(({ shape }) => baselines.includes(shape))).toEqual([]);
  });
});

describe("ticks", () => {
  it("are round numbers", () => {
    expect(linearTicks(0.243, 0.868, 8)).toEqual([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(linearTicks(0.5, 0.5, 5)).toHaveLength(2);
    expect(logarithmicTicks(5200, 15_500)).toEqual([5000, 10_000, 20_000]);
    expect(logarithmicTicks(10, 10)).toEqual([10, 20]);
    expect(powersOfTwo(9, 1000)).toEqual([8, 16, 32, 64, 128, 256, 512, 1024]);
    expect(powersOfTwo(16, 16)).toEqual([16, 32]);
  });

  it("cover what they are for, in order, and are not many", () => {
    const value = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(value, value, fc.integer({ min: 2, max: 10 }), (a, b, count) => {
        const [least, greatest] = [Math.min(a, b), Math.max(a, b)];
        const ticks = linearTicks(least, greatest, count);
        expect(ticks[0]).toBeLessThanOrEqual(least + 1e-9);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(greatest - 1e-9);
        expect(ticks.length).toBeLessThanOrEqual(count + 3);
        expect([...ticks].sort((x, y) => x - y)).toEqual(ticks);
      }),
    );
    const positive = fc.double({ min: 1e-3, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        const ticks = logarithmicTicks(Math.min(a, b), Math.max(a, b));
        expect(ticks[0]).toBeLessThanOrEqual(Math.min(a, b));
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(a, b));
        expect(ticks.length).toBeGreaterThan(1);
      }),
    );
  });
});

describe("scales", () => {
  it("go from the first tick to the last, upwards where the end is above the start", () => {
    const up = linearScale([10, 20, 30], 200, 100);
    expect([10, 15, 30].map(up)).toEqual([200, 175, 100]);
    const factors = logarithmicScale([8, 64], 0, 300);
    expect([8, 16, 32, 64].map((value) => Math.round(factors(value)))).toEqual([0, 100, 200, 300]);
  });

  it("put a single tick in the middle", () => {
    expect(linearScale([5], 0, 100)(5)).toBe(50);
    expect(logarithmicScale([5], 0, 100)(5)).toBe(50);
  });
});

describe("placeLabels", () => {
  it("never puts a label on another, on a point, or outside", () => {
    const field = { left: 40, right: 400, top: 10, bottom: 250 };
    const point = fc.record({
      x: fc.integer({ min: 50, max: 390 }),
      y: fc.integer({ min: 20, max: 240 }),
      text: fc.option(fc.string({ minLength: 1, maxLength: 12 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 12 }), (points) => {
        const boxes = placeLabels(points, field).map(({ text, x, y, anchor }) => {
          const left = x - { start: 0, middle: 0.5, end: 1 }[anchor] * textWidth(text);
          expect(left).toBeGreaterThanOrEqual(field.left);
          expect(left + textWidth(text)).toBeLessThanOrEqual(field.right + 1e-9);
          return { left, right: left + textWidth(text), y };
        });
        boxes.forEach((one, index) => {
          for (const other of boxes.slice(index + 1)) {
            const apart =
              one.right <= other.left + 1e-9 ||
              other.right <= one.left + 1e-9 ||
              Math.abs(one.y - other.y) > 12;
            expect(apart).toBe(true);
          }
        });
      }),
    );
  });
});
