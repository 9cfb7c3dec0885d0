import { InvalidFileError } from "@kokeshi/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesPerElement, type DataType } from "./data-type.js";
import { readSafetensors } from "./read-safetensors.js";
import type { Tensor } from "./tensor.js";
import { writeSafetensors } from "./write-safetensors.js";

/** A file with this header, whatever it says, before `contentLength` zero bytes. */
function fileWith(header: string | object, contentLength = 0, headerLength?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + contentLength);
  new DataView(bytes.buffer).setBigUint64(0, headerLength ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const tensor = (begin: number, end: number, more: object = {}) => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
  ...more,
});

describe("readSafetensors", () => {
  it("gives views of the file, in any order of the header", () => {
    const header = {
      b: tensor(4, 12),
      __metadata__: { format: "pt" },
      a: tensor(0, 4),
      empty: tensor(12, 12),
    };
    const bytes = fileWith(header, 12);
    const { tensors, metadata } = readSafetensors(bytes);
    expect(Array.from(tensors.keys()).sort()).toEqual(["a", "b", "empty"]);
    expect(tensors.get("b")).toMatchObject({ dtype: "F32", shape: [2] });
    expect(tensors.get("b")?.data.buffer).toBe(bytes.buffer);
    expect(tensors.get("b")?.data.byteOffset).toBe(bytes.length - 8);
    expect(tensors.get("empty")?.data.length).toBe(0);
    expect(metadata).toEqual({ format: "pt" });
  });

  it("takes a file that is a view of something larger", () => {
    const file = fileWith({ a: tensor(0, 4) }, 4);
    const larger = new Uint8Array(file.length + 7);
    larger.set(file, 3);
    expect(readSafetensors(larger.subarray(3, 3 + file.length)).tensors.get("a")?.data.length).toBe(4);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["no bytes", new Uint8Array(), /0 bytes are too few/],
    ["seven bytes", new Uint8Array(7), /7 bytes are too few/],
    ["a header longer than the file", fileWith("{}", 0, 3n), /claims 3 bytes of a file of 10/],
    ["a header of 2^64 - 1 bytes", fileWith("{}", 0, 2n ** 64n - 1n), /claims 18446744073709552000 bytes/],
    ["an empty header", fileWith(""), /not JSON/],
    ["a header that is not UTF-8", new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0x28]), /not JSON/],
    ["a header that is a list", fileWith("[]"), /the header is not an object/],
    ["a tensor that is null", fileWith({ a: null }), /tensor "a" is not an object/],
    ["an unknown type", fileWith({ a: tensor(0, 4, { dtype: "F31" }) }, 4), /unknown type "F31"/],
    ["a type from a prototype", fileWith({ a: tensor(0, 4, { dtype: "toString" }) }, 4), /unknown type/],
    ["no shape", fileWith({ a: tensor(0, 4, { shape: undefined }) }, 4), /no shape/],
    ["a negative length", fileWith({ a: tensor(0, 4, { shape: [-1, -1] }) }, 4), /no shape/],
    ["half an element", fileWith({ a: tensor(0, 4, { shape: [0.5] }) }, 4), /no shape/],
    [
      "a shape beyond 2^53",
      fileWith({ a: tensor(0, 4, { shape: [2 ** 40, 2 ** 40] }) }, 4),
      /cannot be 4 bytes/,
    ],
    [
      "a shape that overflows to the right size",
      fileWith({ a: tensor(0, 0, { shape: [2 ** 32, 2 ** 32] }) }),
      /cannot be 0 bytes/,
    ],
    ["a shape larger than its bytes", fileWith({ a: tensor(0, 4, { shape: [2] }) }, 4), /cannot be 4 bytes/],
    ["three offsets", fileWith({ a: tensor(0, 4, { data_offsets: [0, 4, 4] }) }, 4), /no data_offsets/],
    ["offsets backwards", fileWith({ a: tensor(0, 4, { data_offsets: [4, 0] }) }, 4), /lies at 4 to 0/],
    ["offsets beyond the file", fileWith({ a: tensor(0, 8) }, 4), /lies at 0 to 8 of 4 bytes/],
    ["a hole", fileWith({ a: tensor(0, 4), b: tensor(8, 12) }, 12), /"b" begins at 8 instead of 4/],
    ["an overlap", fileWith({ a: tensor(0, 8), b: tensor(4, 12) }, 12), /"b" begins at 4 instead of 8/],
    ["bytes left over", fileWith({ a: tensor(0, 4) }, 6), /2 bytes at the end/],
    [
      "a name twice",
      fileWith(
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
      ),
      /twice/,
    ],
    ["a key twice", fileWith('{"a":{"dtype":"F32","dtype":"I8","shape":[0],"data_offsets":[0,0]}}'), /twice/],
    ["metadata that is not text", fileWith({ __metadata__: { a: 1 } }), /not a string/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes, "weights.safetensors")).toThrow(InvalidFileError);
    expect(() => readSafetensors(bytes, "weights.safetensors")).toThrow(message);
    expect(() => readSafetensors(bytes, "weights.safetensors")).toThrow(/weights\.safetensors/);
  });

  it("counts keys by structure, not by colons and quotes inside strings", () => {
    const names = ['a":{"b', "colon:", "back\\slash\\", '\\"', "__proto__", "constructor"];
    const tensors = new Map<string, Tensor>(
      names.map((name) => [name, { dtype: "U8", shape: [0], data: new Uint8Array() }]),
    );
    expect(Array.from(readSafetensors(writeSafetensors(tensors)).tensors.keys()).sort()).toEqual(
      names.sort(),
    );
  });

  it("gives only typed errors for 10,000 damaged headers, and never memory the file does not have", () => {
    const whole = writeSafetensors(
      {
        "embedding.weight": { dtype: "F32", shape: [4, 3], data: new Uint8Array(48) },
        weights: { dtype: "F64", shape: [4], data: new Uint8Array(32) },
        mapping: { dtype: "I32", shape: [4], data: new Uint8Array(16) },
      },
      { format: "pt" },
    );
    const headerEnd = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));
    const place = fc.nat(headerEnd - 1);
    const byte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(...'0123456789[]{},:"-e.\\').map((c) => (c as string).charCodeAt(0)),
    );
    const damage = fc.array(fc.tuple(place, byte), { minLength: 1, maxLength: 6 });
    const cut = fc.option(fc.nat(whole.length - 1), { freq: 5 });
    let read = 0;
    fc.assert(
      fc.property(damage, cut, (changes, length) => {
        const bytes = whole.slice(0, length ?? whole.length);
        for (const [index, value] of changes) if (index < bytes.length) bytes[index] = value;
        try {
          const { tensors } = readSafetensors(bytes);
          let content = 0;
          for (const { dtype, shape, data } of tensors.values()) {
            expect(data.buffer).toBe(bytes.buffer);
            expect(shape.reduce((a, b) => a * b, 1) * bytesPerElement[dtype]).toBe(data.length);
            content += data.length;
          }
          expect(content).toBeLessThanOrEqual(bytes.length);
          read++;
        } catch (error) {
          if (!(error instanceof InvalidFileError)) throw error;
        }
      }),
      { numRuns: 10_000 },
    );
    expect(read).toBeGreaterThan(0);
  });
});

