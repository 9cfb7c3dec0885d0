import type { Hash } from "node:crypto";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { InvalidFileError } from "@kokeshi/core";
import { putInPlace, temporaryPath } from "./atomic-file.js";
import { startHash } from "./checksum.js";
import { sizeOf } from "./file-size.js";
import { isNotFound } from "./file-system-errors.js";
import type { HubConnection } from "./hub-connection.js";
import { HubUnavailableError } from "./hub-errors.js";
import { part } from "./part.js";
import type { RepositoryFile } from "./repository-listing.js";
import { withRetries } from "./retry.js";

/** From this size on, what a broken download brought is kept for the next one. */
const worthKeeping = 1 << 20;

export interface BlobDownload {
  connection: HubConnection;
  repository: string;
  commit: string;
  file: RepositoryFile;
  /** Where the contents go; the folder is there. */
  blob: string;
  /** Called with the bytes of this file that are here so far. May go back when a transfer has to start again. */
  onBytes: (bytes: number) => void;
}

/**
 * Downloads one file into the cache. It arrives under a temporary name, is compared with its size and checksum,
 * flushed to the disk and only then renamed, so the blob is whole or not there. A transfer that breaks off goes on
 * where it stopped; one that fails for good leaves `<blob>.partial` for the next download to go on with.
 */
export async function downloadBlob(download: BlobDownload): Promise<void> {
  const { blob, file } = download;
  const partial = `${blob}.partial`;
  const temporary = temporaryPath(blob);
  // Only one of several processes wins the partial file; the others begin anew.
  const resumed = await renameIfThere(partial, temporary);
  const handle = await open(temporary, resumed ? "r+" : "wx+");
  const transfer = new Transfer(download, handle);
  try {
    if (resumed) await transfer.adopt();
    await transfer.complete();
    await putInPlace(handle, temporary, blob);
  } catch (error) {
    // Another process may have finished meanwhile; on Windows, a blob it has open cannot be replaced either.
    const finished = (await sizeOf(blob)) === file.bytes;
    if (!finished && transfer.received >= worthKeeping && !(error instanceof InvalidFileError)) {
      await renameIfThere(temporary, partial);
    }
    if (!finished || download.connection.signal?.aborted) throw error;
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
}

/** One file on its way: the bytes here so far, their hash, and the requests for the rest. */
class Transfer {
  received = 0;
  #hash: Hash;

  constructor(
    private readonly download: BlobDownload,
    private readonly handle: FileHandle,
  ) {
    this.#hash = startHash(download.file.checksum, download.file.bytes);
  }

  /** Takes up what an earlier download left in the file. */
  async adopt(): Promise<void> {
    const { bytes } = this.download.file;
    const { size } = await this.handle.stat();
    if (size > bytes) return this.#startOver();
    const block = Buffer.alloc(1 << 20);
    while (this.received < size) {
      const { bytesRead } = await this.handle.read(block, 0, block.length, this.received);
      if (bytesRead === 0) break;
      this.#hash.update(block.subarray(0, bytesRead));
      this.received += bytesRead;
    }
    this.download.onBytes(this.received);
  }

  /** Fetches what is missing and compares the checksum; once more from the start when it differs. */
  async complete(): Promise<void> {
    const { file, repository } = this.download;
    let digest = "";
    for (let round = 0; round < 2; round++) {
      await this.#fetchRest();
      digest = this.#hash.digest("hex");
      if (digest === file.checksum.digest) return;
      await this.#startOver();
    }
    throw new InvalidFileError({
      part,
      problem: `${file.path} of ${repository} arrived twice with the ${file.checksum.algorithm} ${digest} instead of ${file.checksum.digest}`,
      remedy: "check whether a proxy changes downloads; nothing of it was kept",
    });
  }

  async #fetchRest(): Promise<void> {
    const { connection, file, repository, commit } = this.download;
    const url = `${connection.endpoint}/${repository}/resolve/${commit}/${file.path.split("/").map(encodeURIComponent).join("/")}`;
    const subject = { repository, revision: commit, path: file.path };
    let mark = this.received;
    await withRetries(connection.retry, connection.signal, async (progressed) => {
      if (this.received - mark >= worthKeeping) {
        progressed();
        mark = this.received;
      }
      if (this.received === file.bytes) return;
      const headers: Record<string, string> = { "accept-encoding": "identity" };
      if (this.received > 0) headers.range = `bytes=${this.received}-`;
      await connection.get(url, headers, subject, (response, body) => this.#receive(response, body));
      if (this.received < file.bytes) {
        throw new HubUnavailableError(
          {
            problem: `the transfer of ${file.path} ended after ${this.received} of ${file.bytes} bytes`,
            remedy: "try again; it goes on where it stopped",
          },
          { passing: true },
        );
      }
    });
  }

  async #receive(response: Response, body: AsyncIterable<Uint8Array>): Promise<void> {
    const { file, repository, onBytes } = this.download;
    if (this.received > 0 && !continuesAt(response, this.received)) await this.#startOver();
    for await (const piece of body) {
      if (this.received + piece.length > file.bytes) {
        throw new InvalidFileError({
          part,
          problem: `${file.path} of ${repository} is longer than the ${file.bytes} bytes listed`,
          remedy: "do not use this repository, or check whether a proxy changes downloads",
        });
      }
      await writeAll(this.handle, piece, this.received);
      this.#hash.update(piece);
      this.received += piece.length;
      onBytes(this.received);
    }
  }

  async #startOver(): Promise<void> {
    await this.handle.truncate(0);
    this.received = 0;
    this.#hash = startHash(this.download.file.checksum, this.download.file.bytes);
    this.download.onBytes(0);
  }
}

/** Whether the answer is the asked-for rest; a server may ignore Range and send the whole (RFC 9110, section 14.2). */
function continuesAt(response: Response, offset: number): boolean {
  return (
    response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${offset}-`) === true
  );
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const result = await handle.write(bytes, written, bytes.length - written, position + written);
    written += result.bytesWritten;
  }
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
