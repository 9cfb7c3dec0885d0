import { open, readFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

/** An entry is a folder with these two files, and a list of what they should be. */
export const graphFile = "graph.onnx";
export const dataFile = "graph.data";
const listFile = "entry.json";

interface FileFacts {
  name: string;
  bytes: number;
  crc32: number;
}

const bytesPerRead = 1 << 20;

/** Whether both files are there and are what was written. */
export async function isWholeEntry(folder: string): Promise<boolean> {
  try {
    const expected = await readFile(join(folder, listFile), "utf8");
    return expected === JSON.stringify(await filesOf(folder));
  } catch {
    return false;
  }
}

/** Writes the list, and flushes everything to the disk. */
export async function sealEntry(folder: string): Promise<void> {
  await withFile(join(folder, listFile), "wx", async (handle) => {
    await handle.writeFile(JSON.stringify(await filesOf(folder)));
    await handle.sync();
  });
  for (const name of [graphFile, dataFile]) {
    await withFile(join(folder, name), "r+", (handle) => handle.sync());
  }
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
