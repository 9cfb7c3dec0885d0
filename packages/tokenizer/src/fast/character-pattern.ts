import { whiteSpace } from "./unicode-sets.js";

/** One character out of a set, repeated at least `minimum` times in a row, as a `Replace` normalizer seeks it. */
export interface CharacterPattern {
  matches(codePoint: number): boolean;
  /** Whether a run of such characters is replaced as a whole. */
  repeats: boolean;
  minimum: number;
}

/**
 * Reads the `pattern` of a `Replace`: a single character, `\s`, or a class of plain characters and ranges, with
 * nothing, `+` or `{2,}` after it. `undefined` for anything else.
 */
export function readCharacterPattern(pattern: unknown): CharacterPattern | undefined {
  if (typeof pattern !== "object" || pattern === null || Object.keys(pattern).length !== 1) return undefined;
  const { String: literal, Regex: regex } = pattern as { String?: unknown; Regex?: unknown };
  if (typeof literal === "string" && Array.from(literal).length === 1) {
    const sought = literal.codePointAt(0);
    return { matches: (codePoint) => codePoint === sought, repeats: false, minimum: 1 };
  }
  return typeof regex === "string" ? readRegex(regex) : undefined;
}

function readRegex(regex: string): CharacterPattern | undefined {
  const parts =
    /^(?<set>\\s|\[[^\\^&[\]]+\]|[^\\^$.|?*+()[\]{}])(?<repeat>\+|\{(?<count>[1-9]\d?),\})?$/su.exec(
      regex,
    )?.groups;
  if (parts === undefined) return undefined;
  const set = parts["set"] as string;
  const matches = set.startsWith("[") && set.length > 1 ? readClass(set.slice(1, -1)) : readOne(set);
  if (matches === undefined) return undefined;
  return { matches, repeats: parts["repeat"] !== undefined, minimum: Number(parts["count"] ?? 1) };
}

function readOne(set: string): (codePoint: number) => boolean {
  if (set === "\\s") return (codePoint) => whiteSpace.has(codePoint);
  return (codePoint) => codePoint === set.codePointAt(0);
}

function readClass(members: string): ((codePoint: number) => boolean) | undefined {
  const characters = Array.from(members, (character) => character.codePointAt(0) as number);
  const hyphen = 0x2d;
  const ranges: [number, number][] = [];
  for (let index = 0; index < characters.length; index++) {
    const first = characters[index] as number;
    const last = characters[index + 2];
    if (characters[index + 1] === hyphen && last !== undefined) {
      if (first === hyphen || last === hyphen || last < first) return undefined;
      ranges.push([first, last]);
      index += 2;
    } else if (first === hyphen) {
      return undefined;
    } else {
      ranges.push([first, first]);
    }
  }
  return (codePoint) => ranges.some(([first, last]) => first <= codePoint && codePoint <= last);
}
