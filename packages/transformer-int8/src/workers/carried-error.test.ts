import { InvalidArgumentError, InvalidFileError, KokeshiError, NotFoundError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { carryError, rebuildError } from "./carried-error.js";

const details = { part: "transformer-int8", problem: "the graph has no end", remedy: "find one" };

describe("an error between threads", () => {
  it.each([
    new InvalidArgumentError(details),
    new InvalidFileError(details),
    new NotFoundError(details),
    new KokeshiError("of-a-kind", details),
  ])("keeps the class, the code and the words of %o", (error) => {
    const rebuilt = rebuildError(structuredClone(carryError(error)));
    expect(rebuilt.constructor).toBe(error.constructor);
    expect(rebuilt).toMatchObject({ ...details, code: error.code, message: error.message, name: error.name });
    expect((rebuilt.cause as Error).stack).toBe(error.stack);
  });

  it("is a Kokeshi error whatever was thrown", () => {
    expect(rebuildError(carryError(new RangeError("too far"))).message).toContain("too far");
    expect(rebuildError(carryError("a string")).message).toContain("a string");
    expect(rebuildError(carryError(undefined))).toBeInstanceOf(KokeshiError);
  });
});
