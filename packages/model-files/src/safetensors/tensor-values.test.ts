import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float16ToNumber } from "./half-precision.js";
import { tensorOf, tensorValues } from "./tensor-values.js";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("tensorValues", () => {
  it("widens float16 (IEEE 754 binary16)", () => {
    // From the table of examples in the standard's Wikipedia article.
    const examples: [number, number][] = [
      [0x0000, 0],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x3c00, 1],
      [0x3c01, 1.0009765625],
      [0x7bff, 65504],
      [0x7c00, Infinity],
      [0x8000, -0],
      [0xc000, -2],
      [0xfc00, -Infinity],
    ];
    for (const [bits, value] of examples) expect(float16ToNumber(bits)).toBe(value);
    expect(float16ToNumber(0x7e00)).toBeNaN();
    expect(tensorValues({ dtype: "F16", shape: [2], data: bytes(0x00, 0x3c, 0x00, 0xc0) })).toEqual(
      Float32Array.of(1, -2),
    );
  });

  it("widens bfloat16, the upper half of a float32", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        const upperHalf = new Uint8Array(Float32Array.of(value).buffer, 2, 2);
        const truncated = new Uint32Array(Float32Array.of(value).buffer);
        truncated[0] = ((truncated[0] as number) & 0xffff0000) >>> 0;
        const expected = new Float32Array(truncated.buffer);
        expect(tensorValues({ dtype: "BF16", shape: [1], data: upperHalf.slice() })).toEqual(expected);
      }),
    );
  });

  it("copies what is not aligned, and only that", () => {
    const memory = new ArrayBuffer(17);
    const data = new Uint8Array(memory, 1, 16);
    new DataView(memory).setFloat32(1, 1.5, true);
    const copy = tensorValues({ dtype: "F32", shape: [4], data });
    expect(copy?.[0]).toBe(1.5);
    expect(copy?.buffer).not.toBe(memory);
    const fromNode = tensorValues({ dtype: "F32", shape: [4], data: Buffer.from(memory, 1, 16) });
    expect(fromNode).toEqual(copy);
    const view = tensorValues({ dtype: "F32", shape: [4], data: new Uint8Array(memory, 0, 16) });
    expect(view?.buffer).toBe(memory);
  });

  it("reads back what tensorOf holds", () => {
    for (const values of [
      Int8Array.of(-128, 127),
      Int32Array.of(-5, 7),
      Float32Array.of(0.5),
      Float64Array.of(0.1),
    ]) {
      expect(tensorValues(tensorOf(values, [values.length]))).toEqual(values);
    }
    expect(
      tensorValues({ dtype: "I64", shape: [1], data: bytes(254, 255, 255, 255, 255, 255, 255, 255) }),
    ).toEqual(Float64Array.of(-2));
    expect(tensorValues({ dtype: "BOOL", shape: [1], data: bytes(1) })).toBeUndefined();
  });
});
