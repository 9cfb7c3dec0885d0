import type { TextRecord } from "./text-record.js";

/** What is wrong with a line; the reader adds where it is. */
export class LineProblem extends Error {
  override readonly name = "LineProblem";

  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

/**
 * `{"id", "text"}`, or `{"id", "text_inputs"}` as batch transforms of SageMaker JumpStart write it; other keys are
 * ignored. Blank lines are nothing: undefined.
 */
export function parseJsonLine(source: string, line: number): TextRecord | undefined {
  if (source.trim() === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw new LineProblem(`not JSON (${(error as Error).message})`, "write one JSON object a line");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new LineProblem(
      `${Array.isArray(value) ? "an array" : JSON.stringify(value)} instead of an object`,
      'write {"id": …, "text": "…"}',
    );
  }
  const fields = value as Record<string, unknown>;
  const name = fields["text"] === undefined ? "text_inputs" : "text";
  const text = fields[name];
  if (typeof text !== "string") {
    throw new LineProblem(
      text === undefined ? 'an object without "text"' : `"${name}" is not a string`,
      'write {"id": …, "text": "…"} or {"id": …, "text_inputs": "…"}',
    );
  }
  return { text, id: idOf(fields["id"], source, line), line };
}

function idOf(id: unknown, source: string, line: number): string {
  if (id === undefined) return String(line - 1);
  if (typeof id === "string") return JSON.stringify(id);
  if (typeof id === "number") return numberAsWritten(id, source);
  throw new LineProblem('"id" is neither a string nor a number', "write a string or a number");
}

/** The digits of an id that a JavaScript number cannot hold exactly are taken from the line itself. */
function numberAsWritten(value: number, source: string): string {
  if (Number.isSafeInteger(value) || (!Number.isInteger(value) && Number.isFinite(value)))
    return String(value);
  // Inside a string the quotes of "id" would be escaped, so that a match is a key, though perhaps of an inner object.
  const written = Array.from(source.matchAll(/"id"\s*:\s*(-?\d+)\s*[,}]/g), (match) => match[1] as string);
  const [first] = written;
  if (first !== undefined && written.length === 1 && Number(first) === value) return first;
  throw new LineProblem(`the id ${value} is beyond what a number holds exactly`, "write it as a string");
}
