import { after, afterCount, before, beforeCount, ends, ids, truncated } from "../src/fast/wasm/layout";
import { moveIds } from "./word-cache";

/** Writes the special tokens before a row to `to`, and returns where they end. */
export function beginRow(to: usize): usize {
  const bytes = (<usize>load<u32>(beforeCount)) << 2;
  moveIds(to, before, bytes);
  return to + bytes;
}

/**
 * Ends a row whose content is `[contentStart, to)`: cuts it to `limit` ids, writes the special tokens after it, and
 * enters it in `ends`, the number of ids up to the end of each row, and `truncated`, 1 where it was cut. Returns where
 * the row ends.
 */
export function endRow(row: usize, contentStart: usize, to: usize, limit: u32): usize {
  const most = (<usize>limit) << 2;
  const cut = to - contentStart > most;
  if (cut) to = contentStart + most;
  store<u8>(truncated + row, <u8>cut);
  const bytes = (<usize>load<u32>(afterCount)) << 2;
  moveIds(to, after, bytes);
  to += bytes;
  store<u32>(ends + (row << 2), <u32>((to - ids) >> 2));
  return to;
}
