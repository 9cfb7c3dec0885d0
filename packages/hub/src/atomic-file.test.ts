import { readFileSync, readdirSync } from "node:fs";
import type * as fileSystem from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { writeFileAtomically } from "./atomic-file.js";
import { temporaryFolder } from "./fixtures/temporary-folder.js";

const steps: string[] = [];
let onSync = () => {};

vi.mock("node:fs/promises", async (original) => {
  const actual = await original<typeof fileSystem>();
  return {
    ...actual,
    async open(path: string, flags: string) {
      const handle = await actual.open(path, flags);
      const { sync } = handle;
      handle.sync = async () => {
        steps.push(`sync ${flags === "r" ? "folder" : "file"}`);
        onSync();
        return sync.call(handle);
      };
      return handle;
    },
    async rename(from: string, to: string) {
      steps.push("rename");
      return actual.rename(from, to);
    },
  };
});

describe("writeFileAtomically", () => {
  beforeEach(() => {
    steps.length = 0;
    onSync = () => {};
  });

  it("has the contents on the disk before the name, and the name before it returns", async () => {
    const folder = temporaryFolder({ file: "old" });
    await writeFileAtomically(join(folder, "file"), "new");
    expect(steps).toEqual(["sync file", "rename", "sync folder"]);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("new");
  });

  it("leaves the old file and nothing else when it fails", async () => {
    const folder = temporaryFolder({ file: "old" });
    onSync = () => {
      throw new Error("no space left");
    };
    await expect(writeFileAtomically(join(folder, "file"), "new")).rejects.toThrow("no space left");
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});
