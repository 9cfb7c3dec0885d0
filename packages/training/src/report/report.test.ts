import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TrainingProgress } from "../training-options.js";
import { trainingCurves } from "./training-curves.js";
import { TrainingLog } from "./training-log.js";

const record = (step: number, more: Partial<TrainingProgress> = {}): TrainingProgress => ({
  step,
  steps: 10,
  loss: 10 / step,
  learningRate: 0.1,
  source: "a",
  pairs: 8,
  pairsPerSecond: 100,
  ...more,
});

describe("TrainingLog", () => {
  const folder = mkdtempSync(join(tmpdir(), "kokeshi-log-"));
  const path = join(folder, "log.jsonl");
  afterAll(() => rmSync(folder, { recursive: true }));
  const lines = (): unknown[] =>
    readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);

  it("has a line for each step, and forgets those that a resumed training does again", () => {
    const first = TrainingLog.open(path);
    for (const step of [1, 2, 3]) first.write(record(step));
    first.close();
    // Cut off by a crash.
    appendFileSync(path, '{"step":4,"lo');
    const second = TrainingLog.open(path, { resume: true });
    second.write(record(3, { loss: 7, validation: 0.5 }));
    second.close();
    expect(lines()).toEqual([record(1), record(2), record(3, { loss: 7, validation: 0.5 })]);
    expect(second.records).toEqual(lines());
  });

  it("begins anew where nothing is resumed", () => {
    const log = TrainingLog.open(path);
    log.write(record(1));
    log.close();
    expect(lines()).toEqual([record(1)]);
  });
});

describe("trainingCurves", () => {
  it("draws a panel for each quantity there is, within the picture", () => {
    const records = Array.from({ length: 100 }, (_, index) =>
      record(index + 1, index % 10 === 9 ? { validation: index / 100 } : {}),
    );
    const svg = trainingCurves(records);
    expect(Array.from(svg.matchAll(/class="axis-label">([^<]*)</g), ([, title]) => title)).toEqual([
      "loss (running mean of 20 steps)",
      "steps",
      "validation",
      "steps",
      "learning rate",
      "steps",
    ]);
    const points = Array.from(svg.matchAll(/points="([^"]+)"/g), ([, line]) => line?.split(" ") ?? [])
      .flat()
      .map((point) => point.split(",").map(Number));
    expect(points.length).toBe(100 + 10 + 100);
    for (const [x, y] of points) {
      expect(x).toBeGreaterThanOrEqual(64);
      expect(x).toBeLessThanOrEqual(696);
      expect(y).toBeGreaterThanOrEqual(38);
      expect(y).toBeLessThanOrEqual(186);
    }
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it("draws a training of one step", () => {
    expect(trainingCurves([record(1)])).not.toMatch(/NaN|Infinity/);
  });
});
