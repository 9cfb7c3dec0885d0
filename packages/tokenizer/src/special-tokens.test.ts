import { InvalidFileError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { readSpecialTokens } from "./special-tokens.js";

const bert = { type: "BertProcessing", cls: ["[CLS]", 101], sep: ["[SEP]", 102] };
const template = (...single: unknown[]) => ({
  type: "TemplateProcessing",
  single,
  special_tokens: { s: { id: "s", ids: [7, 8], tokens: ["s", "s2"] } },
});
const text = { Sequence: { id: "A", type_id: 0 } };
const token = { SpecialToken: { id: "s", type_id: 0 } };

describe("readSpecialTokens", () => {
  it("knows every post-processor of the Rust library", () => {
    expect(readSpecialTokens(null)).toEqual({ before: [], after: [] });
    expect(readSpecialTokens({ type: "ByteLevel" })).toEqual({ before: [], after: [] });
    expect(readSpecialTokens(bert)).toEqual({ before: [101], after: [102] });
    expect(readSpecialTokens(template(token, text))).toEqual({ before: [7, 8], after: [] });
    expect(readSpecialTokens(template(text, token, token))).toEqual({ before: [], after: [7, 8, 7, 8] });
  });

  it("lets later processors of a sequence wrap what earlier ones made", () => {
    const sequence = {
      type: "Sequence",
      processors: [bert, { type: "ByteLevel" }, template(token, text, token)],
    };
    expect(readSpecialTokens(sequence)).toEqual({ before: [7, 8, 101], after: [102, 7, 8] });
  });

  it.each([
    [template(token), "no place for the text"],
    [template(text, text), "neither a special token nor the one text"],
    [template({ SpecialToken: { id: "toString" } }, text), "without ids"],
    [{ type: "BertProcessing", cls: ["[CLS]"], sep: ["[SEP]", 1] }, "post_processor.cls"],
    [{ type: "Sequence", processors: [{ type: "X" }] }, "post_processor.processors[0].type"],
  ])("names the fault of %j", (postProcessor, message) => {
    expect(() => readSpecialTokens(postProcessor)).toThrow(InvalidFileError);
    expect(() => readSpecialTokens(postProcessor)).toThrow(message);
  });
});
