import type { RowReceiver, TextScanner } from "../../text-scanner.js";
import type { TextSequence } from "../../text-sequence.js";
import * as layout from "./layout.js";

/** The functions of one of `../../../assembly`. */
interface ScannerFunctions {
  /** 0 where it met a unit whose meaning is not yet known. */
  normalize(rows: number): number;
  /** Encodes rows from `row` on, and returns the first that is left out, or `rows`. */
  scan(row: number, rows: number, limit: number): number;
}

/** What a tokenizer gives to WebAssembly. */
export interface ScannerTables {
  /** The module, in base64. */
  binary: string;
  /** What is written to memory, by address. Memory reaches to the end of the last one. */
  tables: readonly (readonly [address: number, content: ArrayBufferView])[];
  /** Values of the tokenizer's own settings, by address. */
  settings: readonly (readonly [address: number, value: number])[];
  meaningOf(unit: number, singleIds: Uint32Array): UnitMeaning;
}

/**
 * Units of normalized text and markers; "half" of a character that stays as it is; "unusual" where that depends on
 * neighbours, or is not for WebAssembly.
 */
export type UnitMeaning = readonly number[] | "half" | "unusual";

/** Which texts may hold added tokens and are left to JavaScript. */
export interface AddedTokenSearch {
  mayMatch(text: string): boolean;
}

/** Whether a unit of normalized text can stand there for itself. */
export function isPlainUnit(unit: number): boolean {
  // Zeros pad the words in the cache.
  const isMarker = unit >= layout.firstMarker && unit < layout.firstMarker + layout.markers;
  return unit !== 0 && !isMarker && (unit & 0xf800) !== 0xd800;
}

const absent = 0xffff_ffff;

/** Texts by the chunk, normalized and encoded in WebAssembly; those with anything unusual are left to JavaScript. */
export class BatchScanner implements TextScanner {
  private readonly functions: ScannerFunctions;
  private readonly input: Uint16Array;
  private readonly lengths: Uint32Array;
  private readonly ends: Uint32Array;
  private readonly cut: Uint8Array;
  private readonly ids: Uint32Array;
  private readonly meanings: Uint32Array;
  private readonly words: Uint32Array;
  private readonly singleIds: Uint32Array;
  private readonly writeText: (text: string) => void;
  /** Texts in the input. */
  private rows = 0;
  private expansionCount = 0;
  private expansionUnits = 0;

  /** Throws where there is no WebAssembly with SIMD, or a page's policy forbids it. */
  constructor(
    private readonly tables: ScannerTables,
    private readonly addedTokens: AddedTokenSearch,
  ) {
    const bytes = Math.max(...tables.tables.map(([address, { byteLength }]) => address + byteLength));
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
    const binary = Uint8Array.from(atob(tables.binary), (character) => character.charCodeAt(0));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
    this.functions = instance.exports as unknown as ScannerFunctions;
    const { buffer } = memory;
    this.input = new Uint16Array(buffer, layout.input, layout.mostUnits);
    this.lengths = new Uint32Array(buffer, layout.lengths, layout.mostRows);
    this.ends = new Uint32Array(buffer, layout.ends, layout.mostRows);
    this.cut = new Uint8Array(buffer, layout.truncated, layout.mostRows);
    this.ids = new Uint32Array(buffer, layout.ids, layout.mostIds);
    this.meanings = new Uint32Array(buffer, layout.meanings, 65_536).fill(layout.notYetKnown);
    this.singleIds = new Uint32Array(buffer, layout.singleIds, 65_536);
    this.words = new Uint32Array(buffer, 0, layout.meanings / 4);
    this.writeText = textWriter(buffer, this.input);
    for (const [address, content] of tables.tables) new Uint8Array(buffer, address).set(bytesOf(content));
    for (const [address, value] of tables.settings) this.words[address / 4] = value;
    this.words[layout.settings / 4] = this.findLetters();
  }

  encode(texts: TextSequence, into: RowReceiver): void {
    const { before, after } = into;
    if (Math.max(before.length, after.length) > layout.mostSpecialTokens) {
      for (let index = 0; index < texts.count; index++) into.row(texts.text(index));
      return;
    }
    this.setSpecialTokens(before, after);
    for (let first = 0; first < texts.count;) {
      const rows = this.load(texts, first);
      this.scan(texts, first, rows, into);
      first += rows;
    }
  }

  /** Normalizes texts from `first` on, and returns how many. */
  private load(texts: TextSequence, first: number): number {
    let joined = this.join(texts, first, false);
    if (this.addedTokens.mayMatch(joined)) joined = this.join(texts, first, true);
    this.writeText(joined);
    this.words[layout.unknownRow / 4] = 0;
    while (this.functions.normalize(this.rows) === 0) this.learn();
    return this.rows;
  }

