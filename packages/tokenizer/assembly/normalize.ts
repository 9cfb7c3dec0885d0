import {
  cursor,
  directives,
  endOfText,
  expansion,
  expansions,
  expansionUnits,
  firstDirective,
  foldsLetters,
  half,
  input,
  leftOut,
  lengths,
  meanings,
  mostNormalized,
  normalized,
  nothing,
  notYetKnown,
  settings,
  spaceUnit,
  startsWithSpace,
  unknownFrom,
  unknownRow,
  unknownTo,
} from "../src/fast/wasm/layout";

/**
 * Normalizes the texts of a call, which lie one after the other in `input`, into `normalized`, each with `endOfText`
 * behind it. Returns where that ends, or 0 where it met a unit whose meaning is not yet known; called again, it goes on
 * with the text that has it. Before the first call of a batch, `unknownRow` is 0.
 *
 * A text of length 0xffffffff is one that is not there: `leftOut` stands for it.
 */
export function normalizeTexts(rows: usize): usize {
  const startsWith = load<u32>(startsWithSpace) << 1;
  const letters = load<u32>(settings);
  store<u32>(cursor, normalized);
  let row = <usize>load<u32>(unknownRow);
  let from: usize = input;
  let to: usize = normalized;
  if (row !== 0) {
    from = <usize>load<u32>(unknownFrom);
    to = <usize>load<u32>(unknownTo);
  }
  for (; row < rows; row++) {
    const length = load<u32>(lengths + (row << 2));
    if (length === 0xffffffff) {
      store<u16>(to, leftOut);
      to += 2;
      continue;
    }
    const start = to;
    store<u16>(to, spaceUnit);
    to += startsWith;
    const end = from + ((<usize>length) << 1);
    while (from < end) {
      let unit = <usize>load<u16>(from);
      if (unit < 0x80 && letters !== 0) {
        // As many letters, digits and spaces of ASCII as stand here, eight at a time.
        let plain: usize;
        do {
          plain = copyPlain(from, to, letters);
          from += plain;
          to += plain;
        } while (plain === 16 && from < end);
        if (from >= end) {
          to -= from - end;
          break;
        }
        unit = <usize>load<u16>(from);
      }
      const entry = load<u32>(meanings + (unit << 2));
      const directive = (entry & 0xffff) - firstDirective;
      from += 2;
      if (directive >= <u32>directives) {
        store<u32>(to, entry);
        to += select<usize>(4, 2, entry >= 0x10000);
        continue;
      }
      if (directive === nothing - firstDirective) continue;
      if (directive === notYetKnown - firstDirective) {
        store<u32>(unknownRow, <u32>row);
        store<u32>(unknownFrom, <u32>(end - ((<usize>length) << 1)));
        store<u32>(unknownTo, <u32>start);
        return 0;
      }
      if (directive === half - firstDirective && from < end && isPair(load<u32>(from - 2))) {
        store<u32>(to, load<u32>(from - 2));
        from += 2;
        to += 4;
        continue;
      }
      if (directive === expansion - firstDirective) {
        const place = load<u32>(expansions + (((<usize>entry) >> 16) << 2));
        const bytes = ((<usize>place) >> 16) << 1;
        // Units still to come may become two each.
        if (to + bytes + 2 * (end - from) < <usize>(normalized + 2 * mostNormalized)) {
          memory.copy(to, expansionUnits + (((<usize>place) & 0xffff) << 1), bytes);
          to += bytes;
          continue;
        }
      }
      to = start;
      store<u16>(to, leftOut);
      to += 2;
      break;
    }
    from = end;
    if (to === start + 2 && load<u16>(start) === leftOut) continue;
    store<u16>(to, endOfText);
    to += 2;
  }
  return to;
}

/** Whether two units, the first in the lower bits, are the halves of one character. */
function isPair(both: u32): bool {
  return (both & 0xfc00fc00) === 0xdc00d800;
}

/** Copies letters, digits and spaces from the eight units at `from`, up to the first unit of another kind. Returns bytes. */
function copyPlain(from: usize, to: usize, letters: u32): usize {
  const units = v128.load(from);
  const lower = v128.or(units, i16x8.splat(0x20));
  const isLetter = i16x8.lt_u(i16x8.sub(lower, i16x8.splat(0x61)), i16x8.splat(26));
  const isDigit = i16x8.lt_u(i16x8.sub(units, i16x8.splat(0x30)), i16x8.splat(10));
  const isSpace = i16x8.eq(units, i16x8.splat(0x20));
  const other = i16x8.bitmask(v128.not(v128.or(v128.or(isLetter, isDigit), isSpace)));
  const folded = letters === foldsLetters ? v128.bitselect(lower, units, isLetter) : units;
  v128.store(to, v128.bitselect(i16x8.splat(<i16>spaceUnit), folded, isSpace));
  return (<usize>ctz<i32>(other | 0x100)) << 1;
}
