import type { FinalStep, NormalizerPlan } from "./normalizer-plan.js";
import type { SegmentNormalizer } from "./segment-normalizer.js";
import { whiteSpace } from "./unicode-sets.js";

/*
 * What a UTF-16 unit of the raw text means. At least 0: the one unit that it becomes. At most `replacement`: the
 * units in `replacements[replacement - entry]`.
 */
const notYetKnown = -1;
/** Normalized together with what stands before it. */
const joinsLeft = -2;
/** Normalized together with what stands after it. */
const joinsRight = -3;
const surrogate = -4;
const replacement = -16;

/**
 * Normalizes into a buffer of UTF-16 units. A table, filled as units are met, says what each becomes; only characters
 * that depend on those beside them, and the characters they depend on, go through strings.
 */
export class UnitNormalizer {
  /** The normalized text is `units[1, end)`. Place 0 is free for a mark to be put before it. */
  units = new Uint16Array(1024);
  end = 1;
  private readonly table = new Int32Array(65_536).fill(notYetKnown);
  private readonly replacements: string[] = [];

  constructor(
    private readonly plan: NormalizerPlan,
    private readonly segments: SegmentNormalizer,
  ) {}

  /** Normalizes `text[start, end)`, which is well-formed and not empty. */
  normalize(text: string, start: number, end: number): void {
    this.end = 1;
    this.reserve(end - start);
    this.append(this.plan.prefix, end - start);
    const { table } = this;
    let { units, end: written } = this;
    for (let index = start; index < end;) {
      const entry = table[text.charCodeAt(index)] as number;
      if (entry >= 0) {
        units[written++] = entry;
        index++;
        continue;
      }
      this.end = written;
      index = this.readSpecial(text, index, start, end);
      units = this.units;
      written = this.end;
    }
    this.end = written;
    for (const final of this.plan.finals) this.applyFinal(final);
  }

  /** Reads what stands at `index` and returns where to go on. */
  private readSpecial(text: string, index: number, start: number, end: number): number {
    const unit = text.charCodeAt(index);
    const entry = this.table[unit] as number;
    if (entry <= replacement) {
      this.append(this.replacements[replacement - entry] as string, end - index - 1);
      return index + 1;
    }
    if (entry === notYetKnown) {
      this.table[unit] = this.findMeaning(unit);
      return index;
    }
    if (entry === joinsRight) return this.readSegment(text, index, end);
    if (entry === joinsLeft) return this.readSegment(text, this.takeBack(text, index, start), end);
    const meaning = this.segments.meaningAt(text, index);
    if (meaning.joinsLeft) return this.readSegment(text, this.takeBack(text, index, start), end);
    if (meaning.joinsRight) return this.readSegment(text, index, end);
    if (index + 2 < end && this.segments.meaningAt(text, index + 2).joinsLeft)
      return this.readSegment(text, index, end);
    this.append(meaning.normalized, end - index - 2);
    return index + 2;
  }

  /** Takes back what was written for the character before `index`, and returns where that begins. */
  private takeBack(text: string, index: number, start: number): number {
    if (index === start) return index;
    // Of everything else than a single unit, what joins it has been read with it.
    const entry = this.table[text.charCodeAt(index - 1)] as number;
    if (entry >= 0) this.end--;
    else this.end -= (this.replacements[replacement - entry] as string).length;
    return index - 1;
  }

  /** Normalizes the character at `index` and all that joins it. */
  private readSegment(text: string, index: number, end: number): number {
    const segmentEnd = this.segments.segmentEnd(text, index, end);
    this.append(this.segments.normalize(text.slice(index, segmentEnd)), end - segmentEnd);
    return segmentEnd;
  }

  private findMeaning(unit: number): number {
    if (unit >= 0xd800 && unit <= 0xdfff) return surrogate;
    const meaning = this.segments.meaningOf(unit);
    if (meaning.joinsLeft) return joinsLeft;
    if (meaning.joinsRight) return joinsRight;
    if (meaning.normalized.length === 1) return meaning.normalized.charCodeAt(0);
    this.replacements.push(meaning.normalized);
    return replacement - (this.replacements.length - 1);
  }

  /** Writes text, and makes sure that `more` units find room after it. */
  private append(text: string, more: number): void {
    this.reserve(text.length + more);
    for (let index = 0; index < text.length; index++) this.units[this.end++] = text.charCodeAt(index);
  }

  private reserve(length: number): void {
    if (this.end + length <= this.units.length) return;
    const grown = new Uint16Array(2 * (this.end + length));
    grown.set(this.units);
    this.units = grown;
  }

  private applyFinal(final: FinalStep): void {
    const { units } = this;
    if (final.type === "strip") {
      if (final.right) while (this.end > 1 && whiteSpace.has(units[this.end - 1] as number)) this.end--;
      if (!final.left) return;
      let start = 1;
      while (start < this.end && whiteSpace.has(units[start] as number)) start++;
      if (start > 1) {
        units.copyWithin(1, start, this.end);
        this.end -= start - 1;
      }
      return;
    }
    const { matches, minimum } = final;
    let written = 1;
    for (let index = 1; index < this.end;) {
      let runEnd = index;
      while (runEnd < this.end && matches(units[runEnd] as number)) runEnd++;
      if (runEnd - index >= minimum) {
        units[written++] = final.replacement;
        index = runEnd;
      } else {
        do units[written++] = units[index++] as number;
        while (index < runEnd);
      }
    }
    this.end = written;
  }
}
