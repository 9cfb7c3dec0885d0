import { posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathProblem } from "./relative-path.js";

describe("pathProblem", () => {
  it.each([
    "config.json",
    "onnx/model.onnx",
    "1_Pooling/config.json",
    "..config",
    "a..b/c",
    "モデル/重み.safetensors",
    "with space/a+b@c#d?.txt",
  ])("accepts %s", (path) => {
    expect(pathProblem(path)).toBeUndefined();
  });

  it.each([
    ["", "empty"],
    ["..", 'segment ".."'],
    ["../x", 'segment ".."'],
    ["a/../../x", 'segment ".."'],
    ["a/./b", 'segment "."'],
    [".. /x", 'segment ".. "'],
    ["...", 'segment "..."'],
    ["/etc/passwd", "absolute"],
    ["C:/x", "absolute"],
    ["c:x", "absolute"],
    ["a\\b", "backslash"],
    ["..\\x", "backslash"],
    ["a\0b", "control character"],
    ["a\nb", "control character"],
    ["a//b", "empty segment"],
    ["a/", "empty segment"],
    ["\ud800", "Unicode"],
    ["x".repeat(1025), "longer"],
  ])("refuses %j", (path, problem) => {
    expect(pathProblem(path)).toContain(problem);
  });

  it("accepts nothing that leaves the folder, on either family of systems", () => {
    const segment = fc.oneof(
      fc.constantFrom("..", ".", "", "a", "C:", "\\", "..\\", " ..", ".. ", "\0"),
      fc.string({ unit: "binary", maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const path = segments.join("/");
        if (pathProblem(path) !== undefined) return;
        expect(posix.join("/model", path).startsWith("/model/")).toBe(true);
        expect(win32.join("C:\\model", path).startsWith("C:\\model\\")).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
