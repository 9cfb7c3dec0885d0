import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtobufWriter } from "./protobuf-writer.js";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("ProtobufWriter", () => {
  it("writes the examples of the encoding guide", () => {
    // https://protobuf.dev/programming-guides/encoding/: a = 150, b = "testing", c = { a = 150 }
    expect(new ProtobufWriter().integer(1, 150).finish()).toEqual(bytes(0x08, 0x96, 0x01));
    expect(new ProtobufWriter().string(2, "testing").finish()).toEqual(
      bytes(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67),
    );
    expect(new ProtobufWriter().message(3, (part) => part.integer(1, 150)).finish()).toEqual(
      bytes(0x1a, 0x03, 0x08, 0x96, 0x01),
    );
    // -2 takes ten bytes, as two's complement of 64 bits.
    expect(new ProtobufWriter().integer(1, -2).finish()).toEqual(
      bytes(0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
    );
  });

  it("writes floats little-endian and skips what is undefined", () => {
    const writer = new ProtobufWriter().float32(1, 1).float32(2, undefined).string(3, undefined);
    expect(writer.integer(4, undefined).raw(5, undefined).finish()).toEqual(bytes(0x0d, 0, 0, 0x80, 0x3f));
  });

  it("keeps every safe integer", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const [, ...varint] = new ProtobufWriter().integer(1, value).finish();
        const read = varint.reduce((sum, byte, index) => sum | (BigInt(byte & 127) << BigInt(7 * index)), 0n);
        expect(BigInt.asIntN(64, read)).toBe(BigInt(value));
        expect(varint.every((byte, index) => byte >= 128 === index < varint.length - 1)).toBe(true);
      }),
    );
  });

  it("grows with long content", () => {
    const content = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
    const written = new ProtobufWriter().raw(1, content).finish();
    expect(written.subarray(4)).toEqual(content);
  });
});
