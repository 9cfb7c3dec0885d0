import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, InvalidFileError, KokeshiError } from "@kokeshi/core";
import { afterAll, describe, expect, it } from "vitest";
import { collectStatistics } from "../calibration/collect-statistics.js";
import { calibrationBatch, text, tinyEncoder } from "../fixtures/tiny-encoder.js";
import { keepStatistics, readKeptStatistics } from "./kept-statistics.js";

const folder = mkdtempSync(join(tmpdir(), "kokeshi-kept-"));
afterAll(() => rmSync(folder, { recursive: true }));
const source = { model: "tiny@0", graph: "onnx/model.onnx", sha256: "0123" };

describe("kept statistics", async () => {
  const statistics = await collectStatistics(tinyEncoder(), [calibrationBatch([text(9)])]);
  const path = join(folder, "statistics.json");

  it("come back as they were, and leave nothing else behind", () => {
    expect(readKeptStatistics(path, source)).toBeUndefined();
    keepStatistics(path, source, statistics);
    keepStatistics(path, source, statistics);
    expect(readKeptStatistics(path, source)).toEqual(statistics);
    expect(readdirSync(folder)).toEqual(["statistics.json"]);
  });

  it("are refused where they are of something else, or broken", () => {
    for (const [change, message] of [
      [{ model: "other@0" }, /another model/],
      [{ graph: "model.onnx" }, /another graph/],
      [{ sha256: "4567" }, /other texts/],
    ] as const) {
      expect(() => readKeptStatistics(path, { ...source, ...change })).toThrow(InvalidArgumentError);
      expect(() => readKeptStatistics(path, { ...source, ...change })).toThrow(message);
    }
    const whole = readFileSync(path, "utf8");
    const content = JSON.parse(whole) as Record<string, unknown>;
    const broken = join(folder, "broken.json");
    for (const bad of [
      "",
      whole.slice(0, -20),
      "null",
      "[]",
      "{}",
      JSON.stringify({ ...content, version: 2 }),
      JSON.stringify({ ...content, statistics: undefined }),
      JSON.stringify({ ...content, statistics: { ...(content["statistics"] as object), texts: -1 } }),
    ]) {
      writeFileSync(broken, bad);
      expect(() => readKeptStatistics(broken, source)).toThrow(InvalidFileError);
    }
    mkdirSync(join(folder, "folder"));
    expect(() => readKeptStatistics(join(folder, "folder"), source)).toThrow(InvalidFileError);
    expect(() => keepStatistics(join(folder, "none/a.json"), source, statistics)).toThrow(KokeshiError);
  });
});
