import { makeRoom } from "./top-k";

/**
 * lookUpBits of `count` consecutive rows and collectTopInt32 of their scores in one pass, which stores no scores. After
 * each block of 16 rows, `step` rows further, comes the next: 16, or more for a sample of the rows. `firstRow` and `step`
 * are multiples of 16. `stride` is at most 512: scores are below 2^15. Behind the values are 128 bytes of room.
 *
 * Four blocks share the loads of the values. The innermost loop is one byte long, no longer: of a longer one V8 moves all
 * loads to its beginning, more than there are registers for.
 */
export function collectTopBits(
  table: usize,
  stride: usize,
  values: usize,
  firstRow: u32,
  step: u32,
  count: u32,
  list: usize,
  least: usize,
  k: u32,
  capacity: u32,
  size: u32,
): u32 {
  const bytesPerBlock = stride << 4;
  const next = <usize>(step >> 4) * bytesPerBlock;
  const room = values + (stride << 5);
  let lowest = load<i32>(least);
  let bound = boundOf(lowest);
  let block0 = table + <usize>(firstRow >> 4) * bytesPerBlock;
  for (let index: u32 = 0; index < count; index += 64) {
    const left = count - index;
    // The last blocks may be one and the same: only rows that are left are taken.
    let block1 = left > 16 ? block0 + next : block0;
    let block2 = left > 32 ? block1 + next : block1;
    let block3 = left > 48 ? block2 + next : block2;
    const following = block3 + next;
    let even0 = i16x8.splat(0);
    let even1 = even0;
    let even2 = even0;
    let even3 = even0;
    let odd0 = even0;
    let odd1 = even0;
    let odd2 = even0;
    let odd3 = even0;
    for (let here = values; here < room;) {
      let sums0 = i8x16.splat(0);
      let sums1 = sums0;
      let sums2 = sums0;
      let sums3 = sums0;
      for (const end = here + 128; here < end; here += 32) {
        const higher = v128.load(here);
        const lower = v128.load(here, 16);
        sums0 = i8x16.add(sums0, lookUp(v128.load(block0), higher, lower));
        sums1 = i8x16.add(sums1, lookUp(v128.load(block1), higher, lower));
        sums2 = i8x16.add(sums2, lookUp(v128.load(block2), higher, lower));
        sums3 = i8x16.add(sums3, lookUp(v128.load(block3), higher, lower));
        block0 += 16;
        block1 += 16;
        block2 += 16;
        block3 += 16;
      }
      // With the odd ones above them, which are taken away at the end.
      even0 = i16x8.add(even0, sums0);
      even1 = i16x8.add(even1, sums1);
      even2 = i16x8.add(even2, sums2);
      even3 = i16x8.add(even3, sums3);
      odd0 = i16x8.add(odd0, i16x8.shr_u(sums0, 8));
      odd1 = i16x8.add(odd1, i16x8.shr_u(sums1, 8));
      odd2 = i16x8.add(odd2, i16x8.shr_u(sums2, 8));
      odd3 = i16x8.add(odd3, i16x8.shr_u(sums3, 8));
    }
    even0 = i16x8.sub(even0, i16x8.shl(odd0, 8));
    even1 = i16x8.sub(even1, i16x8.shl(odd1, 8));
    even2 = i16x8.sub(even2, i16x8.shl(odd2, 8));
    even3 = i16x8.sub(even3, i16x8.shl(odd3, 8));
    let places = placesAbove(even0, odd0, bound) | (placesAbove(even1, odd1, bound) << 16);
    places |= (placesAbove(even2, odd2, bound) | (placesAbove(even3, odd3, bound) << 16)) << 32;
    if (left < 64) places &= ((<u64>1) << left) - 1;
    if (places !== 0) {
      v128.store(room, even0);
      v128.store(room, odd0, 16);
      v128.store(room, even1, 32);
      v128.store(room, odd1, 48);
      v128.store(room, even2, 64);
      v128.store(room, odd2, 80);
      v128.store(room, even3, 96);
      v128.store(room, odd3, 112);
      const row = firstRow + (index >> 4) * step;
      for (; places !== 0; places &= places - 1) {
        const place = <u32>ctz<u64>(places);
        const score = load<i16>(room + <usize>(((place & 48) << 1) | ((place & 1) << 4) | (place & 14)));
        // The bound may have risen since.
        if (<i32>score < lowest) continue;
        const entry = list + ((<usize>size) << 2);
        store<i32>(entry, score);
        store<u32>(entry + ((<usize>capacity) << 2), row + (place >> 4) * step + (place & 15));
        if (++size < capacity) continue;
        makeRoom<i32>(list, least, k, capacity);
        size = k;
        lowest = load<i32>(least);
        bound = boundOf(lowest);
      }
    }
    block0 = following;
  }
  return size;
}

/** What the values have for the higher and the lower four bits of 16 bytes. */
function lookUp(bits: v128, higher: v128, lower: v128): v128 {
  const four = i8x16.splat(15);
  return i8x16.add(
    i8x16.swizzle(higher, v128.and(i16x8.shr_u(bits, 4), four)),
    i8x16.swizzle(lower, v128.and(bits, four)),
  );
}

/** Scores above this may be taken: no score is below 0, nor 2^15 or more. */
function boundOf(least: i32): v128 {
  return i16x8.splat(<i16>min(max(least, 0) - 1, 32767));
}

/** Which of 16 rows have scores above the bound, the first as the lowest bit. */
function placesAbove(even: v128, odd: v128, bound: v128): u64 {
  const evenAbove = i16x8.gt_s(even, bound);
  const oddAbove = i16x8.gt_s(odd, bound);
  return <u64>(<u32>i8x16.bitmask(v128.bitselect(evenAbove, oddAbove, i16x8.splat(255))));
}
