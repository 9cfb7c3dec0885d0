import { describe, expect, it } from "vitest";
import { possibleLayouts } from "./layout.js";

const plenty = 64e9;
const graph = 100e6;

describe("possibleLayouts", () => {
  it("begins with one worker, and never has more threads than processors", () => {
    for (let processors = 1; processors <= 64; processors++) {
      const layouts = possibleLayouts({}, { processors, freeBytes: plenty }, graph);
      expect(layouts[0]?.workers).toBe(1);
      for (const { workers, threads } of layouts) expect(workers * threads).toBeLessThanOrEqual(processors);
    }
  });

  it("has workers of one thread, and the mixtures", () => {
    expect(possibleLayouts({}, { processors: 8, freeBytes: plenty }, graph)).toEqual([
      { workers: 1, threads: 8 },
      { workers: 2, threads: 4 },
      { workers: 4, threads: 2 },
      { workers: 8, threads: 1 },
    ]);
    expect(possibleLayouts({}, { processors: 2, freeBytes: plenty }, graph)).toEqual([
      { workers: 1, threads: 2 },
      { workers: 2, threads: 1 },
    ]);
    expect(possibleLayouts({}, { processors: 1, freeBytes: plenty }, graph)).toEqual([
      { workers: 1, threads: 1 },
    ]);
  });

  it("has no more workers than fit into half of the free memory", () => {
    const layouts = possibleLayouts({}, { processors: 16, freeBytes: 4e9 }, 400e6);
    expect(Math.max(...layouts.map(({ workers }) => workers))).toBe(2);
    expect(possibleLayouts({}, { processors: 16, freeBytes: 1e6 }, 400e6)).toEqual([
      { workers: 1, threads: 8 },
    ]);
  });

  it("has what the options pin, and fits the rest to it", () => {
    const machine = { processors: 8, freeBytes: plenty };
    expect(possibleLayouts({ workers: 3, threads: 5 }, machine, graph)).toEqual([{ workers: 3, threads: 5 }]);
    expect(possibleLayouts({ workers: 3 }, machine, graph)).toEqual([{ workers: 3, threads: 2 }]);
    expect(possibleLayouts({ threads: 3 }, machine, graph)).toEqual([{ workers: 2, threads: 3 }]);
    expect(possibleLayouts({ workers: 20 }, machine, graph)).toEqual([{ workers: 20, threads: 1 }]);
  });
});
