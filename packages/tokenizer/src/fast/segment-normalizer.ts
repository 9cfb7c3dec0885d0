import type { NormalizerStep } from "./normalizer-plan.js";

/** What becomes of a character, and whether it may depend on those beside it. */
export interface CharacterMeaning {
  joinsLeft: boolean;
  joinsRight: boolean;
  /** What it becomes where it joins neither side. */
  normalized: string;
}

const mostSegments = 8192;
const longestRemembered = 8;

/** Normalizes well-formed text in segments that do not depend on each other, and remembers the short ones. */
export class SegmentNormalizer {
  private readonly meanings = new Map<number, CharacterMeaning>();
  private readonly segments = new Map<string, string>();

  constructor(private readonly steps: readonly NormalizerStep[]) {}

  meaningAt(text: string, index: number): CharacterMeaning {
    return this.meaningOf(text.codePointAt(index) as number);
  }

  meaningOf(codePoint: number): CharacterMeaning {
    let meaning = this.meanings.get(codePoint);
    if (meaning === undefined) {
      meaning = findMeaning(this.steps, codePoint);
      this.meanings.set(codePoint, meaning);
    }
    return meaning;
  }

  /** Where the segment that begins at `start` ends: before the first character that joins nothing in it. */
  segmentEnd(text: string, start: number, end: number): number {
    let index = start;
    for (let previousJoins = true; index < end;) {
      const meaning = this.meaningAt(text, index);
      if (index > start && !previousJoins && !meaning.joinsLeft) break;
      // What joins in between passes it on.
      previousJoins = meaning.joinsRight || (previousJoins && index > start);
      index += (text.charCodeAt(index) & 0xfc00) === 0xd800 ? 2 : 1;
    }
    return index;
  }

  normalize(segment: string): string {
    let normalized = this.segments.get(segment);
    if (normalized === undefined) {
      normalized = this.steps.reduce((result, step) => step.apply(result), segment);
      if (this.segments.size >= mostSegments) this.segments.clear();
      if (segment.length <= longestRemembered) this.segments.set(segment, normalized);
    }
    return normalized;
  }
}

function findMeaning(steps: readonly NormalizerStep[], codePoint: number): CharacterMeaning {
  const meaning = { joinsLeft: false, joinsRight: false, normalized: String.fromCodePoint(codePoint) };
  for (const { apply, context } of steps) {
    const characters = Array.from(meaning.normalized);
    if (context !== undefined) {
      const first = characters[0]?.codePointAt(0);
      const last = characters.at(-1)?.codePointAt(0);
      // Removed before the context is looked at: what stands on either side of it meets.
      meaning.joinsLeft ||= first === undefined || context.joinsLeft(first);
      meaning.joinsRight ||= last !== undefined && context.joinsRight(last);
    }
    meaning.normalized = apply(meaning.normalized);
  }
  return meaning;
}
