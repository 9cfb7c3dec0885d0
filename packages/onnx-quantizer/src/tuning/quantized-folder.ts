import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InvalidArgumentError, KokeshiError, type ModelFolder } from "@kokeshi/core";
import { list, object, readConfigIfPresent, string } from "@kokeshi/model-files";
import { part } from "../part.js";
import { ledgerPlot } from "./ledger-plot.js";
import { ledgerTable } from "./ledger-table.js";
import type { TunedQuantization } from "./tuned-quantization.js";

/** Tells a folder that was written here. */
const ledgerPath = "quantization/ledger.json";

/** What is needed of `modules.json` of sentence-transformers. */
const modulesShape = list(object({ path: string }));

/** Descriptions of a model and its tokenizer, whatever the exporter called them; not the tables of contents of weights. */
const description = /(?<!\.index)\.(?:json|txt|md|jinja|model|vocab|spm)$/i;
const legal = /^(?:licen[cs]e|notice|attribution)(?:[.-][\w.-]+)?$/i;
/** Of a module after the transformer: its weights come along, but no pickles, which nothing here opens. */
const moduleFile = /\.(?:json|txt|safetensors)$/i;

/** Where the model that was chosen is in the folder, by the names of transformers.js and Optimum. */
export function graphPathOf({ best: { recipe } }: Pick<TunedQuantization, "best">): `${string}.onnx` {
  return recipe.method === "weight-only" && recipe.bits === 4 ? "onnx/model_q4.onnx" : "onnx/model_int8.onnx";
}

/**
 * The files of an ordinary Hugging Face folder with the quantized graph: configuration, tokenizer, pooling and Dense
 * modules, model card and licence as they are in `folder`; no other graphs and weights of the transformer; ledger and
 * calibration summary under `quantization/`. The source has to be a folder that can be listed.
 */
export async function quantizedFolderFiles(
  folder: ModelFolder,
  tuned: TunedQuantization,
): Promise<Record<string, Uint8Array>> {
  const encoder = new TextEncoder();
  const json = (content: unknown): Uint8Array => encoder.encode(`${JSON.stringify(content, undefined, 1)}\n`);
  return {
    ...(await carriedFiles(folder)),
    "quantization/calibration.json": json(tuned.calibration),
    "quantization/ledger.md": encoder.encode(ledgerTable(tuned.ledger)),
    "quantization/ledger.svg": encoder.encode(ledgerPlot(tuned.ledger)),
    ...tuned.files,
    [ledgerPath]: json(tuned.ledger),
  };
}

async function carriedFiles(folder: ModelFolder): Promise<Record<string, Uint8Array>> {
  const listed = await folder.list?.();
  if (listed === undefined) {
    throw new InvalidArgumentError({
      part,
      problem: `the files of ${folder.modelId} cannot be listed`,
      remedy: "pass a folder on disk, or memoryFolder",
    });
  }
  const modules = (await readConfigIfPresent(folder, "modules.json", modulesShape)) ?? [];
  const [transformer = "", ...others] = modules.map(({ path }) => (path === "." ? "" : path));
  const files: Record<string, Uint8Array> = {};
  for (const { path } of listed) {
    const slash = path.lastIndexOf("/");
    const [place, name] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
    const isDescription =
      (place === "" || place === transformer) && (description.test(name) || legal.test(name));
    if (isDescription || (place !== "" && others.includes(place) && moduleFile.test(name))) {
      files[path] = await folder.read(path);
    }
  }
  return files;
}

export interface WriteFolderOptions {
  /** Whether to write into a folder that holds anything but an earlier result of this function. Default: false. */
  overwrite?: boolean;
  signal?: AbortSignal;
}

/**
 * Writes files into a folder. A new one appears with all of them or not at all; in one that exists, each file is whole,
 * the old or the new, and files of other names stay.
 *
 * Throws InvalidArgumentError for a folder that is not empty and not one written before, KokeshiError where the disk
 * refuses.
 */
export async function writeQuantizedFolder(
  out: string,
  files: Readonly<Record<string, Uint8Array>>,
  { overwrite = false, signal }: WriteFolderOptions = {},
): Promise<void> {
  if (!overwrite) await requireOwnFolder(out);
  const suffix = `.${randomBytes(6).toString("hex")}.tmp`;
  const isNew = (await readdir(out).catch(() => [])).length === 0;
  const folder = isNew ? `${out}${suffix}` : out;
  const temporary = (name: string): string => join(folder, isNew ? name : `${name}${suffix}`);
  try {
    for (const [name, bytes] of Object.entries(files)) {
      signal?.throwIfAborted();
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(temporary(name), bytes, { flag: "wx", flush: true });
    }
    if (isNew) {
      // An empty folder of that name has to make way on some systems.
      await rmdir(out).catch(() => undefined);
      await rename(folder, out);
    } else {
      for (const name of Object.keys(files)) await rename(temporary(name), join(out, name));
    }
  } catch (cause) {
    const leftovers = isNew ? [folder] : Object.keys(files).map(temporary);
    for (const path of leftovers) await rm(path, { recursive: true, force: true }).catch(() => undefined);
    signal?.throwIfAborted();
    throw new KokeshiError("unwritable", {
      part,
      problem: `${out} cannot be written (${(cause as Error).message})`,
      remedy: "check that the folder may be written and the disk has room",
      cause,
    });
  }
}

/** Throws InvalidArgumentError unless the folder is new, empty, or was written by `writeQuantizedFolder`. */
export async function requireOwnFolder(out: string): Promise<void> {
  const entries = await readdir(out).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new InvalidArgumentError({
      part,
      problem: `${out} is not a folder that can be read (${(error as Error).message})`,
      remedy: "name a folder that does not exist yet",
      cause: error,
    });
  });
  if (entries.length === 0) return;
  if (existsSync(join(out, ledgerPath))) return;
  throw new InvalidArgumentError({
    part,
    problem: `${out} is not empty`,
    remedy: "name a folder that does not exist yet, or say that its files may be replaced",
  });
}
