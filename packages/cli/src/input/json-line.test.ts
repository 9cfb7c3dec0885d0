import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineProblem, parseJsonLine } from "./json-line.js";

describe("parseJsonLine", () => {
  it.each([
    ['{"id":"a","text":"x"}', { id: '"a"', text: "x" }],
    ['{"id":7,"text":"x","more":[1]}', { id: "7", text: "x" }],
    ['{"id":1.5,"text":"x"}', { id: "1.5", text: "x" }],
    ['{"id":"","text_inputs":"x"}', { id: '""', text: "x" }],
    ['{"text":"x","text_inputs":"y"}', { id: "4", text: "x" }],
    ['  {"text":""}  ', { id: "4", text: "" }],
    [
      '{"id": 12345678901234567890, "text":"a \\"id\\": 1,"}',
      { id: "12345678901234567890", text: 'a "id": 1,' },
    ],
    ['{"text":"日本","id":-9007199254740993}', { id: "-9007199254740993", text: "日本" }],
  ])("%s", (line, record) => {
    expect(parseJsonLine(line, 5)).toEqual({ ...record, line: 5 });
  });

  it("takes a blank line as nothing", () => {
    expect(parseJsonLine(" \t", 1)).toBeUndefined();
  });

  it.each([
    ["{", /not JSON/],
    ['"text"', /"text" instead of an object/],
    ["null", /null instead of an object/],
    ['["text"]', /an array instead of an object/],
    ["{}", /an object without "text"/],
    ['{"text":1}', /"text" is not a string/],
    ['{"text_inputs":["a"]}', /"text_inputs" is not a string/],
    ['{"id":null,"text":"x"}', /"id" is neither a string nor a number/],
    ['{"id":1e999,"text":"x"}', /beyond what a number holds/],
    ['{"id":12345678901234567890,"a":{"id":12345678901234567891},"text":"x"}', /beyond what a number holds/],
  ])("refuses %s", (line, message) => {
    expect(() => parseJsonLine(line, 1)).toThrow(LineProblem);
    expect(() => parseJsonLine(line, 1)).toThrow(message);
  });

  it("answers any text with a record, nothing or a LineProblem, and an id that is JSON", () => {
    const object = fc.record(
      { id: fc.jsonValue(), text: fc.oneof(fc.string(), fc.jsonValue()), text_inputs: fc.jsonValue() },
      { requiredKeys: [] },
    );
    const lines = fc.oneof(
      fc.string(),
      fc.json(),
      object.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(lines, (line) => {
        try {
          const record = parseJsonLine(line, 1);
          if (record !== undefined) expect(JSON.stringify(JSON.parse(record.id))).toBe(record.id);
        } catch (error) {
          expect(error).toBeInstanceOf(LineProblem);
        }
      }),
    );
  });
});
