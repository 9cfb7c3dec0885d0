import { mkdirSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { InvalidFileError, NotFoundError } from "@kokeshi/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "./fixtures/temporary-folder.js";
import { resolveModel } from "./resolve-model.js";

const offTheNetwork = vi.fn(() => Promise.reject(new Error("the network was used")));

beforeEach(() => {
  vi.stubGlobal("fetch", offTheNetwork);
});

afterEach(() => {
  expect(offTheNetwork).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function workIn(folder: string): void {
  vi.spyOn(process, "cwd").mockReturnValue(folder);
}

const model = { "config.json": "{}" };

describe("resolveModel of a folder", () => {
  it("opens absolute paths and file: URLs, under name and fingerprint", async () => {
    const path = temporaryFolder(model);
    const folder = await resolveModel(path);
    expect(folder.localPath).toBe(path);
    expect(folder.modelId).toMatch(new RegExp(`^${basename(path)}@[0-9a-f]{12}$`));
    expect((await resolveModel(pathToFileURL(path).href)).localPath).toBe(path);
  });

  it("suggests the Hub for owner/name where no such folder is", async () => {
    const attempt = resolveModel("sentence-transformers/all-MiniLM-L6-v2");
    await expect(attempt).rejects.toThrow(NotFoundError);
    await expect(attempt).rejects.toThrow("write hf:sentence-transformers/all-MiniLM-L6-v2");
    await expect(resolveModel("./owner/name")).rejects.not.toThrow("hf:");
  });

  it("rejects with the reason of an aborted signal", async () => {
    const reason = new Error("enough");
    await expect(resolveModel(temporaryFolder(model), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

describe("resolveModel of an npm package", () => {
  const description = (extra: object = {}) =>
    JSON.stringify({ name: "@acme/model", version: "1.2.3", ...extra });

  it("finds it from the working directory, with its version in the model id", async () => {
    const project = temporaryFolder({
      "node_modules/@acme/model/package.json": description(),
      "node_modules/@acme/model/config.json": "{}",
    });
    workIn(join(project));
    const folder = await resolveModel("@acme/model");
    expect(folder.modelId).toBe("@acme/model@1.2.3");
    expect(folder.localPath).toBe(join(project, "node_modules/@acme/model"));
    expect(await folder.has("config.json")).toBe(true);
  });

  it("looks first from where the caller is: a folder, a file, a file: URL", async () => {
    const project = temporaryFolder({
      "node_modules/@acme/model/package.json": description(),
      "src/main.js": "",
    });
    workIn(temporaryFolder({ "node_modules/@acme/model/package.json": description({ version: "9.9.9" }) }));
    const main = join(project, "src/main.js");
    for (const from of [project, join(project, "src"), main, pathToFileURL(main).href]) {
      expect((await resolveModel("@acme/model", { from })).modelId).toBe("@acme/model@1.2.3");
    }
    expect((await resolveModel("@acme/model")).modelId).toBe("@acme/model@9.9.9");
  });

  it("falls back to the dependencies of this package", async () => {
    workIn(temporaryFolder());
    const folder = await resolveModel("@kokeshi/core");
    const here = dirname(fileURLToPath(import.meta.url));
    expect(folder.localPath).toBe(join(here, "../../core"));
    expect(folder.modelId).toMatch(/^@kokeshi\/core@\d/);
  });

  it("follows workspace links", async () => {
    const project = temporaryFolder({ "packages/model/package.json": description() });
    mkdirSync(join(project, "node_modules/@acme"), { recursive: true });
    symlinkSync("../../packages/model", join(project, "node_modules/@acme/model"));
    const folder = await resolveModel("@acme/model", { from: project });
    expect(folder.localPath).toBe(join(project, "packages/model"));
  });

  it("opens the folder that package.json names, also where `exports` hide package.json", async () => {
    const project = temporaryFolder({
      "node_modules/acme/package.json": description({
        exports: { ".": "./index.js" },
        kokeshi: { model: "./weights/" },
      }),
      "node_modules/acme/weights/config.json": "{}",
    });
    const folder = await resolveModel("acme", { from: project });
    expect(folder.localPath).toBe(join(project, "node_modules/acme/weights"));
    expect(await folder.list()).toEqual([{ path: "config.json", bytes: 2 }]);
  });

  it.each([
    [
      description({ kokeshi: { model: "../../secret" } }),
      '"../../secret", which is no path inside the package',
    ],
    [description({ kokeshi: { model: 1 } }), "1, which is no path inside the package"],
    [description({ version: undefined }), "has no version"],
    ["null", "has no version"],
    ["{", "is not JSON"],
  ])("refuses package.json %s", async (text, message) => {
    const from = temporaryFolder({ "node_modules/@acme/model/package.json": text });
    const attempt = resolveModel("@acme/model", { from });
    await expect(attempt).rejects.toThrow(InvalidFileError);
    await expect(attempt).rejects.toThrow(message);
  });

  it("takes a folder of the working directory before a package without scope, after one with scope", async () => {
    const project = temporaryFolder({
      "node_modules/model/package.json": description(),
      "node_modules/@acme/model/package.json": description(),
      "model/config.json": "{}",
      "@acme/model/config.json": "{}",
      "@acme/other/config.json": "{}",
    });
    workIn(project);
    expect((await resolveModel("model")).localPath).toBe(join(project, "model"));
    expect((await resolveModel("@acme/model")).modelId).toBe("@acme/model@1.2.3");
    expect((await resolveModel("@acme/other")).localPath).toBe(join(project, "@acme/other"));
  });

  it("says how to install what is not there", async () => {
    workIn(temporaryFolder());
    const attempt = resolveModel("@acme/absent");
    await expect(attempt).rejects.toThrow(NotFoundError);
    await expect(attempt).rejects.toThrow("npm install @acme/absent");
    await expect(resolveModel("absent-model")).rejects.toThrow(
      'there is no folder or installed package "absent-model"; run `npm install absent-model`',
    );
  });
});
