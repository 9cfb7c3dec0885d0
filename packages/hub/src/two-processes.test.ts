import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  cacheContents,
  cacheFolder,
  expectWeights,
  first,
  hub,
  leftovers,
  pull,
  pullFromStandIn,
  weights,
} from "./fixtures/pull-from-stand-in.js";

pullFromStandIn();

function startPull() {
  const script = fileURLToPath(new URL("./fixtures/pull-in-a-process.ts", import.meta.url));
  const command = ["--conditions=@kokeshi/source", "--import", "tsx", script];
  const child = spawn(process.execPath, [...command, "hf:acme/model", cacheFolder, hub.endpoint]);
  const output = { out: "", error: "" };
  child.stdout.on("data", (data) => (output.out += String(data)));
  child.stderr.on("data", (data) => (output.error += String(data)));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...output }));
  return { child, ended };
}

describe("two processes", () => {
  it("pull the same model at once without harm", async () => {
    // Both are in the middle of the weights before either gets the rest.
    let waiting = 0;
    let letGo = () => {};
    const both = new Promise<void>((resolve) => (letGo = resolve));
    hub.intercept = async ({ server }, response) => {
      if (server !== "storage") return false;
      response.writeHead(200, { "content-length": weights.length });
      response.write(weights.subarray(0, 1 << 20));
      if (++waiting === 2) letGo();
      await both;
      response.end(weights.subarray(1 << 20));
      return true;
    };
    const results = await Promise.all([startPull().ended, startPull().ended]);
    for (const result of results) expect(result).toEqual({ code: 0, out: `acme/model@${first}`, error: "" });
    expect(leftovers()).toEqual([]);
    hub.intercept = () => false;
    await expectWeights(await pull(undefined, { offline: true }));
  });

  it("leave nothing half-written where the model is read, even when killed", async () => {
    const { child, ended } = startPull();
    hub.intercept = ({ server }, response) => {
      if (server !== "storage") return false;
      response.writeHead(200, { "content-length": weights.length });
      response.write(weights.subarray(0, 1 << 20), () => setTimeout(() => child.kill("SIGKILL"), 100));
      return true;
    };
    await ended;
    expect(cacheContents().filter((path) => path.includes("snapshots"))).toEqual([]);
    expect(existsSync(join(cacheFolder, "models--acme--model/refs/main"))).toBe(false);
    await expect(pull(`hf:acme/model@${first}`, { offline: true })).rejects.toThrow("lacks");
    hub.intercept = () => false;
    await expectWeights(await pull());
  });
});
