import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NetworkError } from "@kokeshi/core";
import { describe, expect, it, vi } from "vitest";
import {
  breakingOffAfter,
  cacheContents,
  cacheFolder,
  expectWeights,
  failing,
  first,
  hub,
  leftovers,
  pull,
  pullFromStandIn,
  quick,
  status,
  weights,
} from "./fixtures/pull-from-stand-in.js";
import { HubConnection } from "./hub-connection.js";
import { sha256, type Interception } from "@kokeshi/stand-in-hub";

pullFromStandIn();

describe("a bad network", () => {
  it("asks again after 429 and 5xx, as long as the server says", async () => {
    hub.intercept = failing(
      "hub",
      "/revision/",
      status(429, { "retry-after": "0" }),
      status(500),
      status(503, { "retry-after": new Date(0).toUTCString() }),
      status(504),
    );
    expect((await pull()).modelId).toBe(`acme/model@${first}`);
    expect(hub.asked("hub").filter((path) => path.includes("/revision/"))).toHaveLength(5);
  });

  it("gives up after the last attempt, or at once when the server wants peace for longer", async () => {
    hub.intercept = status(500);
    await expect(pull(undefined, { retry: { ...quick, attempts: 3 } })).rejects.toThrow(NetworkError);
    expect(hub.requests).toHaveLength(3);
    hub.requests.length = 0;
    hub.intercept = status(429, { "retry-after": "300" });
    await expect(pull()).rejects.toThrow("answered 429 (Too Many Requests); try again in 300 s");
    expect(hub.requests).toHaveLength(1);
  });

  it("goes on where a transfer broke off", async () => {
    hub.intercept = failing("storage", "", breakingOffAfter(1 << 20), breakingOffAfter(1 << 20));
    const folder = await pull();
    await expectWeights(folder);
    const ranges = hub.requests
      .filter(({ server }) => server === "storage")
      .map(({ headers }) => headers.range);
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBeUndefined();
    expect(ranges[1]).toMatch(/^bytes=\d+-$/);
    expect(leftovers()).toEqual([]);
  });

  it("starts again where the server ignores the range, or answers another one", async () => {
    const ignoring: Interception = ({ headers }) => {
      delete headers.range;
      return false;
    };
    const elsewhere: Interception = (_, response) => {
      response.writeHead(206, { "content-range": `bytes 1-${weights.length - 1}/${weights.length}` });
      response.end(weights.subarray(1));
      return true;
    };
    for (const oddity of [ignoring, elsewhere]) {
      rmSync(cacheFolder, { recursive: true });
      hub.intercept = failing("storage", "", breakingOffAfter(1000), oddity);
      await expectWeights(await pull());
    }
  });

  it("counts attempts anew while the transfer advances, and gives up when it does not", async () => {
    const breaks = Array.from({ length: 4 }, () => breakingOffAfter(600 << 10));
    hub.intercept = failing("storage", "", ...breaks);
    await expectWeights(await pull(undefined, { retry: { ...quick, attempts: 3 } }));
    rmSync(cacheFolder, { recursive: true });
    hub.requests.length = 0;
    hub.intercept = failing("storage", "", ...Array.from({ length: 20 }, () => breakingOffAfter(0)));
    await expect(pull(undefined, { retry: { ...quick, attempts: 3 } })).rejects.toThrow(
      "cannot reach 127.0.0.1",
    );
    expect(hub.asked("storage")).toHaveLength(3);
    expect(leftovers()).toEqual([]);
  });

  it("keeps a large part for the next pull, apart from the model, and goes on from there", async () => {
    hub.intercept = failing("storage", "", breakingOffAfter(2 << 20));
    await expect(pull(undefined, { retry: { attempts: 1 } })).rejects.toThrow(NetworkError);
    expect(leftovers()).toEqual([`models--acme--model/blobs/${sha256(weights)}.partial`]);
    expect(cacheContents().some((path) => path.includes("snapshots"))).toBe(false);
    hub.requests.length = 0;
    const done: number[] = [];
    const folder = await pull(undefined, {
      onProgress: (progress) => progress.path === "model.safetensors" && done.push(progress.done),
    });
    await expectWeights(folder);
    const range = hub.requests.find(({ server }) => server === "storage")?.headers.range;
    expect(Number(/\d+/.exec(range ?? "")?.[0])).toBeGreaterThanOrEqual(1 << 20);
    expect(done[0]).toBe(Number(/\d+/.exec(range ?? "")?.[0]));
    expect(leftovers()).toEqual([]);
  });

  it.each([
    ["of other bytes", new Uint8Array(2 << 20).fill(7)],
    ["longer than the file", new Uint8Array(4 << 20)],
  ])("does not trust a part %s", async (_, part) => {
    const blobs = join(cacheFolder, "models--acme--model/blobs");
    mkdirSync(blobs, { recursive: true });
    writeFileSync(join(blobs, `${sha256(weights)}.partial`), part);
    await expectWeights(await pull());
    expect(leftovers()).toEqual([]);
  });

  it("is content with what another process finished meanwhile", async () => {
    hub.intercept = failing("storage", "", (_, response) => {
      writeFileSync(join(cacheFolder, "models--acme--model/blobs", sha256(weights)), weights);
      response.destroy();
      return true;
    });
    await expectWeights(await pull(undefined, { retry: { attempts: 1 } }));
    expect(leftovers()).toEqual([]);
  });

  it("asks for a fresh address when the storage refuses an old one", async () => {
    hub.intercept = failing("storage", "", status(403));
    await expectWeights(await pull());
  });

  it("stops at once when aborted, with the reason, and lets the next pull go on", async () => {
    const abort = new AbortController();
    const reason = new Error("the user left");
    hub.intercept = failing("storage", "", (_, response) => {
      response.setHeader("content-length", weights.length);
      response.write(weights.subarray(0, 100_000), () => setTimeout(() => abort.abort(reason), 20));
      return true;
    });
    await expect(pull(undefined, { signal: abort.signal })).rejects.toBe(reason);
    expect(leftovers()).toEqual([]);
    await expectWeights(await pull());
  });

  it("stops waiting for a retry when aborted", async () => {
    const abort = new AbortController();
    const reason = new Error("the user left");
    hub.intercept = (_, response) => {
      response.writeHead(503).end();
      setTimeout(() => abort.abort(reason), 20);
      return true;
    };
    const attempt = pull(undefined, {
      signal: abort.signal,
      retry: { firstDelay: 3_600_000, longestDelay: 3_600_000 },
    });
    await expect(attempt).rejects.toBe(reason);
  });

  it("takes silence for a broken connection", async () => {
    const connection = new HubConnection({
      endpoint: hub.endpoint,
      token: undefined,
      retry: { attempts: 1, firstDelay: 1, longestDelay: 1 },
      longestSilence: 50,
    });
    const silence: Interception = (request, response) => {
      if (request.path === "/half") response.write("half");
      return true;
    };
    hub.intercept = silence;
    const subject = { repository: "acme/model", revision: "main" };
    for (const path of ["/nothing", "/half"]) {
      const attempt = connection.get(`${hub.endpoint}${path}`, {}, subject, async (_, body) => {
        for await (const piece of body) expect(Buffer.from(piece).toString()).toBe("half");
      });
      await expect(attempt).rejects.toThrow(NetworkError);
      await expect(attempt).rejects.toThrow(`${new URL(hub.endpoint).host} sent nothing for 0.05 s`);
    }
  });

  it.each([
    ["ENOTFOUND", "cannot reach hub.example: its name cannot be found", 1],
    ["ECONNREFUSED", "it refuses the connection", 1],
    ["CERT_HAS_EXPIRED", "its certificate has expired", 1],
    ["ECONNRESET", "cannot reach hub.example: what node says", 3],
    ["EAI_AGAIN", "cannot reach hub.example: what node says", 3],
  ])("explains %s, and asks again only where that may help", async (code, message, attempts) => {
    const cause = Object.assign(new Error("what node says"), { code });
    const ask = vi.fn(() => Promise.reject(new TypeError("fetch failed", { cause })));
    const attempt = pull(undefined, {
      endpoint: "https://hub.example",
      fetch: ask,
      retry: { ...quick, attempts: 3 },
    });
    await expect(attempt).rejects.toThrow(NetworkError);
    await expect(attempt).rejects.toThrow(message);
    expect(ask).toHaveBeenCalledTimes(attempts);
  });

  it("explains what all addresses of a host had in common", async () => {
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const cause = Object.assign(new AggregateError([refused, refused]), { code: "ECONNREFUSED" });
    const ask = () => Promise.reject(new TypeError("fetch failed", { cause }));
    await expect(pull(undefined, { fetch: ask })).rejects.toThrow("it refuses the connection");
  });

  it("meets a port where nobody listens", async () => {
    const { endpoint } = hub;
    await hub.stop();
    await expect(pull(undefined, { endpoint })).rejects.toThrow(
      "it refuses the connection; check the network",
    );
  });

  it("uses the caller's fetch", async () => {
    const ask = vi.fn<typeof fetch>((input, init) => fetch(input, init));
    await pull(undefined, { fetch: ask });
    expect(ask.mock.calls.length).toBe(hub.asked("hub").length);
  });
});