describe("writeSafetensors", () => {
  const dtypes = Object.keys(bytesPerElement) as DataType[];
  const tensors = fc.dictionary(
    fc.string({ unit: "grapheme" }).filter((name) => name !== "__metadata__"),
    fc
      .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(5), { maxLength: 3 }), fc.nat(255))
      .map(([dtype, shape, value]): Tensor => {
        const count = shape.reduce((a, b) => a * b, 1);
        return { dtype, shape, data: new Uint8Array(count * bytesPerElement[dtype]).fill(value) };
      }),
    { noNullPrototype: true },
  );

  it("writes what readSafetensors reads, every tensor aligned", () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (written, metadata) => {
        const bytes = writeSafetensors(written, metadata);
        const read = readSafetensors(bytes);
        expect(Object.fromEntries(read.tensors)).toEqual(written);
        expect({ ...read.metadata }).toEqual({ ...metadata });
        for (const { dtype, data } of read.tensors.values())
          expect(data.byteOffset % bytesPerElement[dtype]).toBe(0);
      }),
    );
  });

  it("refuses a tensor whose bytes do not fit its shape", () => {
    const wrong: Tensor = { dtype: "F32", shape: [2], data: new Uint8Array(4) };
    expect(() => writeSafetensors({ a: wrong })).toThrow(
      /tensor "a" of shape \[2\] and type F32 has 4 bytes/,
    );
  });
});
