import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TermTable } from "./term-table.js";

describe("TermTable", () => {
  it("numbers terms as a Map would, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 6 })), (terms) => {
        const table = new TermTable();
        const numbers = new Map<string, number>();
        for (const term of terms) {
          expect(table.find(term)).toBe(numbers.get(term));
          if (!numbers.has(term)) numbers.set(term, numbers.size);
          expect(table.findOrAdd(term)).toBe(numbers.get(term));
        }
        expect(table.size).toBe(numbers.size);
      }),
    );
  });

  it("grows", () => {
    const table = new TermTable();
    for (let number = 0; number < 20_000; number++) expect(table.findOrAdd(`term ${number}`)).toBe(number);
    for (let number = 0; number < 20_000; number += 7) expect(table.find(`term ${number}`)).toBe(number);
    expect(table.find("term 20000")).toBeUndefined();
    expect(table.size).toBe(20_000);
  });
});
