import { lstatSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KokeshiError } from "@kokeshi/core";
import { scanCacheDir } from "@huggingface/hub";
import { describe, expect, it } from "vitest";
import {
  cacheFolder,
  expected,
  expectWeights,
  files,
  first,
  hub,
  leftovers,
  pull,
  pullFromStandIn,
  weights,
} from "./fixtures/pull-from-stand-in.js";
import { sha256 } from "@kokeshi/stand-in-hub";
import { temporaryFolder } from "./fixtures/temporary-folder.js";

pullFromStandIn();

describe("pulling a model", () => {
  it("downloads what a backend needs, pinned to the commit", async () => {
    const folder = await pull();
    expect(folder.modelId).toBe(`acme/model@${first}`);
    expect((await folder.list()).map(({ path }) => path)).toEqual(expected);
    await expectWeights(folder);
    expect(new TextDecoder().decode(await folder.read("1_Pooling/config.json"))).toBe(
      files["1_Pooling/config.json"],
    );
    expect(await folder.read("special_tokens_map.json")).toEqual(new Uint8Array(0));
    expect(hub.requests.some(({ path }) => path.includes("pytorch_model"))).toBe(false);
  });

  it("lays the cache out as the other Hugging Face libraries do", async () => {
    await pull("hf:acme/model@refs/pr/1");
    await pull();
    const repository = join(cacheFolder, "models--acme--model");
    expect(readFileSync(join(repository, "refs/main"), "utf8")).toBe(first);
    expect(readFileSync(join(repository, "refs/refs/pr/1"), "utf8")).toBe(first);
    expect(readFileSync(join(repository, "blobs", sha256(weights))).equals(weights)).toBe(true);
    // `printf '{}' | git hash-object --stdin`
    expect(readFileSync(join(repository, "blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b"), "utf8")).toBe(
      "{}",
    );

    // The scan of @huggingface/hub, which looks at the top of a snapshot only.
    const { repos, warnings } = await scanCacheDir(cacheFolder);
    expect(warnings).toEqual([]);
    expect(repos[0]?.id).toEqual({ name: "acme/model", type: "model" });
    expect(repos[0]?.revisions[0]).toMatchObject({ commitOid: first, refs: ["main"] });
    expect(repos[0]?.revisions[0]?.files.map((file) => file.path.split("/").pop())).toEqual(
      expected.filter((path) => !path.includes("/")),
    );
  });

  it("reads a listing of several pages", async () => {
    await pull();
    expect(hub.asked("hub").filter((path) => path.includes("/tree/"))).toHaveLength(2);
  });

  it("takes the files that the caller chooses, and the others later", async () => {
    const some = await pull(undefined, { files: (path) => path.endsWith("config.json") });
    expect((await some.list()).map(({ path }) => path)).toEqual(["1_Pooling/config.json", "config.json"]);
    const all = await pull();
    expect((await all.list()).map(({ path }) => path)).toEqual(expected);
    expect(hub.asked("hub").filter((path) => path.endsWith("/config.json"))).toHaveLength(2);
  });

  it("escapes what a path may hold", async () => {
    const path = "モデル/a b#c?d%2e.json";
    hub.repositories.set("acme/odd", { refs: { main: first }, commits: { [first]: { [path]: "odd" } } });
    const folder = await pull("hf:acme/odd", { files: () => true });
    expect(new TextDecoder().decode(await folder.read(path))).toBe("odd");
  });

  it("stores equal files once", async () => {
    const twice = { "a.json": "same", "b.json": "same", "x.safetensors": weights, "y.safetensors": weights };
    hub.repositories.set("acme/twice", { refs: { main: first }, commits: { [first]: twice } });
    const folder = await pull("hf:acme/twice");
    await expectWeights(folder, "y.safetensors");
    expect(await folder.read("a.json")).toEqual(await folder.read("b.json"));
    expect(readdirSync(join(cacheFolder, "models--acme--twice/blobs"))).toHaveLength(2);
    expect(hub.asked("storage")).toHaveLength(1);
  });

  it("tells the bytes of each file and of all", async () => {
    const seen: { path: string; done: number; total: number; overall: { done: number; total: number } }[] =
      [];
    await pull(undefined, { onProgress: (progress) => seen.push(progress) });
    const total = expected.reduce((sum, path) => sum + (files[path]?.length ?? 0), 0);
    const last = new Map(seen.map((progress) => [progress.path, progress]));
    expect(last.get("model.safetensors")).toMatchObject({ done: weights.length, total: weights.length });
    expect(seen.every(({ done, total, overall }) => done <= total && overall.done <= overall.total)).toBe(
      true,
    );
    expect(seen.at(-1)?.overall).toEqual({ done: total, total });
    seen.length = 0;
    await pull(undefined, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([]);
  });

  it("hands on what the progress callback throws, without trying again", async () => {
    const reason = new Error("no more room on the screen");
    const onProgress = () => {
      throw reason;
    };
    await expect(pull(undefined, { onProgress })).rejects.toBe(reason);
    expect(leftovers()).toEqual([]);
  });
});

describe("the cache folder", () => {
  it("is named where it cannot be written", async () => {
    const file = join(temporaryFolder({ file: "" }), "file");
    const attempt = pull(undefined, { cacheFolder: join(file, "below") });
    await expect(attempt).rejects.toThrow(KokeshiError);
    await expect(attempt).rejects.toThrow(`cannot use the model cache ${join(file, "below")}`);
  });

  it("survives two pulls at once", async () => {
    const [one, other] = await Promise.all([pull(), pull()]);
    await expectWeights(one);
    await expectWeights(other);
    expect(leftovers()).toEqual([]);
  });

  it("is not touched by a pull that finds everything there", async () => {
    await pull();
    const touched = () =>
      readdirSync(cacheFolder, { recursive: true }).map((path) => {
        const { mtimeNs, ino } = lstatSync(join(cacheFolder, String(path)), { bigint: true });
        return `${String(path)} ${mtimeNs} ${ino}`;
      });
    const before = touched();
    await pull();
    await pull(`hf:acme/model@${first}`);
    expect(touched()).toEqual(before);
  });

  it("is rid of what killed processes left, a day later", async () => {
    const blobs = join(cacheFolder, "models--acme--model/blobs");
    mkdirSync(blobs, { recursive: true });
    for (const [name, hours] of [["old", 25] as const, ["new", 1] as const]) {
      const path = join(blobs, `${name}.0123.kokeshi-tmp`);
      writeFileSync(path, "x");
      utimesSync(path, new Date(), new Date(Date.now() - hours * 3_600_000));
    }
    await pull();
    expect(leftovers()).toEqual(["models--acme--model/blobs/new.0123.kokeshi-tmp"]);
  });
});
