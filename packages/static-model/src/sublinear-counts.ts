/** Texts as token ids: text i is `ids[starts[i]]` to `ids[starts[i + 1] - 1]`. */
export interface WeighedTokens {
  ids: Uint32Array;
  starts: Uint32Array;
  /** Weight of each id in the mean of its text. Default: 1. */
  weights?: Float32Array;
}

/** 1 + where a token of the text at hand came first; zeros between texts. Grows with the vocabularies it meets. */
let places = new Uint32Array(1 << 15);

/** 1 + ln n, for the numbers that texts are full of. */
const weightOf = Float32Array.from({ length: 64 }, (_, count) => 1 + Math.log(count));

/**
 * Sublinear term frequency: each token of a text once, where it came first, and n occurrences of it weigh 1 + ln n
 * (Manning, Raghavan and Schütze 2008, section 6.4.1; `sublinear_tf` of scikit-learn): a word that a document repeats ten
 * times is not ten times as much what it is about.
 *
 * Works in place, in `starts` too. Without `weights` in the result all are 1.
 */
export function weighSublinear({ ids, starts }: { ids: Uint32Array; starts: Uint32Array }): WeighedTokens {
  let weights: Float32Array | undefined;
  let written = 0;
  let next = 0;
  for (let row = 0; row + 1 < starts.length; row++) {
    const end = starts[row + 1] as number;
    const first = written;
    let repeats = false;
    for (; next < end; next++) {
      const id = ids[next] as number;
      if (id >= places.length) places = withRoomFor(id);
      const place = places[id] as number;
      if (place === 0) {
        ids[written++] = id;
        places[id] = written;
      } else {
        weights ??= new Float32Array(ids.length).fill(1);
        weights[place - 1] = (weights[place - 1] as number) + 1;
        repeats = true;
      }
    }
    for (let index = first; index < written; index++) places[ids[index] as number] = 0;
    if (weights !== undefined && repeats) {
      for (let index = first; index < written; index++) {
        const count = weights[index] as number;
        if (count !== 1) weights[index] = weightOf[count] ?? 1 + Math.log(count);
      }
    }
    starts[row + 1] = written;
  }
  return {
    ids: ids.subarray(0, written),
    starts,
    ...(weights === undefined ? {} : { weights: weights.subarray(0, written) }),
  };
}

function withRoomFor(id: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(2 * id);
  grown.set(places);
  return grown;
}
