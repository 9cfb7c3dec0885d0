import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { InvalidArgumentError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { hubSettings } from "./hub-settings.js";

describe("hubSettings", () => {
  it("has huggingface_hub's defaults", () => {
    expect(hubSettings({}, {})).toEqual({
      cacheFolder: join(homedir(), ".cache", "huggingface", "hub"),
      offline: false,
      token: undefined,
      endpoint: "https://huggingface.co",
    });
  });

  it.each([
    [{ HF_HUB_CACHE: "/a", HUGGINGFACE_HUB_CACHE: "/b", HF_HOME: "/c", XDG_CACHE_HOME: "/d" }, "/a"],
    [{ HUGGINGFACE_HUB_CACHE: "/b", HF_HOME: "/c", XDG_CACHE_HOME: "/d" }, "/b"],
    [{ HF_HOME: "/c", XDG_CACHE_HOME: "/d" }, "/c/hub"],
    [{ XDG_CACHE_HOME: "/d" }, "/d/huggingface/hub"],
    [{ HF_HOME: "~/models" }, join(homedir(), "models", "hub")],
  ])("finds the cache by %j", (environment, folder) => {
    expect(hubSettings({}, environment).cacheFolder).toBe(resolve(folder));
    expect(hubSettings({ cacheFolder: "/mine" }, environment).cacheFolder).toBe(resolve("/mine"));
  });

  it.each([
    ["1", true],
    ["true", true],
    ["ON", true],
    ["yes", true],
    ["0", false],
    ["", false],
  ])("reads HF_HUB_OFFLINE=%s", (value, offline) => {
    expect(hubSettings({}, { HF_HUB_OFFLINE: value }).offline).toBe(offline);
    expect(hubSettings({ offline: !offline }, { HF_HUB_OFFLINE: value }).offline).toBe(!offline);
  });

  it("takes the token of the option before that of the environment, and an empty one as none", () => {
    expect(hubSettings({}, { HF_TOKEN: "hf_a\n" }).token).toBe("hf_a");
    expect(hubSettings({ token: "hf_b" }, { HF_TOKEN: "hf_a" }).token).toBe("hf_b");
    expect(hubSettings({ token: "" }, { HF_TOKEN: "hf_a" }).token).toBeUndefined();
  });

  it("takes any web address as the endpoint, without slashes at its end", () => {
    expect(hubSettings({}, { HF_ENDPOINT: "http://mirror:8080/hub//" }).endpoint).toBe(
      "http://mirror:8080/hub",
    );
    expect(hubSettings({ endpoint: "https://own" }, { HF_ENDPOINT: "http://mirror" }).endpoint).toBe(
      "https://own",
    );
    for (const endpoint of ["mirror", "file:///x", "https://a?b=c"]) {
      expect(() => hubSettings({ endpoint }, {})).toThrow(InvalidArgumentError);
    }
  });
});
