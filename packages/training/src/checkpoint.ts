import { open, readFile, rename, rm } from "node:fs/promises";
import { InvalidArgumentError, InvalidFileError, NotFoundError } from "@kokeshi/core";
import { readSafetensors, tensorOf, tensorValues, writeSafetensors } from "@kokeshi/static-model";

/** Everything that a training needs to go on as if nothing had been. */
export interface Checkpoint {
  /** Steps done. */
  step: number;
  /** Row-major, as all tables here. */
  table: Float32Array;
  /** Adam's. */
  firstMoments: Float32Array;
  secondMoments: Float32Array;
  /** States of the random generators. */
  random: readonly number[];
  /** Where the samplers are, one a source. */
  orders: readonly SavedOrder[];
  /** The best validation so far. */
  best?: { step: number; score: number; table: Float32Array };
  /** Validations since the best. */
  stale: number;
}

export interface SavedOrder {
  members: Uint32Array;
  cursor: number;
}

/** What must be equal for a checkpoint to fit: names and values, numbers and texts alike. */
export type TrainingIdentity = Readonly<Record<string, string>>;

/** What a checkpoint must look like inside to fit. */
export interface CheckpointShape {
  tableLength: number;
  orderLengths: readonly number[];
  randomStates: number;
}

const format = "kokeshi-training-1";

/** A safetensors file: the tables by name, everything small in its metadata. Replaces the file as a whole. */
export async function writeCheckpoint(
  path: string,
  checkpoint: Checkpoint,
  identity: TrainingIdentity,
): Promise<void> {
  const { table, firstMoments, secondMoments, best, orders } = checkpoint;
  const bytes = writeSafetensors(
    {
      table: tensorOf(table, [table.length]),
      firstMoments: tensorOf(firstMoments, [table.length]),
      secondMoments: tensorOf(secondMoments, [table.length]),
      ...(best && { best: tensorOf(best.table, [table.length]) }),
      ...Object.fromEntries(
        orders.map(({ members }, index) => [
          `order.${index}`,
          tensorOf(Int32Array.from(members), [members.length]),
        ]),
      ),
    },
    {
      format,
      identity: JSON.stringify(identity),
      state: JSON.stringify({
        step: checkpoint.step,
        random: checkpoint.random,
        cursors: orders.map(({ cursor }) => cursor),
        best: best && { step: best.step, score: best.score },
        stale: checkpoint.stale,
      }),
    },
  );
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * Throws NotFoundError where there is no file, InvalidFileError for one that is damaged or something else, and
 * InvalidArgumentError for one of another training.
 */
export async function readCheckpoint(
  path: string,
  identity: TrainingIdentity,
  shape: CheckpointShape,
): Promise<Checkpoint> {
  let bytes: Uint8Array;
  try {
    const file = await readFile(path);
    // Where the bytes of a tensor are not aligned they are copied by slice(), which does not copy a Buffer.
    bytes = new Uint8Array(file.buffer, file.byteOffset, file.length);
  } catch (cause) {
    throw new NotFoundError({
      part: "training",
      problem: `there is no checkpoint ${path} (${(cause as Error).message})`,
      remedy: "name the file that an earlier run wrote, or begin without resuming",
      cause,
    });
  }
  return parseCheckpoint(bytes, path, identity, shape);
}

export function parseCheckpoint(
  bytes: Uint8Array,
  path: string,
  identity: TrainingIdentity,
  shape: CheckpointShape,
): Checkpoint {
  const fault = (problem: string, cause?: unknown): InvalidFileError =>
    new InvalidFileError({
      part: "training",
      problem: `${path}: ${problem}`,
      remedy: "begin without resuming",
      cause,
    });
  let file: ReturnType<typeof readSafetensors>;
  try {
    file = readSafetensors(bytes, path);
  } catch (cause) {
    throw fault("it is damaged, or no checkpoint", cause);
  }
  if (file.metadata["format"] !== format) throw fault("it is not a checkpoint of this version");
  requireSame(path, parseObject("identity"), identity);
  const { step, random, cursors, best, stale } = parseObject("state");
  if (!isCount(step)) throw fault("its step is no whole number");
  if (!isCount(stale)) throw fault("its number of validations is no whole number");
  if (!isListOfCounts(random, shape.randomStates, 2 ** 32)) throw fault("its random states are none");
  if (!isListOfCounts(cursors, shape.orderLengths.length, Infinity)) throw fault("its cursors are none");
  return {
    step,
    stale,
    random,
    table: readTable("table"),
    firstMoments: readTable("firstMoments"),
    secondMoments: readTable("secondMoments"),
    orders: shape.orderLengths.map((length, index) => {
      const members = Uint32Array.from(values(`order.${index}`, Int32Array, length));
      const cursor = cursors[index] as number;
      if (cursor > length || !isPermutation(members)) throw fault(`order.${index} is no order`);
      return { members, cursor };
    }),
    ...(best === undefined ? {} : { best: readBest(Object(best) as Record<string, unknown>) }),
  };

  function parseObject(name: string): Record<string, unknown> {
    try {
      return Object(JSON.parse(file.metadata[name] ?? "")) as Record<string, unknown>;
    } catch (cause) {
      throw fault(`its ${name} is not JSON`, cause);
    }
  }

  function values<Values extends Float32Array | Int32Array>(
    name: string,
    kind: new (...parameters: never[]) => Values,
    length: number,
  ): Values {
    const stored = file.tensors.get(name);
    const read = stored && tensorValues(stored);
    if (!(read instanceof kind) || read.length !== length)
      throw fault(`its ${name} are not ${length} values of ${kind.name}`);
    return read;
  }

  function readTable(name: string): Float32Array {
    const table = values(name, Float32Array, shape.tableLength);
    if (!table.every(Number.isFinite)) throw fault(`its ${name} has values that are no numbers`);
    return table;
  }

  function readBest({ step: bestStep, score }: Record<string, unknown>): Checkpoint["best"] {
    if (!isCount(bestStep) || typeof score !== "number") throw fault("its best validation is none");
    return { step: bestStep, score, table: readTable("best") };
  }
}

function requireSame(path: string, saved: Record<string, unknown>, wanted: TrainingIdentity): void {
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(saved)])) {
    if (saved[name] === wanted[name]) continue;
    throw new InvalidArgumentError({
      part: "training",
      problem: `${path} is a checkpoint of another training: ${name} was ${String(saved[name])} and is ${wanted[name]}`,
      remedy: "resume with the same options and data, or begin without resuming",
    });
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isListOfCounts(value: unknown, length: number, limit: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every((x) => isCount(x) && x < limit);
}

function isPermutation(members: Uint32Array): boolean {
  const seen = new Uint8Array(members.length);
  for (const member of members) {
    // 1 for one that came before, undefined for one beyond the members.
    if (seen[member] !== 0) return false;
    seen[member] = 1;
  }
  return true;
}