  /** Texts from `first` on, one after the other, as many as there is room for. */
  private join(texts: TextSequence, first: number, findsAddedTokens: boolean): string {
    const { lengths, addedTokens } = this;
    const most = Math.min(texts.count - first, layout.mostRows);
    let units = 0;
    let left = 0;
    let row = 0;
    for (; row < most; row++) {
      const length = texts.lengthOf(first + row);
      if (length > layout.mostUnits || (findsAddedTokens && addedTokens.mayMatch(texts.text(first + row)))) {
        lengths[row] = absent;
        left++;
        continue;
      }
      units += length;
      if (units > layout.mostUnits) break;
      lengths[row] = length;
    }
    this.rows = row;
    if (left === 0) return texts.join(first, first + row);
    const part: string[] = [];
    for (let index = 0; index < row; index++) {
      if (lengths[index] !== absent) part.push(texts.text(first + index));
    }
    return part.join("");
  }

  private scan(texts: TextSequence, first: number, rows: number, into: RowReceiver): void {
    const { ids, ends, cut } = this;
    const limit = Math.min(into.limit, layout.mostIds);
    for (let row = 0; row < rows;) {
      const end = this.functions.scan(row, rows, limit);
      if (end > row) {
        const count = ends[end - 1] as number;
        into.rows(ids.subarray(0, count), ends.subarray(row, end), cut.subarray(row, end));
      }
      if (end < rows) into.row(texts.text(first + end));
      row = end + 1;
    }
  }

  private setSpecialTokens(before: readonly number[], after: readonly number[]): void {
    this.words[layout.beforeCount / 4] = before.length;
    this.words[layout.afterCount / 4] = after.length;
    this.words.set(before, layout.before / 4);
    this.words.set(after, layout.after / 4);
  }

  /** Finds out what the units of the text mean at which normalization stopped. */
  private learn(): void {
    const { input, lengths, meanings, words } = this;
    const start = ((words[layout.unknownFrom / 4] as number) - layout.input) / 2;
    const end = start + (lengths[words[layout.unknownRow / 4] as number] as number);
    for (let index = start; index < end; index++) {
      const unit = input[index] as number;
      if (meanings[unit] === layout.notYetKnown) meanings[unit] = this.entryOf(unit);
    }
  }

  private entryOf(unit: number): number {
    const meaning = this.tables.meaningOf(unit, this.singleIds);
    if (meaning === "unusual") return layout.unusual;
    if (meaning === "half") return layout.half;
    const [first, second] = meaning;
    if (first === undefined) return layout.nothing;
    if (meaning.length <= 2) return first + (second ?? 0) * 65_536;
    const start = this.expansionUnits;
    const end = start + meaning.length;
    if (this.expansionCount === layout.mostExpansions || end > layout.mostExpansionUnits)
      return layout.unusual;
    const { buffer } = this.input;
    new Uint16Array(buffer, layout.expansionUnits, end).set(meaning, start);
    new Uint32Array(buffer, layout.expansions, layout.mostExpansions)[this.expansionCount] =
      start + meaning.length * 65_536;
    this.expansionUnits = end;
    return layout.expansion + this.expansionCount++ * 65_536;
  }

  /** Whether letters, digits and spaces of ASCII become what the quick way takes them for. */
  private findLetters(): number {
    for (let unit = 0; unit < 128; unit++) this.meanings[unit] = this.entryOf(unit);
    const becomes = (text: string, expected: string) =>
      Array.from(text).every(
        (character, index) => this.meanings[character.charCodeAt(0)] === expected.charCodeAt(index),
      );
    if (this.meanings[0x20] !== layout.spaceUnit || !becomes("0123456789", "0123456789")) return 0;
    const letters = "abcdefghijklmnopqrstuvwxyz";
    if (!becomes(letters, letters)) return 0;
    if (becomes(letters.toUpperCase(), letters)) return layout.foldsLetters;
    return becomes(letters.toUpperCase(), letters.toUpperCase()) ? layout.keepsLetters : 0;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Node's way from a string to UTF-16 units in memory is several times as fast as a loop. */
function textWriter(buffer: ArrayBuffer, input: Uint16Array): (text: string) => void {
  const { Buffer: NodeBuffer } = globalThis as { Buffer?: typeof Buffer };
  if (typeof NodeBuffer?.prototype?.write === "function") {
    const bytes = NodeBuffer.from(buffer, layout.input, 2 * layout.mostUnits);
    return (text) => void bytes.write(text, 0, "utf16le");
  }
  return (text) => {
    for (let index = 0; index < text.length; index++) input[index] = text.charCodeAt(index);
  };
}
