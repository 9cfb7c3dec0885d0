import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError, InvalidFileError, KokeshiError } from "@kokeshi/core";
import type { ActivationStatistics } from "../calibration/activation-statistics.js";
import { parseStatistics } from "../calibration/parse-statistics.js";
import { part } from "../part.js";

const format = "kokeshi-calibration";
/** Of the batches too: other batches of the same texts cannot be gone on with. */
const version = 1;

/** What statistics are of. */
export interface CalibrationSource {
  /** Identity of the model, and the path of its graph. */
  model: string;
  graph: string;
  /** Checksum of the texts. */
  sha256: string;
}

/**
 * Statistics in a file, whole or as far as they came. Undefined where there is no such file. Throws InvalidArgumentError for
 * those of another model or other texts, and InvalidFileError for anything else.
 */
export function readKeptStatistics(
  path: string,
  source: CalibrationSource,
): ActivationStatistics | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unusable(path, `cannot be read (${(cause as Error).message})`, cause);
  }
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw unusable(path, "is not JSON", cause);
  }
  const content = (typeof file === "object" && file !== null ? file : {}) as Record<string, unknown>;
  if (content["format"] !== format || content["version"] !== version) {
    throw unusable(path, "holds no statistics of calibration of this version");
  }
  const other = (["model", "graph", "sha256"] as const).find((key) => content[key] !== source[key]);
  if (other !== undefined) {
    throw new InvalidArgumentError({
      part,
      problem: `${path} holds the statistics of ${other === "sha256" ? "other texts" : `another ${other}`}`,
      remedy: "name another file, or delete it to begin anew",
    });
  }
  return parseStatistics(JSON.stringify(content["statistics"] ?? null));
}

/** The file is the old one or the new one, whole, whenever the program ends. */
export function keepStatistics(
  path: string,
  source: CalibrationSource,
  statistics: ActivationStatistics,
): void {
  const temporary = `${resolve(path)}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, JSON.stringify({ format, version, ...source, statistics }));
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new KokeshiError("unwritable", {
      part,
      problem: `${path} cannot be written (${(cause as Error).message})`,
      remedy: "check that the folder is there and may be written, and that the disk has room",
      cause,
    });
  }
}

function unusable(path: string, problem: string, cause?: unknown): InvalidFileError {
  return new InvalidFileError({
    part,
    problem: `${path} ${problem}`,
    remedy: "delete it, or name another file",
    cause,
  });
}
