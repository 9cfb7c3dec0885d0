import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InvalidFileError } from "@kokeshi/core";
import { type Calibration, calibrationFromJson, calibrationToJson } from "@kokeshi/quantization";
import { unreadable } from "./input/input-source.js";
import { AtomicFile } from "./output/atomic-file.js";

export async function readCalibrationFile(file: string, cwd: string): Promise<Calibration> {
  const text = await readFile(resolve(cwd, file), "utf8").catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InvalidFileError({
      part: "cli",
      problem: `${file} is not JSON (${(cause as Error).message})`,
      remedy: "write it again with --save-calibration",
      cause,
    });
  }
  return calibrationFromJson(json, file);
}

export async function writeCalibrationFile(
  file: string,
  calibration: Calibration,
  cwd: string,
): Promise<void> {
  const out = await AtomicFile.create(file, cwd);
  try {
    await out.write(Buffer.from(`${JSON.stringify(calibrationToJson(calibration))}\n`));
    await out.commit();
  } finally {
    await out.discard();
  }
}
