import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { ByteSink } from "./byte-sink.js";
import { unwritable } from "./unwritable.js";

/**
 * A file that appears whole or not at all: bytes go to a temporary file beside it, which takes its name on `commit`.
 * An existing file keeps its content until then.
 */
export class AtomicFile implements ByteSink {
  private constructor(
    private readonly name: string,
    private readonly handle: FileHandle,
    private readonly temporaryPath: string,
    private readonly path: string,
  ) {}

  /** Throws KokeshiError when the folder is not there or not writable, or the path is no ordinary file. */
  static async create(file: string, cwd: string): Promise<AtomicFile> {
    try {
      const path = await targetOf(resolve(cwd, file));
      const temporaryPath = `${path}.${randomBytes(6).toString("hex")}.tmp`;
      return new AtomicFile(file, await open(temporaryPath, "wx"), temporaryPath, path);
    } catch (cause) {
      throw unwritable(file, cause);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.attempt(async () => {
      // The promise API may write less than it is given.
      for (let done = 0; done < bytes.length;) {
        done += (await this.handle.write(bytes, done, bytes.length - done)).bytesWritten;
      }
    });
  }

  /** Overwrites bytes near the start, which fit in one write. */
  async overwrite(bytes: Uint8Array, position: number): Promise<void> {
    await this.attempt(() => this.handle.write(bytes, 0, bytes.length, position));
  }

  async commit(): Promise<void> {
    await this.attempt(async () => {
      await this.handle.sync();
      await this.handle.close();
      await rename(this.temporaryPath, this.path);
    });
  }

  /** Leaves no trace. Does nothing after `commit`. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(this.temporaryPath, { force: true });
  }

  private async attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (cause) {
      throw unwritable(this.name, cause);
    }
  }
}

/** The file behind a link, so that the link stays; refuses devices and folders, which a rename would replace. */
async function targetOf(path: string): Promise<string> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return path;
  if (!stats.isFile()) throw new Error("it is not an ordinary file");
  return realpath(path);
}
