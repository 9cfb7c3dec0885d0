import { InvalidArgumentError } from "@kokeshi/core";
import { requireText } from "./encode-arguments.js";

/** Texts in order, from a list or from one string that holds them all. */
export interface TextSequence {
  readonly count: number;
  /** UTF-16 units of a text. Throws InvalidArgumentError where it is no string. */
  lengthOf(index: number): number;
  /** Throws InvalidArgumentError where it is no string. */
  text(index: number): string;
  /** Texts `start` to `end`, whose lengths were asked for, one after the other. */
  join(start: number, end: number): string;
}

export class ListedTexts implements TextSequence {
  readonly count: number;

  constructor(private readonly texts: readonly string[]) {
    this.count = texts.length;
  }

  lengthOf(index: number): number {
    return this.text(index).length;
  }

  text(index: number): string {
    const text = this.texts[index];
    requireText(text, index);
    return text as string;
  }

  join(start: number, end: number): string {
    // A list is joined in less time than strings are added up.
    return this.texts.slice(start, end).join("");
  }
}

/** Texts of which no string is made: those of a message from another thread, for example. */
export class JoinedTexts implements TextSequence {
  readonly count: number;
  /** Where each text begins, and where the last one ends. */
  private readonly starts: Uint32Array;

  /**
   * Throws InvalidArgumentError where the lengths do not add up to the length of the string.
   *
   * @param lengths UTF-16 units of each text
   */
  constructor(
    private readonly joined: string,
    lengths: Uint32Array,
  ) {
    requireText(joined, "of all texts joined");
    this.count = lengths.length;
    this.starts = new Uint32Array(lengths.length + 1);
    let end = 0;
    for (let index = 0; index < lengths.length; index++) {
      end += lengths[index] as number;
      this.starts[index + 1] = end;
    }
    if (end === joined.length) return;
    throw new InvalidArgumentError({
      part: "tokenizer",
      problem: `the lengths add up to ${end}, but the joined texts have ${joined.length} UTF-16 units`,
      remedy: "pass the length of every text that was joined, and nothing between them",
    });
  }

  lengthOf(index: number): number {
    return (this.starts[index + 1] as number) - (this.starts[index] as number);
  }

  text(index: number): string {
    return this.join(index, index + 1);
  }

  join(start: number, end: number): string {
    return this.joined.slice(this.starts[start], this.starts[end]);
  }
}
