import type { ContentEncoder } from "./content-encoder.js";
import type { SpecialTokens } from "./special-tokens.js";
import type { RowReceiver } from "./text-scanner.js";
import { TokenIdBuffer } from "./token-id-buffer.js";
import type { TokenBatch } from "./tokenizer.js";
import { wellFormed } from "./well-formed.js";

/** Ids that room is made for before they come. */
const mostReserved = 1_048_576;

/** Rows of ids, special tokens around them, cut to a limit. */
export class EncodedRows implements RowReceiver {
  readonly before: readonly number[];
  readonly after: readonly number[];
  private readonly ids = new TokenIdBuffer();
  private readonly starts: Uint32Array;
  private readonly truncated: number[] = [];
  private count = 0;

  constructor(
    private readonly encoder: ContentEncoder,
    { before, after }: SpecialTokens,
    /** Most ids of content. */
    readonly limit: number,
    private readonly expectedRows: number,
  ) {
    this.before = before;
    this.after = after;
    this.starts = new Uint32Array(expectedRows + 1);
  }

  row(text: string): void {
    const { ids } = this;
    for (const id of this.before) ids.push(id);
    const contentStart = ids.length;
    this.encoder.encode(wellFormed(text), ids);
    if (ids.length - contentStart > this.limit) {
      ids.length = contentStart + this.limit;
      this.truncated.push(this.count);
    }
    for (const id of this.after) ids.push(id);
    this.starts[++this.count] = ids.length;
  }

  rows(ids: Uint32Array, ends: Uint32Array, cut: Uint8Array): void {
    const base = this.ids.length;
    // Those still to come are likely as long, and a buffer that grows by and by is copied several times.
    const expected = Math.ceil((ids.length / ends.length) * this.expectedRows * 1.05);
    if (base === 0) this.ids.reserve(Math.max(ids.length, Math.min(expected, mostReserved)));
    this.ids.append(ids);
    for (let row = 0; row < ends.length; row++) {
      if (cut[row] !== 0) this.truncated.push(this.count);
      this.starts[++this.count] = base + (ends[row] as number);
    }
  }

  finish(): TokenBatch {
    return { ids: this.ids.toArray(), starts: this.starts, truncated: this.truncated };
  }
}
