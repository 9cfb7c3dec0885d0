import { expect, it } from "vitest";
import { progressText } from "./progress-line.js";

it.each([
  [{ done: 0, unit: "texts", fraction: undefined }, 0, "0 texts, 0 texts/s"],
  [{ done: 1234567, unit: "texts", fraction: undefined }, 10, "1,234,567 texts, 123,457 texts/s"],
  [{ done: 500, unit: "texts", fraction: 0.25 }, 5, "500 texts, 100 texts/s, 25 %, 0:15 left"],
  [{ done: 500, unit: "texts", fraction: 0.001 }, 10, "500 texts, 50 texts/s, 0 %, 2:46:30 left"],
  [{ done: 8, unit: "MB", fraction: 1 }, 2, "8 MB, 4 MB/s, 100 %, 0:00 left"],
])("%j after %i s", (progress, seconds, text) => {
  expect(progressText(progress, seconds)).toBe(text);
});
