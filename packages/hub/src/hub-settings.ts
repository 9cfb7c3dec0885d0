import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { InvalidArgumentError } from "@kokeshi/core";
import { part } from "./part.js";

export interface HubOptions {
  /** Default: $HF_HUB_CACHE, else $HF_HOME/hub, else ~/.cache/huggingface/hub. */
  cacheFolder?: string;
  /** Use the cache alone, never the network. Default: $HF_HUB_OFFLINE. */
  offline?: boolean;
  /** Access token for private and gated models. Default: $HF_TOKEN. */
  token?: string;
  /** Default: $HF_ENDPOINT, else https://huggingface.co. */
  endpoint?: string;
}

export interface HubSettings {
  cacheFolder: string;
  offline: boolean;
  token: string | undefined;
  endpoint: string;
}

/** Options first, then the environment variables of huggingface_hub, then its defaults. */
export function hubSettings(options: HubOptions = {}, environment = process.env): HubSettings {
  return {
    cacheFolder: resolve(expandHome(options.cacheFolder ?? cacheOf(environment))),
    offline: options.offline ?? /^(?:1|on|yes|true)$/i.test(environment.HF_HUB_OFFLINE ?? ""),
    token: (options.token ?? environment.HF_TOKEN)?.trim() || undefined,
    endpoint: endpointUrl(options.endpoint || environment.HF_ENDPOINT || "https://huggingface.co"),
  };
}

function cacheOf({
  HF_HUB_CACHE,
  HUGGINGFACE_HUB_CACHE,
  HF_HOME,
  XDG_CACHE_HOME,
}: NodeJS.ProcessEnv): string {
  const home = HF_HOME || join(XDG_CACHE_HOME || "~/.cache", "huggingface");
  return HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, "hub");
}

/** Container files and editors set variables such as `~/models` without a shell to expand them. */
function expandHome(path: string): string {
  return /^~(?:[\\/]|$)/.test(path) ? join(homedir(), path.slice(1)) : path;
}

function endpointUrl(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (
    url !== undefined &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    !url.search &&
    !url.hash
  ) {
    return url.href.replace(/\/+$/, "");
  }
  throw new InvalidArgumentError({
    part,
    problem: `the endpoint "${endpoint}" is not a web address`,
    remedy: "give an address such as https://huggingface.co as HF_ENDPOINT or the endpoint option",
  });
}
