import { InvalidArgumentError } from "@kokeshi/core";
import { Tensor, InferenceSession } from "onnxruntime-node";
import { expect, it } from "vitest";
import { int } from "./attributes.js";
import { GraphBuilder } from "./graph-builder.js";
import {
  float16Bits,
  float16Value,
  float32Elements,
  integerElements,
  tensorElements,
} from "./tensor-elements.js";
import { tensorTypeCodes } from "./tensor-type.js";
import { writeModel } from "./write-model.js";

it("turns every half into a number and back", () => {
  const faults = Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => {
    const value = float16Value(bits);
    if (Number.isNaN(value)) return (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0;
    return float16Bits(value) !== bits;
  });
  expect(faults).toEqual([]);
});

it("rounds to halves as ONNX Runtime does", async () => {
  const values = Float32Array.from(
    { length: 4000 },
    (_, index) =>
      (index % 2 ? 1 : -1) * 2 ** ((index % 45) - 27) * (1 + ((index * 2654435761) % 8192) / 8192),
  );
  const graph = new GraphBuilder("halves");
  const x = graph.input("x", "float32", [4000]);
  const cast = graph.node("Cast", [x], { attributes: { to: int(tensorTypeCodes.float16) } });
  graph.output("y", cast, "float16", [4000]);
  const session = await InferenceSession.create(writeModel(graph.model()));
  const { y } = await session.run({ x: new Tensor("float32", values, [4000]) });
  await session.release();
  expect(Array.from(values, float16Bits)).toEqual(Array.from((y as Tensor).data as Uint16Array));
});

it("copies only what is not aligned", () => {
  const bytes = new Uint8Array(9);
  new DataView(bytes.buffer).setFloat32(4, 2.5, true);
  const tensor = { name: "t", type: "float32", shape: [1] } as const;
  const aligned = tensorElements({ ...tensor, data: bytes.subarray(4, 8) });
  expect(aligned).toEqual(Float32Array.of(2.5));
  expect(aligned.buffer).toBe(bytes.buffer);
  bytes.copyWithin(5, 4, 8);
  const moved = tensorElements({ ...tensor, data: bytes.subarray(5, 9) });
  expect(moved).toEqual(Float32Array.of(2.5));
  expect(moved.buffer).not.toBe(bytes.buffer);
  // What Node's readFile gives: its slice() is a view, too.
  expect(tensorElements({ ...tensor, data: Buffer.from(bytes.buffer, 5, 4) })).toEqual(Float32Array.of(2.5));
});

it("widens floats, counts integers, and refuses the rest", () => {
  const tensor = { name: "t", shape: [2] };
  const halves = {
    ...tensor,
    type: "float16",
    data: new Uint8Array(Uint16Array.of(0x3c00, 0xc100).buffer),
  } as const;
  expect(float32Elements(halves)).toEqual(Float32Array.of(1, -2.5));
  const brain = {
    ...halves,
    type: "bfloat16",
    data: new Uint8Array(Uint16Array.of(0x3f80, 0xc020).buffer),
  } as const;
  expect(float32Elements(brain)).toEqual(Float32Array.of(1, -2.5));
  const long = { ...tensor, type: "int64", data: new Uint8Array(BigInt64Array.of(-1n, 5n).buffer) } as const;
  expect(integerElements(long)).toEqual([-1, 5]);
  expect(() => float32Elements(long)).toThrow(/not floats/);
  expect(() => tensorElements({ ...tensor, type: "int4", data: new Uint8Array(1) })).toThrow(
    InvalidArgumentError,
  );
  const external = { location: "model.onnx_data", offset: 0, length: 16 };
  expect(() => tensorElements({ ...long, external })).toThrow(/loadExternalData/);
});
