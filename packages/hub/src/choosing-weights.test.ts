import { readJson, NotFoundError } from "@kokeshi/core";
import { beforeEach, describe, expect, it } from "vitest";
import { first, hub, leftovers, pull, pullFromStandIn } from "./fixtures/pull-from-stand-in.js";
import type { RepositoryFolder } from "./repository-folder.js";

pullFromStandIn();

const graph = (byte: number) => new Uint8Array(4000).fill(byte);

beforeEach(() => {
  hub.repositories.set("acme/encoder", {
    refs: { main: first },
    commits: {
      [first]: {
        "config.json": '{"graph":"onnx/model_fp16.onnx"}',
        "tokenizer.json": "{}",
        "model.safetensors": graph(1),
        "onnx/model.onnx": graph(2),
        "onnx/model.onnx_data": graph(3),
        "onnx/model_fp16.onnx": graph(4),
        "onnx/model_quantized.onnx": graph(5),
        "openvino/openvino_model.bin": graph(6),
      },
    },
  });
});

/** What the configuration names. */
async function namedGraph(repository: RepositoryFolder): Promise<string[]> {
  return [((await readJson(repository, "config.json")) as { graph: string }).graph];
}

const encoder = "hf:acme/encoder";
const paths = async (folder: Awaited<ReturnType<typeof pull>>) =>
  (await folder.list()).map(({ path }) => path);

describe("weights", () => {
  it("are chosen by the configuration of the repository, and come with the other files", async () => {
    const folder = await pull(encoder, { weights: namedGraph });
    expect(await paths(folder)).toEqual(["config.json", "onnx/model_fp16.onnx", "tokenizer.json"]);
    expect(await folder.read("onnx/model_fp16.onnx")).toEqual(graph(4));
    expect(hub.asked("storage")).toHaveLength(1);
    expect(hub.asked("hub").filter((path) => path.endsWith("/config.json"))).toHaveLength(1);
  });

  it("may be chosen among all files, and again later", async () => {
    const seen: string[] = [];
    await pull(encoder, {
      async weights(repository) {
        seen.push(repository.modelId, ...(await repository.list()).map(({ path }) => path));
        expect(await repository.has("onnx/model.onnx")).toBe(true);
        expect(await repository.has("missing.json")).toBe(false);
        await expect(repository.read("missing.json")).rejects.toThrow(NotFoundError);
        return [];
      },
    });
    expect(seen.slice(0, 2)).toEqual([`acme/encoder@${first}`, "config.json"]);
    expect(seen).toContain("openvino/openvino_model.bin");
    const folder = await pull(encoder, { weights: async () => ["onnx/model.onnx", "onnx/model.onnx_data"] });
    expect(await paths(folder)).toEqual([
      "config.json",
      "onnx/model.onnx",
      "onnx/model.onnx_data",
      "tokenizer.json",
    ]);
  });

  it("need no network once they are here; what is missing is named", async () => {
    const offline = { offline: true, weights: namedGraph };
    await pull(encoder, { weights: async () => [] });
    await expect(pull(encoder, offline)).rejects.toThrow(/lacks onnx\/model_fp16.onnx of hf:acme\/encoder/);
    await pull(encoder, { weights: namedGraph });
    expect(await paths(await pull(encoder, offline))).toContain("onnx/model_fp16.onnx");

    // Nor what they depend on.
    hub.repositories.set("acme/other", {
      ...hub.repositories.get("acme/encoder"),
      refs: { main: first },
    } as never);
    await pull("hf:acme/other", { files: (path) => path === "tokenizer.json" });
    await expect(pull("hf:acme/other", offline)).rejects.toThrow(/lacks config.json of hf:acme\/other/);
  });

  it("serve from the cache where the Hub cannot be reached", async () => {
    await pull(encoder, { weights: namedGraph });
    const warnings: string[] = [];
    await hub.stop();
    const folder = await pull(encoder, {
      weights: namedGraph,
      retry: { attempts: 1 },
      onWarning: (message) => warnings.push(message),
    });
    expect(await paths(folder)).toContain("onnx/model_fp16.onnx");
    expect(warnings).toHaveLength(1);
  });

  it("that the repository does not have are an error, and so is what the choice throws", async () => {
    const attempt = pull(encoder, { weights: async () => ["onnx/model_int4.onnx"] });
    await expect(attempt).rejects.toThrow(NotFoundError);
    await expect(attempt).rejects.toThrow("onnx/model_int4.onnx is missing from acme/encoder@");
    const reason = new Error("no such graph");
    await expect(pull(encoder, { weights: () => Promise.reject(reason) })).rejects.toBe(reason);
    expect(leftovers()).toEqual([]);
  });
});
