import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidFileError } from "@kokeshi/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contextualTeacher, teacherDimensions, teacherTexts } from "./fixtures/contextual-teacher.js";
import { teacherVectors } from "./teacher-vectors.js";
import { VectorCache } from "./vector-cache.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kokeshi-training-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("teacherVectors with a cache", () => {
  const texts = Array.from(new Set(teacherTexts(2100, 5)));

  it("goes on where it was interrupted, with the same vectors", async () => {
    const cache = join(folder, "interrupted");
    const expected = await teacherVectors(contextualTeacher(), texts);
    const controller = new AbortController();
    const interrupted = teacherVectors(contextualTeacher(), texts, {
      cache,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done > 1500) controller.abort(new Error("enough"));
      },
    });
    await expect(interrupted).rejects.toThrow("enough");
    // As if power had failed while a record was written.
    await writeFile(cache, new Uint8Array(9), { flag: "a" });

    const teacher = contextualTeacher();
    expect(await teacherVectors(teacher, texts, { cache })).toEqual(expected);
    expect(teacher.asked.flat()).toEqual(texts.slice(1024));
    const idle = contextualTeacher();
    expect(await teacherVectors(idle, texts, { cache })).toEqual(expected);
    expect(idle.asked).toEqual([]);
  });

  it("does not take the vectors of another model, or of another prompt", async () => {
    const cache = join(folder, "other");
    const some = texts.slice(0, 3);
    await teacherVectors(contextualTeacher(), some, { cache });
    const other = Object.assign(contextualTeacher(), { modelId: "another" });
    await expect(teacherVectors(other, some, { cache })).rejects.toThrow(
      /other has the vectors of another model/,
    );
    await expect(teacherVectors(contextualTeacher(), some, { cache, inputType: "query" })).rejects.toThrow(
      InvalidFileError,
    );
  });

  it("says where it cannot write", async () => {
    const cache = join(folder, "no", "such", "folder");
    await expect(teacherVectors(contextualTeacher(), texts, { cache })).rejects.toThrow(InvalidFileError);
  });
});

describe("VectorCache", () => {
  it("opens a file that was cut anywhere, and gives what is whole in it", async () => {
    const path = join(folder, "whole");
    const texts = ["a", "b", "c"];
    const vectors = Float32Array.from({ length: 3 * teacherDimensions }, (_, k) => k);
    const cache = await VectorCache.open(path, "model", teacherDimensions);
    await cache.append(texts, vectors);
    await cache.close();
    const bytes = await readFile(path);
    const header = bytes.length - 3 * (16 + 4 * teacherDimensions);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: bytes.length }), async (length) => {
        const cut = join(folder, "cut");
        await writeFile(cut, bytes.subarray(0, length));
        const opening = VectorCache.open(cut, "model", teacherDimensions);
        if (length < header) {
          await expect(opening).rejects.toThrow(InvalidFileError);
          return;
        }
        const opened = await opening;
        const whole = Math.floor((length - header) / (16 + 4 * teacherDimensions));
        texts.forEach((text, row) =>
          expect(opened.get(text)).toEqual(
            row < whole ? vectors.slice(row * teacherDimensions, (row + 1) * teacherDimensions) : undefined,
          ),
        );
        await opened.close();
      }),
      { numRuns: 30 },
    );
  });

  it("refuses other files, and leaves them as they were", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const path = join(folder, "foreign");
        await writeFile(path, bytes);
        await expect(VectorCache.open(path, "model", 2)).rejects.toThrow(InvalidFileError);
        expect(new Uint8Array(await readFile(path))).toEqual(bytes);
      }),
      { numRuns: 20 },
    );
  });
});
