import { InvalidArgumentError } from "@kokeshi/core";
import { expect, it } from "vitest";
import { readOptions } from "./options.js";

it("measures everything by the wall clock unless told otherwise", () => {
  expect(readOptions([])).toEqual({
    only: undefined,
    table: "",
    clock: "wall",
    quick: false,
    json: false,
    help: false,
  });
  expect(
    readOptions(["--only", "encode", "--table", "one thread", "--clock=processor", "--quick", "--json"]),
  ).toEqual({
    only: "encode",
    table: "one thread",
    clock: "processor",
    quick: true,
    json: true,
    help: false,
  });
});

it.each([["--only", "everything"], ["--clock", "sun"], ["--fast"], ["leftover"], ["--only"]])(
  "refuses %s %s by name",
  (...args) => {
    expect(() => readOptions(args)).toThrow(InvalidArgumentError);
    expect(() => readOptions(args)).toThrow(args[0]);
  },
);
