import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, InvalidFileError, NotFoundError } from "@kokeshi/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  parseCheckpoint,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
  type CheckpointShape,
} from "./checkpoint.js";

const checkpoint: Checkpoint = {
  step: 7,
  table: Float32Array.of(1, 2, 3, 4),
  firstMoments: Float32Array.of(0.1, 0.2, 0.3, 0.4),
  secondMoments: Float32Array.of(0.01, 0.02, 0.03, 0.04),
  random: [4294967295, 5],
  orders: [
    { members: Uint32Array.of(2, 0, 1), cursor: 3 },
    { members: Uint32Array.of(0), cursor: 0 },
  ],
  best: { step: 5, score: 0.5, table: Float32Array.of(4, 3, 2, 1) },
  stale: 2,
};
const shape: CheckpointShape = { tableLength: 4, orderLengths: [3, 1], randomStates: 2 };
const identity = { seed: "1", batchSize: "8" };

describe("checkpoint", () => {
  const folder = mkdtempSync(join(tmpdir(), "kokeshi-checkpoint-"));
  const path = join(folder, "training.checkpoint");
  beforeAll(() => writeCheckpoint(path, checkpoint, identity));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("comes back as it was, and leaves nothing beside it", async () => {
    expect(await readCheckpoint(path, identity, shape)).toEqual(checkpoint);
    expect(readdirSync(folder)).toEqual(["training.checkpoint"]);
  });

  it("does without a best table", async () => {
    const other = join(folder, "other");
    const without: Checkpoint = { ...checkpoint };
    delete without.best;
    await writeCheckpoint(other, without, identity);
    expect(await readCheckpoint(other, identity, shape)).toEqual(without);
    rmSync(other);
  });

  it("refuses the checkpoint of another training by the name of what differs", async () => {
    const other = { ...identity, batchSize: "16" };
    await expect(readCheckpoint(path, other, shape)).rejects.toThrow(InvalidArgumentError);
    await expect(readCheckpoint(path, other, shape)).rejects.toThrow(/batchSize was 8 and is 16/);
  });

  it("refuses a checkpoint that is not there", async () => {
    await expect(readCheckpoint(join(folder, "none"), identity, shape)).rejects.toThrow(NotFoundError);
  });

  it("answers 5,000 damaged files with a typed error or a checkpoint of the right shape", () => {
    const whole = new Uint8Array(readFileSync(path));
    const byte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(...'0123456789[]{},:"-e.\\').map((character) => character.charCodeAt(0)),
    );
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), byte), { maxLength: 4 });
    const cut = fc.option(fc.nat(whole.length - 1), { freq: 5 });
    fc.assert(
      fc.property(damage, cut, (changes, length) => {
        const bytes = whole.slice(0, length ?? whole.length);
        for (const [index, value] of changes) if (index < bytes.length) bytes[index] = value;
        try {
          const read = parseCheckpoint(bytes, "damaged", identity, shape);
          for (const table of [read.table, read.firstMoments, read.secondMoments]) {
            expect(table).toHaveLength(4);
            expect(table.every(Number.isFinite)).toBe(true);
          }
          expect(Array.from(read.orders[0]?.members ?? []).sort()).toEqual([0, 1, 2]);
          expect(read.orders[0]?.cursor).toBeLessThanOrEqual(3);
          expect(read.random).toHaveLength(2);
        } catch (error) {
          if (!(error instanceof InvalidFileError || error instanceof InvalidArgumentError)) throw error;
        }
      }),
      { numRuns: 5000 },
    );
  });
});
