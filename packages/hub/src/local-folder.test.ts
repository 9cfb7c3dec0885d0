import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { InvalidArgumentError, InvalidFileError, NotFoundError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./fixtures/temporary-folder.js";
import { localFolder } from "./local-folder.js";

const files = { "config.json": '{"a":1}', "onnx/model.onnx": new Uint8Array([1, 2, 3]) };

describe("localFolder", () => {
  it("has, reads and lists what is there", async () => {
    const path = temporaryFolder(files);
    const folder = localFolder(path);
    expect(folder.localPath).toBe(path);
    expect(await folder.has("config.json")).toBe(true);
    expect(await folder.has("onnx/model.onnx")).toBe(true);
    expect(await folder.has("onnx")).toBe(false);
    expect(await folder.has("missing.json")).toBe(false);
    expect(await folder.has("config.json/below")).toBe(false);
    expect(await folder.read("onnx/model.onnx")).toEqual(new Uint8Array([1, 2, 3]));
    expect(await folder.list()).toEqual([
      { path: "config.json", bytes: 7 },
      { path: "onnx/model.onnx", bytes: 3 },
    ]);
  });

  it("gives bytes that any typed array can view", async () => {
    const floats = new Float32Array([1.5, -2]);
    const folder = localFolder(temporaryFolder({ weights: new Uint8Array(floats.buffer) }), "model");
    const bytes = await folder.read("weights");
    expect(bytes.constructor).toBe(Uint8Array);
    expect(new Float32Array(bytes.buffer)).toEqual(floats);
  });

  it("reads an empty file", async () => {
    expect(await localFolder(temporaryFolder({ empty: "" })).read("empty")).toEqual(new Uint8Array(0));
  });

  it("lists neither hidden files nor dependencies", async () => {
    const path = temporaryFolder({
      ...files,
      ".git/config": "x",
      ".gitattributes": "x",
      "node_modules/a/b": "x",
    });
    expect((await localFolder(path).list()).map((file) => file.path)).toEqual([
      "config.json",
      "onnx/model.onnx",
    ]);
  });

  it("names a missing folder, a file in its place, and a missing file", async () => {
    const path = temporaryFolder(files);
    expect(() => localFolder(join(path, "nothing"))).toThrow(NotFoundError);
    expect(() => localFolder(join(path, "nothing"))).toThrow(join(path, "nothing"));
    expect(() => localFolder(join(path, "config.json"))).toThrow("is not a folder");
    await expect(localFolder(path).read("modules.json")).rejects.toThrow(NotFoundError);
    await expect(localFolder(path).read("modules.json")).rejects.toThrow(
      `modules.json is missing from ${path}`,
    );
    await expect(localFolder(path).read("onnx")).rejects.toThrow("onnx is not a regular file");
  });

  it.each(["../secret", "/etc/passwd", "onnx/../../secret", "..\\secret", "a\0b", ""])(
    "refuses the path %j",
    async (path) => {
      const folder = localFolder(temporaryFolder(files));
      await expect(folder.read(path)).rejects.toThrow(InvalidArgumentError);
      await expect(folder.has(path)).rejects.toThrow(InvalidArgumentError);
    },
  );

  it("follows links inside the folder and refuses those that leave it", async () => {
    const outside = temporaryFolder({ secret: "hidden" });
    const path = temporaryFolder(files);
    symlinkSync("config.json", join(path, "alias.json"));
    symlinkSync(join(outside, "secret"), join(path, "leak.json"));
    symlinkSync(outside, join(path, "outside"));
    const folder = localFolder(path);
    expect(await folder.read("alias.json")).toEqual(await folder.read("config.json"));
    await expect(folder.read("leak.json")).rejects.toThrow(InvalidFileError);
    await expect(folder.read("leak.json")).rejects.toThrow("link to a file outside");
    await expect(folder.read("outside/secret")).rejects.toThrow("link to a file outside");
    expect((await folder.list()).map((file) => file.path)).toEqual([
      "alias.json",
      "config.json",
      "onnx/model.onnx",
    ]);
  });

  it("opens a folder that is itself reached by a link", async () => {
    const link = join(temporaryFolder(), "model");
    symlinkSync(temporaryFolder(files), link);
    const folder = localFolder(link);
    expect(folder.modelId).toMatch(/^model@/);
    expect(await folder.read("config.json")).toEqual(new TextEncoder().encode('{"a":1}'));
  });

  it("opens a snapshot of a Hugging Face cache, whose files link to the blobs beside it", async () => {
    const cache = temporaryFolder({ "models--a--b/blobs/abc": "contents", "models--a--b/other": "x" });
    const snapshot = join(cache, "models--a--b/snapshots/0123");
    mkdirSync(snapshot, { recursive: true });
    symlinkSync("../../blobs/abc", join(snapshot, "config.json"));
    symlinkSync("../../other", join(snapshot, "other.json"));
    const folder = localFolder(snapshot);
    expect(new TextDecoder().decode(await folder.read("config.json"))).toBe("contents");
    expect(await folder.list()).toEqual([{ path: "config.json", bytes: 8 }]);
    await expect(folder.read("other.json")).rejects.toThrow("link to a file outside");

    // Only there: elsewhere a folder called `blobs` is no part of the model.
    const elsewhere = join(cache, "models--a--b/models/0123");
    mkdirSync(elsewhere, { recursive: true });
    symlinkSync("../../blobs/abc", join(elsewhere, "config.json"));
    await expect(localFolder(elsewhere).read("config.json")).rejects.toThrow("link to a file outside");
  });

  it("explains what the disk refuses", async () => {
    const path = temporaryFolder(files);
    const folder = localFolder(path, "model");
    symlinkSync("loop.json", join(path, "loop.json"));
    await expect(folder.has("loop.json")).rejects.toThrow(InvalidFileError);
    await expect(folder.read("loop.json")).rejects.toThrow(`cannot read ${join(path, "loop.json")} (ELOOP`);
    await expect(folder.list()).rejects.toThrow(`cannot read ${path} (ELOOP`);
  });
});

describe("the model id of a folder", () => {
  const large = new Uint8Array(3 << 20).map((_, index) => index * 31);
  const model = { "config.json": '{"normalize":true}', "model.safetensors": large };
  const fingerprint = (path: string) => localFolder(path).modelId.split("@")[1];

  it("is its name and twelve hexadecimal digits, or what the caller says", () => {
    const path = temporaryFolder(model);
    expect(localFolder(path).modelId).toMatch(new RegExp(`^${basename(path)}@[0-9a-f]{12}$`));
    expect(localFolder(path, "mine@1").modelId).toBe("mine@1");
  });

  it("is the same for a copy, and does not see documentation", () => {
    const copy = temporaryFolder({ ...model, "README.md": "hello", LICENSE: "MIT", ".cache/x": "y" });
    expect(fingerprint(copy)).toBe(fingerprint(temporaryFolder(model)));
  });

  it("changes with a value of equal length in the configuration", () => {
    const other = temporaryFolder({ ...model, "config.json": '{"normalize":null}' });
    expect(fingerprint(other)).not.toBe(fingerprint(temporaryFolder(model)));
  });

  it("changes with a name, a size, and the first and last bytes of the weights", () => {
    const path = temporaryFolder(model);
    const seen = new Set([fingerprint(path)]);
    for (const index of [0, large.length - 1]) {
      const changed = large.slice();
      changed[index] = (changed[index] ?? 0) ^ 1;
      writeFileSync(join(path, "model.safetensors"), changed);
      seen.add(fingerprint(path));
    }
    seen.add(fingerprint(temporaryFolder({ ...model, "model.safetensors": large.subarray(1) })));
    seen.add(
      fingerprint(temporaryFolder({ "config.json": model["config.json"], "other.safetensors": large })),
    );
    expect(seen.size).toBe(5);
  });
});
