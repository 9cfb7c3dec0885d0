/** The characters of a text that is to replace another, in order, and how each comes about. */
export interface Changes {
  characters: string[];
  /** 0: in place of the next character; -n: and the n after it are gone; 1: added after the character before. */
  changes: number[];
}

/**
 * A text on its way through a tokenizer, which remembers where in the original text each of its characters comes from:
 * the Rust library's `NormalizedString` (tokenizers/src/tokenizer/normalizer.rs). Positions are in UTF-16 units; both
 * halves of a surrogate pair have the range of the character.
 */
export class AlignedText {
  constructor(
    readonly text: string,
    /** `[start, end)` in the original text for each UTF-16 unit. */
    readonly starts: Int32Array,
    readonly ends: Int32Array,
    /** Where in the original text this part of it begins. What is added before everything stands there. */
    readonly origin: number,
  ) {}

  static of(text: string): AlignedText {
    const starts = new Int32Array(text.length);
    const ends = new Int32Array(text.length);
    for (let at = 0; at < text.length;) {
      const next = at + sizeAt(text, at);
      starts.fill(at, at, next);
      ends.fill(next, at, next);
      at = next;
    }
    return new AlignedText(text, starts, ends, 0);
  }

  /** This text without what stands before `start` and after `end`. */
  keep(start: number, end: number, origin = this.origin): AlignedText {
    return new AlignedText(
      this.text.slice(start, end),
      this.starts.subarray(start, end),
      this.ends.subarray(start, end),
      origin,
    );
  }

  /** A part, as a text of its own. */
  slice(start: number, end: number): AlignedText {
    return this.keep(start, end, this.starts[start] ?? this.origin);
  }

  /** The text of these characters, with ranges taken from this text. `skipped` characters at its start are gone. */
  transform({ characters, changes }: Changes, skipped = 0): AlignedText {
    const { text } = this;
    const result = new AlignedTextBuilder(this, characters.join(""));
    let at = 0;
    for (; skipped > 0; skipped--) at += sizeAt(text, at);
    characters.forEach((character, index) => {
      const change = changes[index] as number;
      result.add(character.length, change > 0 ? at - 1 : at);
      for (let left = change; left <= 0; left++) at += sizeAt(text, at);
    });
    return result.finish();
  }

  /** Each character becomes these, which may be none. */
  map(replace: (character: string) => string): AlignedText {
    const { text } = this;
    const replacements: string[] = [];
    let changed = false;
    for (const character of text) {
      const replacement = replace(character);
      changed ||= replacement !== character;
      replacements.push(replacement);
    }
    if (!changed) return this;
    const result = new AlignedTextBuilder(this, replacements.join(""));
    let at = 0;
    for (const replacement of replacements) {
      result.add(replacement.length, at);
      at += sizeAt(text, at);
    }
    return result.finish();
  }

  /** Puts `content` in place of each match. It has the range of the last character of the match, or of the one before. */
  replace(matches: Iterable<Match>, content: string): AlignedText {
    const parts: { start: number; end: number }[] = [];
    let replaced = "";
    let last = 0;
    for (const { start, end } of matches) {
      replaced += this.text.slice(last, start) + content;
      parts.push({ start, end });
      last = end;
    }
    if (parts.length === 0) return this;
    const result = new AlignedTextBuilder(this, replaced + this.text.slice(last));
    last = 0;
    for (const { start, end } of parts) {
      result.copy(last, start);
      result.add(content.length, end - 1);
      last = end;
    }
    result.copy(last, this.text.length);
    return result.finish();
  }

  /** What is put before a text has the range of its first character. An empty text stays empty. */
  prepend(content: string): AlignedText {
    if (this.text === "") return this;
    const result = new AlignedTextBuilder(this, content + this.text);
    result.add(content.length, 0);
    result.copy(0, this.text.length);
    return result.finish();
  }
}

/** `[start, end)` of a text. */
export interface Match {
  start: number;
  end: number;
}

/** Writes the ranges of a new text. */
class AlignedTextBuilder {
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private written = 0;

  constructor(
    private readonly source: AlignedText,
    private readonly text: string,
  ) {
    this.starts = new Int32Array(text.length);
    this.ends = new Int32Array(text.length);
  }

  /** `units` of the new text have the range of this unit of the source; -1 stands before its first. */
  add(units: number, unit: number): void {
    const { source, written } = this;
    this.starts.fill(source.starts[unit] ?? source.origin, written, written + units);
    this.ends.fill(source.ends[unit] ?? source.origin, written, written + units);
    this.written += units;
  }

  copy(start: number, end: number): void {
    this.starts.set(this.source.starts.subarray(start, end), this.written);
    this.ends.set(this.source.ends.subarray(start, end), this.written);
    this.written += end - start;
  }

  finish(): AlignedText {
    return new AlignedText(this.text, this.starts, this.ends, this.source.origin);
  }
}

function sizeAt(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1;
}
