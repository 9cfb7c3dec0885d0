import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, NotFoundError } from "@kokeshi/core";
import { beforeEach, describe, expect, it } from "vitest";
import { listCachedModels, removeCachedModel } from "./cached-models.js";
import {
  cacheContents,
  cacheFolder,
  expected,
  files,
  first,
  hub,
  pull,
  pullFromStandIn,
  second,
  weights,
} from "./fixtures/pull-from-stand-in.js";
import { sha256 } from "@kokeshi/stand-in-hub";
import { temporaryFolder } from "./fixtures/temporary-folder.js";

pullFromStandIn();

const changed = "another configuration";

beforeEach(async () => {
  hub.repositories.set("acme/model", {
    refs: { main: second, v1: first, "refs/pr/1": first },
    commits: { [first]: files, [second]: { ...files, "config.json": changed } },
  });
  hub.repositories.set("another/model", {
    refs: { main: first },
    commits: { [first]: { "config.json": "{}" } },
  });
  await pull("hf:another/model");
  await pull("hf:acme/model@v1");
  await pull("hf:acme/model@refs/pr/1");
  await pull();
});

describe("listCachedModels", () => {
  it("lists every commit of every model, with its branches and its size", async () => {
    const models = await listCachedModels({ cacheFolder });
    const bytes = expected.reduce((sum, path) => sum + (files[path]?.length ?? 0), 0);
    expect(models).toEqual([
      {
        repository: "acme/model",
        commit: second,
        modelId: `acme/model@${second}`,
        revisions: ["main"],
        localPath: join(cacheFolder, "models--acme--model/snapshots", second),
        files: expected.length,
        bytes: bytes - (files["config.json"]?.length ?? 0) + changed.length,
        modified: expect.any(Date) as Date,
      },
      expect.objectContaining({ commit: first, revisions: ["refs/pr/1", "v1"], bytes }),
      expect.objectContaining({ repository: "another/model", files: 1, bytes: 2 }),
    ]);
  });

  it("passes over what is no model, and an empty or absent cache", async () => {
    expect(await listCachedModels({ cacheFolder: join(cacheFolder, "nothing") })).toEqual([]);
    const other = temporaryFolder({
      "datasets--a--b/snapshots/x/y": "",
      ".locks/models--a--b/x.lock": "",
      "models--a--b--c/snapshots/x/y": "",
      "models--a--b/snapshots/x/y": "",
      "models--a--c": "",
    });
    expect(await listCachedModels({ cacheFolder: other })).toEqual([]);
  });
});

describe("removeCachedModel", () => {
  it("removes one commit and keeps what another one shares with it", async () => {
    const removed = await removeCachedModel("hf:acme/model@v1", { cacheFolder });
    expect(removed.map(({ modelId }) => modelId)).toEqual([`acme/model@${first}`]);
    expect((await listCachedModels({ cacheFolder })).map(({ commit }) => commit)).toEqual([second, first]);
    expect(readdirSync(join(cacheFolder, "models--acme--model/refs"), { recursive: true })).not.toContain(
      "v1",
    );
    expect(existsSync(join(cacheFolder, "models--acme--model/blobs", sha256(weights)))).toBe(true);
    expect(readdirSync(join(cacheFolder, "models--acme--model/blobs"))).toHaveLength(expected.length);
    expect((await pull(undefined, { offline: true })).modelId).toBe(`acme/model@${second}`);
    await expect(pull("hf:acme/model@v1", { offline: true })).rejects.toThrow(NotFoundError);
  });

  it("removes a model with all its commits and nothing else", async () => {
    expect(await removeCachedModel("hf:acme/model", { cacheFolder })).toHaveLength(2);
    expect(readdirSync(cacheFolder)).toEqual(["models--another--model"]);
    await removeCachedModel(`hf:another/model@${first}`, { cacheFolder });
    expect(cacheContents()).toEqual([]);
  });

  it("says what is not there, and does not touch folders and packages", async () => {
    await expect(removeCachedModel("hf:acme/absent", { cacheFolder })).rejects.toThrow(NotFoundError);
    await expect(removeCachedModel("hf:acme/model@v7", { cacheFolder })).rejects.toThrow(
      `hf:acme/model@v7 is not in the cache ${cacheFolder}`,
    );
    const folder = temporaryFolder();
    writeFileSync(join(folder, "config.json"), "{}");
    await expect(removeCachedModel(folder, { cacheFolder })).rejects.toThrow(InvalidArgumentError);
    expect(existsSync(join(folder, "config.json"))).toBe(true);
    expect(await listCachedModels({ cacheFolder })).toHaveLength(3);
  });
});
