import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFloatText, maxFloatTextBytes } from "../src/text.js";

const engines = ["webassembly", "javascript"] as const;
const writers = engines.map((engine) => createFloatText({ engine }));

/** What both engines write, which is the same. */
function texts(values: ArrayLike<number>): string[] {
  const floats = Float32Array.from(values);
  const [webassembly, javascript] = writers.map((writer) => {
    const target = new Uint8Array(3 + floats.length * (maxFloatTextBytes + 1));
    const end = writer.write(floats, ",", target, 3);
    expect(target.subarray(0, 3)).toEqual(new Uint8Array(3));
    return Buffer.from(target.subarray(3, end)).toString("latin1");
  }) as [string, string];
  expect(webassembly).toBe(javascript);
  const parts = webassembly.split(",");
  expect(parts.pop()).toBe("");
  expect(parts.length).toBe(floats.length);
  return parts;
}

/** float32 by their bits. */
const floats = (bits: ArrayLike<number>) =>
  new Float32Array(Uint32Array.from(bits).buffer).filter(Number.isFinite);

function expectSame(values: Float32Array): void {
  texts(values).forEach((text, index) => {
    const value = values[index] as number;
    if (Math.fround(JSON.parse(text) as number) !== value || text.length > maxFloatTextBytes)
      expect.fail(`${value} is written as ${text}`);
  });
}

describe("float32 as text", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [1, "1"],
    [-0.5, "-0.5"],
    [0.1, "0.1"],
    [1 / 3, "0.33333334"],
    [0.99999994, "0.99999994"],
    [123456.78, "123456.78"],
    [0.000001, "0.000001"],
    [9.999999e-7, "9.999999e-7"],
    [1e6, "1000000"],
    [-3.4028234663852886e38, "-3.4028235e+38"],
    [1.401298464324817e-45, "1e-45"],
  ])("%d is %s", (value, text) => {
    expect(texts([value])).toEqual([text]);
  });

  it("reads back as the same float32, alike in both engines, and is at most as long as it says", () => {
    const bits = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 200 }), (words) => {
        expectSame(floats(words));
      }),
    );
    // Of those that embeddings are made of, every 1499th.
    const [least, one] = new Uint32Array(Float32Array.of(2 ** -20, 1).buffer) as unknown as [number, number];
    expectSame(floats(Array.from({ length: (one - least) / 1499 }, (_, index) => least + index * 1499)));
  });

  it("reads back as the same float32 around every power of two and of ten", () => {
    const bounds = [
      ...Array.from({ length: 254 }, (_, exponent) => 2 ** (exponent - 126)),
      ...Array.from({ length: 76 }, (_, exponent) => Number(`1e${exponent - 37}`)),
    ];
    const words = bounds.flatMap((bound) => {
      const [bits] = new Uint32Array(Float32Array.of(bound).buffer) as unknown as [number];
      return Array.from({ length: 100 }, (_, step) => bits - 50 + step);
    });
    expectSame(floats(words));
    expectSame(floats(words.map((bits) => bits + 2 ** 31)));
  });

  it("has no digit more than it needs", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99999, max: 99999 }),
        fc.integer({ min: 0, max: 5 }),
        (digits, decimals) => {
          const decimal = digits / 10 ** decimals;
          fc.pre(Math.abs(decimal) >= 1e-5);
          expect(texts([decimal])).toEqual([String(decimal)]);
        },
      ),
    );
  });

  it("refuses a target that is too small, and separators of more than a byte", () => {
    for (const writer of writers) {
      const values = Float32Array.of(1, 2);
      expect(() => writer.write(values, ",", new Uint8Array(46), 1)).toThrow(/45 bytes for 2 numbers/);
      expect(() => writer.write(values, ", ", new Uint8Array(46), 0)).toThrow(/separator is ", "/);
      expect(() => writer.write(values, "、", new Uint8Array(46), 0)).toThrow(/separator/);
      expect(writer.write(values, " ", new Uint8Array(46), 0)).toBe(4);
    }
  });
});
