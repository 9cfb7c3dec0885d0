import type { LocalFolder } from "@kokeshi/hub";

/** What has to travel with the weights. */
const legalFile = /^(?:licen[cs]e|notice|attribution)(?:\.\w+)?$/i;

/** Licence, notice and attribution of a model, by path. */
export async function readLegalFiles(folder: LocalFolder): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const { path } of await folder.list()) if (legalFile.test(path)) files[path] = await folder.read(path);
  return files;
}
