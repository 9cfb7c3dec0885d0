import type { TokenizerFile } from "../../tokenizer-file.js";
import { hasOnlyKeys } from "../strict-shape.js";
import { greatestMergeCount } from "./symbol-chain.js";

/** `model` of a tokenizer.json, checked. */
export interface BpeModel {
  vocabulary: ReadonlyMap<string, number>;
  merges: readonly BpeMerge[];
  /** "" where the file has none. */
  continuingPrefix: string;
  endSuffix: string;
  unknown: UnknownSymbols;
  /** Ids of `<0x00>` to `<0xFF>` where characters outside the vocabulary are spelled by them. */
  byteTokens: Int32Array | undefined;
  ignoresMerges: boolean;
}

/** What the model does with a symbol that the vocabulary lacks. */
export interface UnknownSymbols {
  /** Undefined: they are dropped. */
  id: number | undefined;
  /** One token for a run of them instead of one for each. */
  fuse: boolean;
}

export interface BpeMerge {
  left: string;
  right: string;
  /** Ids of the two tokens and of the token that they become. */
  leftId: number;
  rightId: number;
  mergedId: number;
}

/** `undefined` where the model says something that the fast path does not do exactly as the Rust library. */
export function readBpeModel({ model }: TokenizerFile): BpeModel | undefined {
  if (model.type !== "BPE" || !hasOnlyKeys(model, modelKeys)) return undefined;
  if (model["dropout"] !== undefined && model["dropout"] !== null && model["dropout"] !== 0) return undefined;
  const continuingPrefix = model["continuing_subword_prefix"] ?? "";
  const endSuffix = model["end_of_word_suffix"] ?? "";
  if (typeof continuingPrefix !== "string" || typeof endSuffix !== "string") return undefined;
  // The library takes the prefix off by bytes, having counted characters.
  if (/[^\0-\x7f]/.test(continuingPrefix)) return undefined;
  for (const flag of ["fuse_unk", "byte_fallback", "ignore_merges"]) {
    if (typeof (model[flag] ?? false) !== "boolean") return undefined;
  }

  const vocabulary = new Map(Object.entries(model.vocab));
  const unknownToken = model["unk_token"] ?? undefined;
  const unknownId = typeof unknownToken === "string" ? vocabulary.get(unknownToken) : undefined;
  // The library gives up at the first character outside the vocabulary.
  if (unknownToken !== undefined && unknownId === undefined) return undefined;

  const merges = readMerges(model.merges, vocabulary, continuingPrefix.length);
  if (merges === undefined) return undefined;

  let byteTokens: Int32Array | undefined;
  if (model["byte_fallback"] === true) {
    byteTokens = readByteTokens(vocabulary);
    if (byteTokens === undefined || continuingPrefix !== "" || endSuffix !== "") return undefined;
  }
  return {
    vocabulary,
    merges,
    continuingPrefix,
    endSuffix,
    unknown: { id: unknownId, fuse: model["fuse_unk"] === true },
    byteTokens,
    ignoresMerges: model["ignore_merges"] === true,
  };
}

const modelKeys = [
  "type",
  "dropout",
  "unk_token",
  "continuing_subword_prefix",
  "end_of_word_suffix",
  "fuse_unk",
  "byte_fallback",
  "ignore_merges",
  "vocab",
  "merges",
];

function readMerges(
  merges: readonly unknown[],
  vocabulary: ReadonlyMap<string, number>,
  prefixLength: number,
): BpeMerge[] | undefined {
  if (merges.length >= greatestMergeCount) return undefined;
  const read: BpeMerge[] = [];
  for (const merge of merges) {
    const parts = typeof merge === "string" ? merge.split(" ") : (merge as readonly string[]);
    const [left, right] = parts;
    if (parts.length !== 2 || !left || !right || left.startsWith("#version")) return undefined;
    const leftId = vocabulary.get(left);
    const rightId = vocabulary.get(right);
    const mergedId = vocabulary.get(left + right.slice(prefixLength));
    if (leftId === undefined || rightId === undefined || mergedId === undefined) return undefined;
    read.push({ left, right, leftId, rightId, mergedId });
  }
  return read;
}

function readByteTokens(vocabulary: ReadonlyMap<string, number>): Int32Array | undefined {
  const ids = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    if (id === undefined) return undefined;
    ids[byte] = id;
  }
  return ids;
}
