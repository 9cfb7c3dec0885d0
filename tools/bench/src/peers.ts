import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Name and version of each peer, as the report says them. */
export interface Peers {
  huggingFaceTokenizers: string;
  nativeTokenizers: string;
  transformers: string;
}

export function readPeers(): Peers {
  return {
    huggingFaceTokenizers: nameAndVersion("@huggingface/tokenizers"),
    nativeTokenizers: `${nameAndVersion("tokenizers")} (native)`,
    transformers: nameAndVersion("@huggingface/transformers"),
  };
}

function nameAndVersion(name: string): string {
  const { version } = JSON.parse(readFileSync(manifestOf(name), "utf8")) as { version: string };
  return `${name} ${version}`;
}

/** Not every package exports its package.json: walk up from its entry. */
function manifestOf(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return join(folder, "package.json");
}
