import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineSplitter } from "./line-splitter.js";

function split(chunks: readonly (string | Uint8Array)[], maxLineBytes = 1000): (string | undefined)[] {
  const splitter = new LineSplitter(maxLineBytes);
  const lines = [...chunks.flatMap((chunk) => [...splitter.push(Buffer.from(chunk))]), ...splitter.end()];
  expect(lines.map((line) => line.number)).toEqual(lines.map((_, index) => index + 1));
  return lines.map((line) => line.bytes && Buffer.from(line.bytes).toString());
}

describe("LineSplitter", () => {
  it.each<[string, string, string[]]>([
    ["LF", "a\nb\n", ["a", "b"]],
    ["CRLF", "a\r\nb\r\n", ["a", "b"]],
    ["no ending on the last line", "a\nb", ["a", "b"]],
    ["empty lines", "\n\na\n\n", ["", "", "a", ""]],
    ["a carriage return inside", "a\rb\n", ["a\rb"]],
    ["a byte order mark in front", "\ufeffa\n\ufeffb\n", ["a", "\ufeffb"]],
    ["nothing", "", []],
  ])("%s", (_name, text, lines) => {
    expect(split([text])).toEqual(lines);
    expect(split(Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte)))).toEqual(lines);
  });

  it("drops a line above the limit, wherever its chunks end, and goes on", () => {
    for (const chunks of [["12345\n123456\n1\n"], ["12345\n12", "3456\n1\n"], ["12345\n123", "45", "6\n1"]]) {
      expect(split(chunks, 5)).toEqual(["12345", undefined, "1"]);
    }
    expect(split(["\ufeff12345\r\n", "123456\r\n"], 5)).toEqual(["12345", undefined]);
    expect(split(["123456"], 5)).toEqual([undefined]);
  });

  it("gives the same lines however the bytes are cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "\n", "\r\n", "\r", "é", "\ufeff"), maxLength: 40 });
    const cuts = fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 6 });
    fc.assert(
      fc.property(text, cuts, fc.integer({ min: 1, max: 12 }), (source, positions, limit) => {
        const bytes = Buffer.from(source);
        const sorted = [0, ...positions.sort((a, b) => a - b), bytes.length];
        const chunks = sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
        expect(split(chunks, limit)).toEqual(split([bytes], limit));
      }),
    );
  });
});
