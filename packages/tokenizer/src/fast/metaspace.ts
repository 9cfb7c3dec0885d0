import { isRecord } from "../json-shapes.js";
import { hasOnlyKeys } from "./strict-shape.js";

/** How a Unigram tokenizer cuts normalized text into words. */
export interface WordRules {
  /** Cut at white space and drop it, before the rest. */
  splitsWhiteSpace: boolean;
  metaspace: Metaspace | undefined;
}

export interface Metaspace {
  /** The UTF-16 unit that stands for a space, "▁". */
  mark: number;
  prependScheme: "always" | "first" | "never";
  /** Cut before each mark. */
  split: boolean;
}

/** `undefined` for pre-tokenizers other than WhitespaceSplit, Metaspace, both, or none. */
export function readWordRules(preTokenizer: unknown): WordRules | undefined {
  if (preTokenizer === null) return { splitsWhiteSpace: false, metaspace: undefined };
  if (!isRecord(preTokenizer)) return undefined;
  let parts: unknown[] = [preTokenizer];
  if (preTokenizer["type"] === "Sequence") {
    if (!hasOnlyKeys(preTokenizer, ["type", "pretokenizers"])) return undefined;
    const { pretokenizers } = preTokenizer;
    if (!Array.isArray(pretokenizers)) return undefined;
    parts = [...pretokenizers];
  }
  const splitsWhiteSpace = isWhitespaceSplit(parts[0]);
  if (splitsWhiteSpace) parts.shift();
  if (parts.length > 1) return undefined;
  const metaspace = parts.length === 0 ? undefined : readMetaspace(parts[0]);
  if (parts.length === 1 && metaspace === undefined) return undefined;
  // Which word stands first in the raw text is not known after normalization.
  if (splitsWhiteSpace && metaspace?.prependScheme === "first") return undefined;
  return { splitsWhiteSpace, metaspace };
}

function isWhitespaceSplit(component: unknown): boolean {
  return isRecord(component) && component["type"] === "WhitespaceSplit" && hasOnlyKeys(component, ["type"]);
}

const metaspaceKeys = ["type", "replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split"];

function readMetaspace(component: unknown): Metaspace | undefined {
  if (!isRecord(component) || component["type"] !== "Metaspace" || !hasOnlyKeys(component, metaspaceKeys))
    return undefined;
  const { replacement, add_prefix_space: addsPrefixSpace = true, split = true } = component;
  const scheme = component["prepend_scheme"] ?? (addsPrefixSpace === true ? "always" : "never");
  if (typeof replacement !== "string" || replacement.length !== 1 || replacement === " ") return undefined;
  if ((component["str_rep"] ?? replacement) !== replacement) return undefined;
  if (typeof addsPrefixSpace !== "boolean" || typeof split !== "boolean") return undefined;
  if (scheme !== "always" && scheme !== "first" && scheme !== "never") return undefined;
  // The Rust library refuses such a file.
  if (!addsPrefixSpace && scheme !== "never") return undefined;
  return { mark: replacement.charCodeAt(0), prependScheme: scheme, split };
}
