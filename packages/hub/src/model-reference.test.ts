import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidArgumentError } from "@kokeshi/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseModelReference } from "./model-reference.js";

describe("parseModelReference", () => {
  it.each([
    ["hf:owner/name", "owner/name", undefined],
    ["hf:owner/name@main", "owner/name", "main"],
    [
      "hf:sentence-transformers/all-MiniLM-L6-v2@refs/pr/21",
      "sentence-transformers/all-MiniLM-L6-v2",
      "refs/pr/21",
    ],
    ["hf:a/b@v1.0+x", "a/b", "v1.0+x"],
    [
      "hf:a/b_c.d@0123456789012345678901234567890123456789",
      "a/b_c.d",
      "0123456789012345678901234567890123456789",
    ],
  ])("reads %s as a model of the Hub", (reference, repository, revision) => {
    expect(parseModelReference(reference)).toEqual({ kind: "hub", repository, revision });
  });

  it.each(["@kokeshi/model-en-ja", "model-en-ja", "a.b_c~d"])("reads %s as an npm package", (name) => {
    expect(parseModelReference(name)).toEqual({ kind: "package", name });
  });

  it.each([
    ".",
    "..",
    "./model",
    "../model",
    "/models/mine",
    "models/mine",
    "C:\\models",
    "Model",
    "モデル",
    "a/b/c",
  ])("reads %s as a folder", (path) => {
    expect(parseModelReference(path)).toEqual({ kind: "folder", path });
  });

  it("reads a file: URL as a folder", () => {
    const path = resolve("a folder");
    expect(parseModelReference(pathToFileURL(path).href)).toEqual({ kind: "folder", path });
  });

  it.each([
    ["", "is empty"],
    ["  ", "is empty"],
    ["hf:", "hf:owner/name"],
    ["hf:name", "hf:owner/name"],
    ["hf:a/b/c", "hf:owner/name"],
    ["hf:../b", "hf:owner/name"],
    ["hf:a/..", "hf:owner/name"],
    ["hf:a/b--c", "hf:owner/name"],
    ["hf:a/-b", "hf:owner/name"],
    ["hf:a/b?x", "hf:owner/name"],
    [`hf:a/${"b".repeat(97)}`, "hf:owner/name"],
    ["hf:a/b@", "no branch, tag or commit"],
    ["hf:a/b@../../x", "no branch, tag or commit"],
    ["hf:a/b@x\0", "no branch, tag or commit"],
    ["hf:a/b@x//y", "no branch, tag or commit"],
    ["https://huggingface.co/owner/name", "write hf:owner/name"],
    ["https://huggingface.co/owner/name/tree/v2", "write hf:owner/name@v2"],
    ["https://example.com/model", "web address"],
    ["file://host.invalid/%00", "not the URL of a local folder"],
  ])("refuses %j", (reference, message) => {
    expect(() => parseModelReference(reference)).toThrow(InvalidArgumentError);
    expect(() => parseModelReference(reference)).toThrow(message);
  });

  it("gives a reference or an InvalidArgumentError, whatever it is asked", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }).map((rest) => `hf:${rest}`),
    );
    fc.assert(
      fc.property(fc.oneof(text, fc.anything()), (reference) => {
        try {
          const parsed = parseModelReference(reference as string);
          if (parsed.kind === "hub") expect(parsed.repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidArgumentError);
        }
      }),
    );
  });
});
