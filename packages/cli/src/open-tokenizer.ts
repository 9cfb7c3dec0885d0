import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { InvalidFileError, readJson } from "@kokeshi/core";
import type { LocalFolder } from "@kokeshi/hub";
import { createTokenizer, type Tokenizer } from "@kokeshi/tokenizer";
import type { CommandContext } from "./command-context.js";
import { unreadable } from "./input/input-source.js";
import { openModelFolder } from "./open-model.js";

export interface NamedTokenizer {
  /** The file as the user named it, or the id of the model. */
  name: string;
  tokenizer: Tokenizer;
}

/** The largest tokenizer.json files have some 35 MB; a gzipped one may not unfold to more than this. */
const mostBytes = 512 * 1024 * 1024;

export async function tokenizerOfFile(file: string, cwd: string): Promise<NamedTokenizer> {
  return { name: file, tokenizer: createTokenizer((await readTokenizerFile(file, cwd)).json) };
}

/** sentence-transformers keeps the tokenizer of a static model in a subfolder. */
export async function tokenizerOfModel(reference: string, context: CommandContext): Promise<NamedTokenizer> {
  return tokenizerOfFolder(await openModelFolder(reference, context, async () => []));
}

export async function tokenizerOfFolder(folder: LocalFolder): Promise<NamedTokenizer> {
  const path = await findTokenizer(folder);
  const configPath = path.replace(/tokenizer\.json$/, "tokenizer_config.json");
  const config = (await folder.has(configPath)) ? await readJson(folder, configPath) : undefined;
  return { name: folder.modelId, tokenizer: createTokenizer(await readJson(folder, path), config) };
}

/** The path of a folder's tokenizer.json: the one that lies least deep. */
export async function findTokenizer(folder: LocalFolder): Promise<string> {
  const paths = (await folder.list())
    .map(({ path }) => path)
    .filter((path) => /(?:^|\/)tokenizer\.json$/.test(path));
  return paths.sort((a, b) => a.length - b.length)[0] ?? "tokenizer.json";
}

/** The text of a tokenizer.json, gzipped or not, and what it says. */
export async function readTokenizerFile(file: string, cwd: string): Promise<{ text: string; json: unknown }> {
  const bytes = await readFile(resolve(cwd, file)).catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    const unpacked = isGzip ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes;
    const text = new TextDecoder("utf-8", { fatal: true }).decode(unpacked);
    return { text, json: JSON.parse(text) };
  } catch (cause) {
    throw new InvalidFileError({
      part: "cli",
      problem: `${file} is not ${isGzip ? "gzipped " : ""}JSON (${(cause as Error).message})`,
      remedy: "give the tokenizer.json of a Hugging Face model",
      cause,
    });
  }
}
