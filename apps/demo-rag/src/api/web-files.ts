import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

export interface WebFile {
  body: Uint8Array<ArrayBuffer>;
  type: string;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The built page, by URL path, in memory: only these few files can ever be asked for. */
export async function readWebFiles(folder: string): Promise<Map<string, WebFile>> {
  const files = new Map<string, WebFile>();
  for (const name of await readdir(folder)) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const file = { body: new Uint8Array(await readFile(join(folder, name))), type };
    files.set(`/${name}`, file);
    if (name === "index.html") files.set("/", file);
  }
  return files;
}
