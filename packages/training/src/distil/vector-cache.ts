import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { InvalidFileError } from "@kokeshi/core";

/** "KKVECTR1" in eight bytes, dimensions in four, SHA-256 of the model's id in 32; then the records, all little-endian. */
const magic = "KKVECTR1";
const headerBytes = 8 + 4 + 32;
/** A record is the beginning of the SHA-256 of a text, and its vector in float32. */
const keyBytes = 16;

/**
 * Vectors of texts in a file that grows, so that work which was interrupted need not be done again. A record that was
 * not written whole is forgotten.
 */
export class VectorCache {
  private constructor(
    private readonly file: FileHandle,
    readonly dimensions: number,
    private readonly vectors: Map<string, Float32Array>,
  ) {}

  /**
   * Makes the file where there is none. Throws InvalidFileError for a file that is no such cache, or that of another model.
   */
  static async open(path: string, modelId: string, dimensions: number): Promise<VectorCache> {
    const file = await openOrCreate(path);
    try {
      const bytes = await file.readFile();
      const header = headerOf(modelId, dimensions);
      if (bytes.length === 0) await file.write(header, 0, headerBytes, 0);
      else requireHeader(path, bytes, header);
      const recordBytes = keyBytes + 4 * dimensions;
      const records = Math.max(0, Math.floor((bytes.length - headerBytes) / recordBytes));
      await file.truncate(headerBytes + records * recordBytes);
      const vectors = new Map<string, Float32Array>();
      for (let record = 0; record < records; record++) {
        const start = headerBytes + record * recordBytes;
        const vector = new Float32Array(dimensions);
        Buffer.from(vector.buffer).set(bytes.subarray(start + keyBytes, start + recordBytes));
        vectors.set(bytes.toString("latin1", start, start + keyBytes), vector);
      }
      return new VectorCache(file, dimensions, vectors);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get(text: string): Float32Array | undefined {
    return this.vectors.get(keyOf(text).toString("latin1"));
  }

  /** @param vectors one row a text */
  async append(texts: readonly string[], vectors: Float32Array): Promise<void> {
    const { dimensions } = this;
    const parts = texts.flatMap((text, row) => {
      const key = keyOf(text);
      const vector = vectors.slice(row * dimensions, (row + 1) * dimensions);
      this.vectors.set(key.toString("latin1"), vector);
      return [key, Buffer.from(vector.buffer)];
    });
    await this.file.appendFile(Buffer.concat(parts));
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

async function openOrCreate(path: string): Promise<FileHandle> {
  // Appending, whatever was read: "a+" reads from the start and writes at the end.
  try {
    return await open(path, "a+");
  } catch (cause) {
    throw new InvalidFileError({
      part: "training",
      problem: `${path} cannot be opened (${(cause as Error).message})`,
      remedy: "name a file in a folder that exists, which you may write",
      cause,
    });
  }
}

function headerOf(modelId: string, dimensions: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write(magic, "latin1");
  header.writeUInt32LE(dimensions, 8);
  header.set(createHash("sha256").update(modelId).digest(), 12);
  return header;
}

function requireHeader(path: string, bytes: Buffer, header: Buffer): void {
  const fault = (problem: string): InvalidFileError =>
    new InvalidFileError({
      part: "training",
      problem: `${path} ${problem}`,
      remedy: "name another file, or delete it",
    });
  if (bytes.length < headerBytes || bytes.toString("latin1", 0, 8) !== magic)
    throw fault("is not a cache of vectors");
  if (!bytes.subarray(0, headerBytes).equals(header)) throw fault("has the vectors of another model");
}

function keyOf(text: string): Buffer {
  return createHash("sha256").update(text).digest().subarray(0, keyBytes);
}
