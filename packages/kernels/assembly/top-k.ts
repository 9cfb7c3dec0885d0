// The best of many scores: those that may be among the k best are gathered in a list with room for more than k, and each
// time it is full only the k best stay. After that no score below the worst of them is taken, which is nearly none. What
// is gathered are two arrays of `capacity` 32-bit elements, scores and rows, one behind the other; as much room, and 1 KiB,
// follow for sorting. At `least` stands the least score that may be taken. Higher scores are better, and the earlier row
// among equals.

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
      size = take<f32>(load<f32>(scores + (place << 2)), row, list, least, k, capacity, size, 0);
    }
  }
  for (; index < count; index++) {
    const row = rowOf(rowIds, firstRow, index);
    size = take<f32>(load<f32>(scores + (index << 2)), row, list, least, k, capacity, size, 0);
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
  // Many scores are equal. Of consecutive rows, which come in order, one equal to the worst is no better.
  const better: i32 = rowIds === 0 ? 1 : 0;
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
      size = take<i32>(load<i32>(scores + (place << 2)), row, list, least, k, capacity, size, better);
    }
  }
  for (; index < count; index++) {
    const row = rowOf(rowIds, firstRow, index);
    size = take<i32>(load<i32>(scores + (index << 2)), row, list, least, k, capacity, size, better);
  }
  return size;
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
  better: Score,
): u32 {
  // The bound may have risen since; and nothing is at least NaN, nor NaN at least anything.
  if (!(score >= load<Score>(least))) return size;
  const entry = list + ((<usize>size) << 2);
  store<Score>(entry, score);
  store<u32>(entry + ((<usize>capacity) << 2), row);
  if (size + 1 < capacity) return size + 1;
  sortTop<Score>(list, capacity, capacity);
  store<Score>(least, load<Score>(list + ((<usize>k - 1) << 2)) + better);
  return k;
}

/** Radix sort by score, greatest first, then by row: a byte at a time, the lowest first, without those all agree in. */
function sortTop<Score>(list: usize, capacity: u32, size: u32): void {
  if (size < 2) return;
  const bytesOfRows = (<usize>capacity) << 2;
  const bytes = (<usize>size) << 2;
  const first = keyOf<Score>(load<Score>(list));
  let previous = load<u32>(list + bytesOfRows);
  let differing: u32 = 0;
  let differingRows: u32 = 0;
  let isAscending = true;
  for (let entry = list + 4; entry < list + bytes; entry += 4) {
    differing |= keyOf<Score>(load<Score>(entry)) ^ first;
    const row = load<u32>(entry + bytesOfRows);
    differingRows |= row ^ previous;
    isAscending = isAscending && row >= previous;
    previous = row;
  }
  // Sorting is stable: what came in the order of its rows stays so among equal scores.
  if (isAscending) differingRows = 0;
  const room = list + 2 * bytesOfRows;
  let from = list;
  let to = room;
  for (let shift: u32 = 0; shift < 32; shift += 8) {
    if (((differingRows >> shift) & 255) === 0) continue;
    sortByByte<Score>(from, to, bytesOfRows, bytes, shift, true, room + 2 * bytesOfRows);
    const sorted = to;
    to = from;
    from = sorted;
  }
  for (let shift: u32 = 0; shift < 32; shift += 8) {
    if (((differing >> shift) & 255) === 0) continue;
    sortByByte<Score>(from, to, bytesOfRows, bytes, shift, false, room + 2 * bytesOfRows);
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

/** Numbers in whose order, as unsigned ones, greater scores come first; 0 and -0 are equal. */
function keyOf<Score>(score: Score): u32 {
  if (isInteger<Score>()) return ~((<u32>score) ^ 0x80000000);
  const bits = reinterpret<u32>(<f32>score + <f32>0);
  return ~(bits ^ ((<u32>((<i32>bits) >> 31)) | 0x80000000));
}

/** @param counts 1 KiB of room */
function sortByByte<Score>(
  from: usize,
  to: usize,
  bytesOfRows: usize,
  bytes: usize,
  shift: u32,
  isByRow: bool,
  counts: usize,
): void {
  for (let count = counts; count < counts + 1024; count += 16) v128.store(count, v128.splat<i32>(0));
  for (let entry = from; entry < from + bytes; entry += 4) {
    const count = counts + byteOf<Score>(entry, bytesOfRows, shift, isByRow);
    store<u32>(count, load<u32>(count) + 4);
  }
  let next = <u32>to;
  for (let count = counts; count < counts + 1024; count += 4) {
    const size = load<u32>(count);
    store<u32>(count, next);
    next += size;
  }
  for (let entry = from; entry < from + bytes; entry += 4) {
    const count = counts + byteOf<Score>(entry, bytesOfRows, shift, isByRow);
    const target = <usize>load<u32>(count);
    store<u32>(count, <u32>target + 4);
    store<u32>(target, load<u32>(entry));
    store<u32>(target + bytesOfRows, load<u32>(entry + bytesOfRows));
  }
}

/** A byte of the key or the row of an entry, times the 4 bytes of a count. */
function byteOf<Score>(entry: usize, bytesOfRows: usize, shift: u32, isByRow: bool): usize {
  const key = isByRow ? load<u32>(entry + bytesOfRows) : keyOf<Score>(load<Score>(entry));
  return <usize>(((key >> shift) & 255) << 2);
}
