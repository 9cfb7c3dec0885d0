import { readFileSync, writeFileSync, openSync, writeSync, closeSync } from "node:fs";
import type { TrainingProgress } from "../training-options.js";

/**
 * A training's progress in a file, one JSON object a step. Each line is written at once, so that an interrupted training
 * leaves its log.
 */
export class TrainingLog {
  /** All lines so far, those of earlier runs included. */
  readonly records: TrainingProgress[];
  private file: number | undefined;

  private constructor(
    private readonly path: string,
    records: TrainingProgress[],
  ) {
    this.records = records;
  }

  /** A new log, or, for a training that is resumed, what its earlier runs wrote. Lines that are broken are left out. */
  static open(path: string, { resume = false } = {}): TrainingLog {
    return new TrainingLog(path, resume ? readRecords(path) : []);
  }

  write(record: TrainingProgress): void {
    if (this.file === undefined) this.begin(record.step);
    this.records.push(record);
    writeSync(this.file as number, `${JSON.stringify(record)}\n`);
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  /** Steps that an earlier run did after its last checkpoint are done again. */
  private begin(step: number): void {
    const kept = this.records.filter((record) => record.step < step);
    this.records.splice(0, this.records.length, ...kept);
    writeFileSync(this.path, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
    this.file = openSync(this.path, "a");
  }
}

function readRecords(path: string): TrainingProgress[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      const record = JSON.parse(line) as TrainingProgress;
      return Number.isInteger(record.step) && Number.isFinite(record.loss) ? [record] : [];
    } catch {
      return [];
    }
  });
}
