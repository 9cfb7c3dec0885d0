/** The greatest of `count` unsigned 32-bit numbers; 0 where there is none. */
export function largestId(ids: usize, count: usize): u32 {
  let largest = v128.splat<u32>(0);
  let index: usize = 0;
  for (; index + 4 <= count; index += 4) largest = i32x4.max_u(largest, v128.load(ids + (index << 2)));
  let result = max(
    max(<u32>i32x4.extract_lane(largest, 0), <u32>i32x4.extract_lane(largest, 1)),
    max(<u32>i32x4.extract_lane(largest, 2), <u32>i32x4.extract_lane(largest, 3)),
  );
  for (; index < count; index++) result = max(result, load<u32>(ids + (index << 2)));
  return result;
}
