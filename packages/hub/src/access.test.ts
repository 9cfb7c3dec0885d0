import { readdirSync } from "node:fs";
import { join } from "node:path";
import { KokeshiError, NetworkError, NotFoundError } from "@kokeshi/core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  cacheContents,
  cacheFolder,
  expectWeights,
  failing,
  files,
  first,
  hub,
  pull,
  pullFromStandIn,
  status,
} from "./fixtures/pull-from-stand-in.js";
import { StandInHub } from "@kokeshi/stand-in-hub";
import { resolveModel } from "./resolve-model.js";

pullFromStandIn();

describe("access", () => {
  beforeEach(() => {
    hub.repositories.set("acme/private", {
      refs: { main: first },
      commits: { [first]: files },
      token: "hf_secret",
    });
    hub.repositories.set("acme/gated", {
      refs: { main: first },
      commits: { [first]: files },
      token: "hf_secret",
      gated: true,
    });
  });

  it("sends the token to the Hub and never to the storage", async () => {
    const folder = await pull("hf:acme/private", { token: "hf_secret" });
    await expectWeights(folder);
    for (const { server, headers } of hub.requests) {
      expect(headers.authorization).toBe(server === "hub" ? "Bearer hf_secret" : undefined);
    }
    expect(hub.asked("storage")).toHaveLength(1);
  });

  it("takes the token from HF_TOKEN, the endpoint from HF_ENDPOINT, the cache from HF_HOME", async () => {
    vi.stubEnv("HF_TOKEN", "hf_secret");
    vi.stubEnv("HF_ENDPOINT", `${hub.endpoint}/`);
    vi.stubEnv("HF_HOME", cacheFolder);
    await resolveModel("hf:acme/private");
    expect(readdirSync(join(cacheFolder, "hub"))).toEqual(["models--acme--private"]);
  });

  it("does not send the token to another host that a listing refers to", async () => {
    const stranger = await StandInHub.start();
    hub.intercept = (request, response) => {
      if (request.path.includes("/tree/")) {
        response.setHeader("link", `<${stranger.endpoint}/next>; rel="next"`);
        response.writeHead(200, { "content-type": "application/json" }).end("[]");
        return true;
      }
      return false;
    };
    await expect(pull("hf:acme/private", { token: "hf_secret" })).rejects.toThrow(KokeshiError);
    expect(stranger.requests).toHaveLength(1);
    expect(stranger.requests[0]?.headers.authorization).toBeUndefined();
    await stranger.stop();
  });

  it.each([
    ["hf:acme/private", undefined, NetworkError, "private, gated or does not exist.*set HF_TOKEN"],
    [
      "hf:acme/gated",
      undefined,
      NetworkError,
      "is gated.*accept its conditions at .*/acme/gated and set HF_TOKEN",
    ],
    ["hf:acme/gated", "hf_other", NetworkError, "is gated"],
    ["hf:acme/absent", undefined, NetworkError, "private, gated or does not exist"],
    ["hf:acme/absent", "hf_secret", NotFoundError, "knows no model acme/absent"],
    ["hf:acme/model@v9", undefined, NotFoundError, 'acme/model has no revision "v9"'],
  ])("explains the refusal of %s with the token %s", async (reference, token, kind, message) => {
    const attempt = pull(reference, { token });
    await expect(attempt).rejects.toThrow(kind);
    await expect(attempt).rejects.toThrow(new RegExp(message));
    expect(cacheContents()).toEqual([]);
  });

  it("explains a refused token", async () => {
    hub.intercept = status(401);
    await expect(pull(undefined, { token: "hf_x" })).rejects.toThrow("check that HF_TOKEN");
    hub.intercept = status(403);
    await expect(pull(undefined, { token: "hf_x" })).rejects.toThrow("an account that may read the model");
  });

  it("shows a message of the server without its control characters, and not at any length", async () => {
    const shout = `\u001b[31mred\u0007\n${"x".repeat(1000)}`;
    hub.intercept = (_, response) => {
      response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error: shout }));
      return true;
    };
    const error = await pull().catch((caught: Error) => caught);
    expect((error as Error).message).toMatch(/answered 400 \( ?\[31mred x+…\)/);
    expect((error as Error).message.length).toBeLessThan(500);
  });

  it("names a file that the listing has and the Hub has not", async () => {
    hub.intercept = failing("hub", "/tokenizer.json", status(404, { "x-error-code": "EntryNotFound" }));
    const attempt = pull();
    await expect(attempt).rejects.toThrow(NotFoundError);
    await expect(attempt).rejects.toThrow(/tokenizer\.json is missing from acme\/model at 1{40}/);
  });
});
