// The best of many scores: those that may be among the k best are gathered in a list with room for more than k, and each
// time it is full only the k best stay. After that no score below the worst of them is taken, which is nearly none. What
// is gathered are two arrays of `capacity` 32-bit elements, scores and rows, one behind the other; as much room, and 1 KiB,
// follow. At `least` stands the least score that may be taken. Higher scores are better, and what was offered earlier
// among equals: a list stays in the order of the offers until it is sorted.

/**
 * Offers `count` scores, those of `rowIds` or of rows `firstRow` and on where it is 0, to a list of `size` entries.
 * NaN is never taken. Returns the new size.
 */
export function collectTopFloat32(
  scores: usize,
  rowIds: usize,
  firstRow: u32,
  count: usize,
  list: usize,
  least: usize,
  k: u32,
  capacity: u32,
  size: u32,
): u32 {
  let index: usize = 0;
  // Nearly all scores are too low: sixteen at a time.
  for (; index + 16 <= count; index += 16) {
    const here = scores + (index << 2);
    const bound = v128.splat<f32>(load<f32>(least));
    const enough0 = f32x4.ge(v128.load(here), bound);
    const enough1 = f32x4.ge(v128.load(here, 16), bound);
    const enough2 = f32x4.ge(v128.load(here, 32), bound);
    const enough3 = f32x4.ge(v128.load(here, 48), bound);
    if (!v128.any_true(v128.or(v128.or(enough0, enough1), v128.or(enough2, enough3)))) continue;
    for (let places = placesOf(enough0, enough1, enough2, enough3); places !== 0; places &= places - 1) {
      const place = index + <usize>ctz<u32>(places);
      const row = rowOf(rowIds, firstRow, place);
      size = take<f32>(load<f32>(scores + (place << 2)), row, list, least, k, capacity, size);
    }
  }
  for (; index < count; index++) {
    const row = rowOf(rowIds, firstRow, index);
    size = take<f32>(load<f32>(scores + (index << 2)), row, list, least, k, capacity, size);
  }
  return size;
}

/** As collectTopFloat32, for int32 scores. */
export function collectTopInt32(
  scores: usize,
  rowIds: usize,
  firstRow: u32,
  count: usize,
  list: usize,
  least: usize,
  k: u32,
  capacity: u32,
  size: u32,
): u32 {
  let index: usize = 0;
  for (; index + 16 <= count; index += 16) {
    const here = scores + (index << 2);
    const bound = v128.splat<i32>(load<i32>(least));
    const enough0 = i32x4.ge_s(v128.load(here), bound);
    const enough1 = i32x4.ge_s(v128.load(here, 16), bound);
    const enough2 = i32x4.ge_s(v128.load(here, 32), bound);
    const enough3 = i32x4.ge_s(v128.load(here, 48), bound);
    if (!v128.any_true(v128.or(v128.or(enough0, enough1), v128.or(enough2, enough3)))) continue;
    for (let places = placesOf(enough0, enough1, enough2, enough3); places !== 0; places &= places - 1) {
      const place = index + <usize>ctz<u32>(places);
      const row = rowOf(rowIds, firstRow, place);
      size = take<i32>(load<i32>(scores + (place << 2)), row, list, least, k, capacity, size);
    }
  }
  for (; index < count; index++) {
    const row = rowOf(rowIds, firstRow, index);
    size = take<i32>(load<i32>(scores + (index << 2)), row, list, least, k, capacity, size);
  }
  return size;
}

/** Leaves the k best of a list of more than k entries, in their order. */
export function keepTopFloat32(list: usize, capacity: u32, size: u32, k: u32): void {
  keepTop<f32>(list, capacity, size, k);
}

/** As keepTopFloat32, for int32 scores. */
export function keepTopInt32(list: usize, capacity: u32, size: u32, k: u32): void {
  keepTop<i32>(list, capacity, size, k);
}

/** Sorts a list, best first. */
export function sortTopFloat32(list: usize, capacity: u32, size: u32): void {
  sortTop<f32>(list, capacity, size);
}

/** As sortTopFloat32, for int32 scores. */
export function sortTopInt32(list: usize, capacity: u32, size: u32): void {
  sortTop<i32>(list, capacity, size);
}

function rowOf(rowIds: usize, firstRow: u32, index: usize): u32 {
  return rowIds === 0 ? firstRow + <u32>index : load<u32>(rowIds + (index << 2));
}

/** Which of sixteen lanes are set, the first as the lowest bit. */
function placesOf(lanes0: v128, lanes1: v128, lanes2: v128, lanes3: v128): u32 {
  const left = i16x8.narrow_i32x4_s(lanes0, lanes1);
  const right = i16x8.narrow_i32x4_s(lanes2, lanes3);
  return i8x16.bitmask(i8x16.narrow_i16x8_s(left, right));
}

/** Adds a score to the list unless it is too low, and makes room where the list is then full. */
function take<Score>(
  score: Score,
  row: u32,
  list: usize,
  least: usize,
  k: u32,
  capacity: u32,
  size: u32,
): u32 {
  // The bound may have risen since; and nothing is at least NaN, nor NaN at least anything.
  if (!(score >= load<Score>(least))) return size;
  const entry = list + ((<usize>size) << 2);
  store<Score>(entry, score);
  store<u32>(entry + ((<usize>capacity) << 2), row);
  if (size + 1 < capacity) return size + 1;
  makeRoom<Score>(list, least, k, capacity);
  return k;
}

/** Leaves the k best of a full list, and raises the least score that may be taken. */
export function makeRoom<Score>(list: usize, least: usize, k: u32, capacity: u32): void {
  const worst = keepTop<Score>(list, capacity, capacity, k);
  // What comes later is no better than its equals: many int32 scores are equal.
  if (isInteger<Score>()) store<Score>(least, worst + 1);
  else store<Score>(least, worst);
}

