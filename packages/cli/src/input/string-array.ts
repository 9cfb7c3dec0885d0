import { isUtf8 } from "node:buffer";
import { addAbortSignal } from "node:stream";
import { InvalidFileError } from "@kokeshi/core";
import type { CliStreams } from "../cli-streams.js";

/** Standard input as one JSON array of strings. Throws InvalidFileError for anything else. */
export async function readStringArray({
  stdin,
  signal,
}: Pick<CliStreams, "stdin" | "signal">): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of addAbortSignal(signal, stdin)) chunks.push(chunk as Uint8Array);
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw invalid("is not UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw invalid(`is not JSON (${(cause as Error).message})`, cause);
  }
  if (!Array.isArray(value)) throw invalid("is not a JSON array");
  const index = value.findIndex((text) => typeof text !== "string");
  if (index !== -1)
    throw invalid(`has ${JSON.stringify(value[index])} instead of a string at index ${index}`);
  return value as string[];
}

function invalid(problem: string, cause?: unknown): InvalidFileError {
  return new InvalidFileError({
    part: "cli",
    problem: `stdin ${problem}`,
    remedy: "--input-json reads a JSON array of strings",
    cause,
  });
}
