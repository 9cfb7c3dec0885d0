import { expect, it } from "vitest";
import { boolean, exactly, list, object, optional, positiveInteger, record, string } from "./json-shape.js";

const shape = object({
  version: exactly(1),
  limit: optional(positiveInteger),
  names: optional(record(string)),
  parts: list(object({ on: boolean })),
});

it("keeps the keys it knows; null is absent", () => {
  const json = { version: 1, limit: null, names: { a: "b" }, parts: [{ on: true, other: 5 }], other: "x" };
  expect(shape(json, [])).toEqual({
    version: 1,
    limit: undefined,
    names: { a: "b" },
    parts: [{ on: true }],
  });
});

it.each<[unknown, string]>([
  [null, "the file is not an object"],
  [[], "the file is not an object"],
  [{}, "version is not 1"],
  [{ version: 1 }, "parts is not a list of at least one"],
  [{ version: 1, parts: [] }, "parts is not a list of at least one"],
  [{ version: 1, parts: [{ on: 1 }] }, "parts.0.on is not true or false"],
  [{ version: 1, limit: 0, parts: [] }, "limit is not a whole number of at least 1"],
  [{ version: 1, limit: 1.5, parts: [] }, "limit is not a whole number of at least 1"],
  [{ version: 1, names: ["a"], parts: [] }, "names is not an object"],
  [{ version: 1, names: { a: 1 }, parts: [] }, "names.a is not a string"],
])("names what is wrong in %j", (json, message) => {
  expect(() => shape(json, [])).toThrow(message);
});

it("takes no key from a prototype", () => {
  expect(() => object({ constructor: string })({}, [])).toThrow("constructor is not a string");
  const json: unknown = JSON.parse('{"__proto__": "a", "b": "c"}');
  expect(Object.entries(record(string)(json, []))).toEqual([
    ["__proto__", "a"],
    ["b", "c"],
  ]);
});
