import { describe, expect, it } from "vitest";
import { createBackendRegistry } from "./backend-registry.js";
import type { EmbeddingBackend } from "./embedding-backend.js";
import { InvalidFileError, KokeshiError, NotFoundError } from "./errors.js";
import { characterCountModel } from "./fixtures/character-count-model.js";
import { memoryFolder, readJson } from "./model-folder.js";

const backend = (name: string, file: string): EmbeddingBackend => ({
  name,
  detect: (folder) => folder.has(file),
  load: async () => characterCountModel(),
});

describe("createBackendRegistry", () => {
  const registry = createBackendRegistry([backend("first", "a.json"), backend("second", "b.json")]);

  it("opens a folder with the first backend that recognises it", async () => {
    expect((await registry.open(memoryFolder("m", { "b.json": "{}" }))).backend.name).toBe("second");
    expect((await registry.open(memoryFolder("m", { "a.json": "{}", "b.json": "{}" }))).backend.name).toBe(
      "first",
    );
  });

  it("names the backends it asked when none recognises the folder", async () => {
    const open = registry.open(memoryFolder("m", {}));
    await expect(open).rejects.toThrow(InvalidFileError);
    await expect(registry.open(memoryFolder("m", {}))).rejects.toThrow(
      /no backend recognises m \(asked: first, second\)/,
    );
  });

  it("refuses two backends of one name", () => {
    expect(() => createBackendRegistry([backend("x", "a"), backend("x", "b")])).toThrow(/share a name/);
  });
});

describe("memoryFolder and readJson", () => {
  const folder = memoryFolder("m", {
    "config.json": '{"a":1}',
    "broken.json": "{",
    "bytes.bin": Uint8Array.of(0xff),
  });

  it("reads what it holds", async () => {
    expect(await readJson(folder, "config.json")).toEqual({ a: 1 });
    expect(await folder.list()).toContainEqual({ path: "bytes.bin", bytes: 1 });
  });

  it("names the file that is missing or broken", async () => {
    await expect(folder.read("none.json")).rejects.toThrow(NotFoundError);
    await expect(readJson(folder, "broken.json")).rejects.toThrow(/broken\.json of m is not JSON/);
    await expect(readJson(folder, "bytes.bin")).rejects.toThrow(InvalidFileError);
  });
});

describe("KokeshiError", () => {
  it("says who, what and what to do, and keeps the cause", () => {
    const cause = new Error("disk");
    const error = new NotFoundError({ part: "hub", problem: "x is missing", remedy: "look for it", cause });
    expect(error.message).toBe("[kokeshi] [hub] x is missing; look for it");
    expect(error).toBeInstanceOf(KokeshiError);
    expect([error.code, error.name, error.cause]).toEqual(["not-found", "NotFoundError", cause]);
  });
});
