import { expect, it } from "vitest";
import { type Progress, progressText } from "./progress-line.js";

function texts(done: number, fraction?: number): Progress {
  return { done, unit: "texts", fraction };
}

it.each([
  [texts(256), texts(256), 0, "256 texts"],
  [texts(1234567), texts(4567), 10, "1,234,567 texts, 123,000 texts/s"],
  [texts(256, 0.1), texts(256, 0.1), 0, "256 texts, 10 %"],
  [texts(512, 0.1), texts(256, 0.1), 2, "512 texts, 128 texts/s, 10 %"],
  [texts(500, 0.3), texts(100, 0.1), 5, "500 texts, 80 texts/s, 30 %, 0:18 left"],
  [texts(500, 0.001), texts(0, 0), 10, "500 texts, 50 texts/s, 0 %, 2:46:30 left"],
  [texts(500, 1), texts(0, 0), 10, "500 texts, 50 texts/s, 100 %, 0:00 left"],
])("%j after %j and %i s", (progress, first, seconds, text) => {
  expect(progressText(progress, first, seconds)).toBe(text);
});
