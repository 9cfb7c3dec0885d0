import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NetworkError, NotFoundError } from "@kokeshi/core";
import { describe, expect, it, vi } from "vitest";
import {
  cacheContents,
  cacheFolder,
  expected,
  expectWeights,
  failing,
  files,
  first,
  hub,
  pull,
  pullFromStandIn,
  second,
  status,
  weights,
} from "./fixtures/pull-from-stand-in.js";
import { gitHash, sha256 } from "@kokeshi/stand-in-hub";

pullFromStandIn();

describe("revisions", () => {
  const newer = { ...files, "config.json": '{"model_type":"newer"}' };

  function moveMain() {
    hub.repositories.set("acme/model", {
      refs: { main: second, old: first },
      commits: { [first]: files, [second]: newer },
    });
  }

  it("follows a branch that moved, downloading only what changed", async () => {
    await pull();
    moveMain();
    hub.requests.length = 0;
    const folder = await pull();
    expect(folder.modelId).toBe(`acme/model@${second}`);
    expect(new TextDecoder().decode(await folder.read("config.json"))).toContain("newer");
    expect(hub.requests.filter(({ path }) => path.includes("/resolve/"))).toHaveLength(1);
    expect((await pull("hf:acme/model@old")).modelId).toBe(`acme/model@${first}`);
  });

  it("keeps to a commit, and asks nobody once it is there", async () => {
    await pull();
    moveMain();
    hub.requests.length = 0;
    const folder = await pull(`hf:acme/model@${first}`);
    expect(folder.modelId).toBe(`acme/model@${first}`);
    expect(new TextDecoder().decode(await folder.read("config.json"))).toContain("test");
    expect(hub.requests).toEqual([]);
  });

  it("leaves the branch at the old commit when the pull of the new one fails", async () => {
    await pull();
    moveMain();
    hub.intercept = failing("hub", "/resolve/", status(418));
    await expect(pull()).rejects.toThrow(NetworkError);
    expect((await pull(undefined, { offline: true })).modelId).toBe(`acme/model@${first}`);
  });

  it("opens the last commit and says so where the Hub cannot be reached", async () => {
    await pull();
    const onWarning = vi.fn();
    hub.intercept = status(503);
    expect((await pull(undefined, { onWarning })).modelId).toBe(`acme/model@${first}`);
    expect(onWarning.mock.lastCall?.[0]).toMatch(
      /answered 503.*opening commit 1+ of acme\/model from the cache/,
    );
    await hub.stop();
    expect((await pull(undefined, { onWarning })).modelId).toBe(`acme/model@${first}`);
    expect(onWarning.mock.lastCall?.[0]).toContain("it refuses the connection");
  });

  it("does not hide behind the cache that access was withdrawn", async () => {
    await pull();
    hub.intercept = status(403);
    await expect(pull()).rejects.toThrow(NetworkError);
  });
});

describe("offline mode", () => {
  it("finds the same commit again and asks nobody", async () => {
    await pull();
    hub.requests.length = 0;
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    for (const reference of ["hf:acme/model", "hf:acme/model@main", `hf:acme/model@${first}`]) {
      const folder = await pull(reference);
      expect(folder.modelId).toBe(`acme/model@${first}`);
      await expectWeights(folder);
    }
    expect(hub.requests).toEqual([]);
  });

  it("says how to pull what is not there", async () => {
    const attempt = pull("hf:acme/model@v2", { offline: true });
    await expect(attempt).rejects.toThrow(NotFoundError);
    await expect(attempt).rejects.toThrow("kokeshi models pull hf:acme/model@v2");
    expect(hub.requests).toEqual([]);
    expect(cacheContents()).toEqual([]);
  });

  it("names the files that an earlier pull left out or the disk lost", async () => {
    await pull(undefined, { files: (path) => path !== "tokenizer.json" });
    truncateSync(join(cacheFolder, "models--acme--model/blobs", sha256(weights)), 10);
    await expect(pull(undefined, { offline: true })).rejects.toThrow(
      "lacks tokenizer.json, model.safetensors of hf:",
    );
    const repaired = await pull();
    await expectWeights(repaired);
  });

  it("opens what another library downloaded", async () => {
    const repository = join(cacheFolder, "models--acme--model");
    mkdirSync(join(repository, "refs"), { recursive: true });
    mkdirSync(join(repository, "blobs"));
    mkdirSync(join(repository, "snapshots", first), { recursive: true });
    writeFileSync(join(repository, "refs/main"), `${first}\n`);
    const digest = gitHash(Buffer.from(String(files["config.json"])));
    writeFileSync(join(repository, "blobs", digest), String(files["config.json"]));
    symlinkSync(`../../blobs/${digest}`, join(repository, "snapshots", first, "config.json"));

    const folder = await pull(undefined, { offline: true });
    expect(folder.modelId).toBe(`acme/model@${first}`);
    expect(new TextDecoder().decode(await folder.read("config.json"))).toBe(files["config.json"]);
    // With a network the Hub says what is missing, for a commit too.
    expect((await (await pull(`hf:acme/model@${first}`)).list()).map(({ path }) => path)).toEqual(expected);
    expect(
      hub.asked("hub").some((path) => path.endsWith("/config.json") && !path.includes("1_Pooling")),
    ).toBe(false);
  });
});
