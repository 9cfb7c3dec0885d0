import { open, readFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { GraphFile } from "../encoder/encoder-plan.js";

/** An entry is a folder with these two files, and a list of what they should be and of what was changed in them. */
export const graphFile = "graph.onnx";
export const dataFile = "graph.data";
const listFile = "entry.json";

interface FileFacts {
  name: string;
  bytes: number;
  crc32: number;
}

const bytesPerRead = 1 << 20;

/** What was done to a graph besides ONNX Runtime's own passes. */
export type GraphChanges = Pick<GraphFile, "fusedAttentions">;

/** What was changed in the graph of an entry; `undefined` unless both files are there and are what was written. */
export async function readEntry(folder: string): Promise<GraphChanges | undefined> {
  try {
    const list = await readFile(join(folder, listFile), "utf8");
    const { fusedAttentions } = JSON.parse(list) as GraphChanges;
    return list === (await listOf(folder, { fusedAttentions })) ? { fusedAttentions } : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the list, and flushes everything to the disk. */
export async function sealEntry(folder: string, changes: GraphChanges): Promise<void> {
  await withFile(join(folder, listFile), "wx", async (handle) => {
    await handle.writeFile(await listOf(folder, changes));
    await handle.sync();
  });
  for (const name of [graphFile, dataFile]) {
    await withFile(join(folder, name), "r+", (handle) => handle.sync());
  }
}

async function listOf(folder: string, { fusedAttentions }: GraphChanges): Promise<string> {
  return JSON.stringify({ fusedAttentions, files: await filesOf(folder) });
}

async function filesOf(folder: string): Promise<FileFacts[]> {
  return Promise.all(
    [graphFile, dataFile].map((name) =>
      withFile(join(folder, name), "r", async (handle) => {
        const part = new Uint8Array(bytesPerRead);
        let bytes = 0;
        let checksum = 0;
        for (;;) {
          const { bytesRead } = await handle.read(part);
          if (bytesRead === 0) return { name, bytes, crc32: checksum };
          checksum = crc32(part.subarray(0, bytesRead), checksum);
          bytes += bytesRead;
        }
      }),
    ),
  );
}

async function withFile<Result>(
  path: string,
  flags: string,
  use: (handle: FileHandle) => Promise<Result>,
): Promise<Result> {
  const handle = await open(path, flags);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}
