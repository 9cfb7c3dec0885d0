import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import * as fileSystem from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "./fixtures/temporary-folder.js";
import { linkIntoSnapshot } from "./snapshot-link.js";

vi.mock("node:fs/promises", async (original) => {
  const actual = await original<typeof fileSystem>();
  return { ...actual, symlink: vi.fn(actual.symlink), link: vi.fn(actual.link) };
});

const notPermitted = () => Promise.reject(Object.assign(new Error("not permitted"), { code: "EPERM" }));

describe("linkIntoSnapshot", () => {
  let folder: string;
  let blob: string;
  let target: string;

  beforeEach(() => {
    vi.clearAllMocks();
    folder = temporaryFolder({ "blobs/abc": "contents" });
    blob = join(folder, "blobs/abc");
    target = join(folder, "snapshots/0123/onnx/model.onnx");
  });

  it("links relatively, so that the cache can be moved", async () => {
    await linkIntoSnapshot(blob, target);
    expect(readlinkSync(target)).toBe("../../../blobs/abc");
    expect(readFileSync(target, "utf8")).toBe("contents");
  });

  it("replaces a right link, a wrong one and a broken file", async () => {
    mkdirSync(join(target, ".."), { recursive: true });
    symlinkSync("../../../blobs/gone", target);
    await linkIntoSnapshot(blob, target);
    await linkIntoSnapshot(blob, target);
    expect(readlinkSync(target)).toBe("../../../blobs/abc");

    const other = join(folder, "snapshots/0123/config.json");
    writeFileSync(other, "half");
    await linkIntoSnapshot(blob, other);
    expect(readFileSync(other, "utf8")).toBe("contents");
    expect(readdirSync(join(folder, "blobs"))).toEqual(["abc"]);
  });

  it("makes hard links, then copies, where the system grants less", async () => {
    vi.mocked(fileSystem.symlink).mockImplementation(notPermitted);
    await linkIntoSnapshot(blob, target);
    expect(lstatSync(target).isFile()).toBe(true);
    expect(lstatSync(target).ino).toBe(lstatSync(blob).ino);

    vi.mocked(fileSystem.link).mockImplementation(notPermitted);
    const copy = join(folder, "snapshots/0123/copy");
    await linkIntoSnapshot(blob, copy);
    expect(lstatSync(copy).ino).not.toBe(lstatSync(blob).ino);
    expect(readFileSync(copy, "utf8")).toBe("contents");
    expect(readdirSync(join(folder, "blobs"))).toEqual(["abc"]);
  });
});
