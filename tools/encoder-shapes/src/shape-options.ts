import { encoderShape, shapeNames, type EncoderShape } from "./encoder-shape.js";

/** What the benches ask for alike, for `parseArgs` of `node:util`. */
export const shapeOptions = {
  shape: { type: "string", default: "bge-small" },
  help: { type: "boolean" },
} as const;

/** `--shape` and what it may say, for the usage of a bench. */
export const shapeUsage = `[--shape ${shapeNames.join("|")}]`;

/**
 * The shape that `values` of `shapeOptions` name, with `changes` and, where they say how many, other `layers`. Prints `usage` and ends the process where help is asked
 * for, or a shape that there is not.
 */
export function chosenShape(
  { shape: asked, layers, help }: { shape: string; layers?: string; help?: boolean },
  usage: string,
  changes: Partial<EncoderShape> = {},
): { name: (typeof shapeNames)[number]; shape: EncoderShape } {
  const name = shapeNames.find((known) => known === asked);
  if (help || name === undefined) {
    process.stderr.write(`${usage}\n`);
    process.exit(help ? 0 : 2);
  }
  const shape = encoderShape(name, layers === undefined ? changes : { ...changes, layers: Number(layers) });
  return { name, shape };
}