/** Leaves the k best of more entries, in their order, and returns the worst score among them. */
function keepTop<Score>(list: usize, capacity: u32, size: u32, k: u32): Score {
  const bytesOfRows = (<usize>capacity) << 2;
  const keys = list + 2 * bytesOfRows;
  const worst = greatestKey<Score>(list, keys, size, k);
  let equals = k - countAbove(keys, size, worst);
  const end = list + ((<usize>size) << 2);
  let to = list;
  for (let from = list; from < end; from += 4) {
    const key = load<i32>(keys + (from - list));
    if (key < worst) continue;
    if (key === worst) {
      if (equals === 0) continue;
      equals--;
    }
    store<Score>(to, load<Score>(from));
    store<u32>(to + bytesOfRows, load<u32>(from + bytesOfRows));
    to += 4;
  }
  return scoreOf<Score>(worst);
}

/** The k-th greatest key, found bit by bit from the highest in which keys differ. Writes the keys to `keys`. */
function greatestKey<Score>(scores: usize, keys: usize, size: u32, k: u32): i32 {
  const first = keyOf<Score>(load<Score>(scores));
  let differing: i32 = 0;
  for (let entry: usize = 0, bytes = (<usize>size) << 2; entry < bytes; entry += 4) {
    const key = keyOf<Score>(load<Score>(scores + entry));
    differing |= key ^ first;
    store<i32>(keys + entry, key);
  }
  if (differing === 0) return first;
  const highest = 31 - <i32>clz<i32>(differing);
  let least = (((first >> highest) >> 1) << highest) << 1;
  if (highest === 31) least = i32.MIN_VALUE;
  for (let bit = highest; bit >= 0; bit--) {
    if (((differing >> bit) & 1) === 0) {
      least |= first & (1 << bit);
      continue;
    }
    // Of the sign bit, too: the least of all plus 2^31 is 0.
    const middle = least + (1 << bit);
    if (countAbove(keys, size, middle - 1) >= k) least = middle;
  }
  return least;
}

/** How many keys are greater. */
function countAbove(keys: usize, size: u32, bound: i32): u32 {
  const bounds = v128.splat<i32>(bound);
  let counts = v128.splat<i32>(0);
  const end = keys + ((<usize>size) << 2);
  for (; keys + 16 <= end; keys += 16) counts = i32x4.sub(counts, i32x4.gt_s(v128.load(keys), bounds));
  let count = i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1);
  count += i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
  for (; keys < end; keys += 4) count += <i32>(load<i32>(keys) > bound);
  return count;
}

/** Numbers in the order of the scores; 0 and -0 are equal. */
function keyOf<Score>(score: Score): i32 {
  if (isInteger<Score>()) return <i32>score;
  const bits = reinterpret<i32>(<f32>score + <f32>0);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

function scoreOf<Score>(key: i32): Score {
  if (isInteger<Score>()) return <Score>key;
  return <Score>reinterpret<f32>(key ^ ((key >> 31) & 0x7fffffff));
}

/** Radix sort by score, greatest first: a byte at a time, the lowest first, without those all agree in. */
function sortTop<Score>(list: usize, capacity: u32, size: u32): void {
  if (size < 2) return;
  const bytesOfRows = (<usize>capacity) << 2;
  const bytes = (<usize>size) << 2;
  const first = keyOf<Score>(load<Score>(list));
  let differing: u32 = 0;
  for (let entry = list + 4; entry < list + bytes; entry += 4) {
    differing |= keyOf<Score>(load<Score>(entry)) ^ first;
  }
  const room = list + 2 * bytesOfRows;
  let from = list;
  let to = room;
  for (let shift: u32 = 0; shift < 32; shift += 8) {
    if (((differing >> shift) & 255) === 0) continue;
    sortByByte<Score>(from, to, bytesOfRows, bytes, shift, room + 2 * bytesOfRows);
    const sorted = to;
    to = from;
    from = sorted;
  }
  if (from === list) return;
  for (let entry: usize = 0; entry < bytes; entry += 4) {
    store<u32>(to + entry, load<u32>(from + entry));
    store<u32>(to + entry + bytesOfRows, load<u32>(from + entry + bytesOfRows));
  }
}

/** @param counts 1 KiB of room */
function sortByByte<Score>(
  from: usize,
  to: usize,
  bytesOfRows: usize,
  bytes: usize,
  shift: u32,
  counts: usize,
): void {
  for (let count = counts; count < counts + 1024; count += 16) v128.store(count, v128.splat<i32>(0));
  for (let entry = from; entry < from + bytes; entry += 4) {
    const count = counts + byteOf<Score>(entry, shift);
    store<u32>(count, load<u32>(count) + 4);
  }
  let next = <u32>to;
  for (let count = counts; count < counts + 1024; count += 4) {
    const size = load<u32>(count);
    store<u32>(count, next);
    next += size;
  }
  for (let entry = from; entry < from + bytes; entry += 4) {
    const count = counts + byteOf<Score>(entry, shift);
    const target = <usize>load<u32>(count);
    store<u32>(count, <u32>target + 4);
    store<u32>(target, load<u32>(entry));
    store<u32>(target + bytesOfRows, load<u32>(entry + bytesOfRows));
  }
}

/** A byte of the key of an entry, less for a greater score, times the 4 bytes of a count. */
function byteOf<Score>(entry: usize, shift: u32): usize {
  const key = ~(keyOf<Score>(load<Score>(entry)) ^ i32.MIN_VALUE);
  return <usize>((((<u32>key) >> shift) & 255) << 2);
}
