import type { WeighedTokens } from "@kokeshi/static-model";

/** Which texts each row of the table occurs in: row `rows[i]` in `texts[starts[i]]` to `texts[starts[i + 1] - 1]`. */
export interface RowIndex {
  rows: Uint32Array;
  starts: Uint32Array;
  /** A text is named as often as it has the token. */
  texts: Uint32Array;
  /** What each of `texts` gives its token for a weight. Default: 1. */
  weights?: Float32Array;
}

/** Turns texts with tokens into tokens with texts, by a counting sort; rows come in the order of their first occurrence. */
export class RowIndexer {
  /** 1 + the place of a token in the index being made; 0 between calls. */
  private readonly places: Uint32Array;

  constructor(vocabularySize: number) {
    this.places = new Uint32Array(vocabularySize);
  }

  index({ ids, starts, weights }: WeighedTokens): RowIndex {
    const { places } = this;
    const count = ids.length;
    const rows = new Uint32Array(Math.min(count, places.length));
    const counts = new Uint32Array(rows.length + 1);
    let found = 0;
    for (let i = 0; i < count; i++) {
      const id = ids[i] as number;
      let place = places[id] as number;
      if (place === 0) {
        rows[found] = id;
        place = ++found;
        places[id] = place;
      }
      counts[place] = (counts[place] as number) + 1;
    }
    for (let place = 1; place <= found; place++)
      counts[place] = (counts[place] as number) + (counts[place - 1] as number);
    // counts[place - 1] is where the texts of a place begin; it moves on as they are filled in.
    const next = counts.slice(0, found);
    const texts = new Uint32Array(count);
    const placed = weights && new Float32Array(count);
    for (let text = 0; text + 1 < starts.length; text++) {
      for (let i = starts[text] as number; i < (starts[text + 1] as number); i++) {
        const place = (places[ids[i] as number] as number) - 1;
        const at = next[place] as number;
        texts[at] = text;
        if (placed !== undefined) placed[at] = weights?.[i] as number;
        next[place] = at + 1;
      }
    }
    for (let place = 0; place < found; place++) places[rows[place] as number] = 0;
    return {
      rows: rows.subarray(0, found),
      starts: counts.subarray(0, found + 1),
      texts,
      ...(placed && { weights: placed }),
    };
  }
}
