import { expect, it } from "vitest";
import {
  boolean,
  either,
  exactly,
  list,
  number,
  object,
  optional,
  positiveInteger,
  record,
  string,
  wholeNumber,
} from "./json-shape.js";

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

it("takes numbers, whole numbers, and whichever of two shapes fits", () => {
  expect(number(1e30, [])).toBe(1e30);
  expect(wholeNumber(0, [])).toBe(0);
  expect(() => wholeNumber(-1, ["pad"])).toThrow("pad is not a whole number of at least 0");
  const limit = either(positiveInteger, object({ max: positiveInteger }));
  expect([limit(3, []), limit({ max: 4 }, [])]).toEqual([3, { max: 4 }]);
  expect(() => limit("3", ["limit"])).toThrow("limit is not an object");
});
