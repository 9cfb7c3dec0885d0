import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRetryAfter } from "./hub-errors.js";

describe("parseRetryAfter", () => {
  const now = Date.UTC(2026, 0, 1);

  it.each([
    [null, undefined],
    ["0", 0],
    ["120", 120_000],
    [" 7 ", 7_000],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["soon", undefined],
    ["", undefined],
    ["1".repeat(40), undefined],
  ])("reads %j as %s", (header, milliseconds) => {
    expect(parseRetryAfter(header, now)).toBe(milliseconds);
  });

  it("gives no time before now, whatever the header", () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const milliseconds = parseRetryAfter(header, now);
        expect(milliseconds === undefined || (Number.isFinite(milliseconds) && milliseconds >= 0)).toBe(true);
      }),
    );
  });
});
