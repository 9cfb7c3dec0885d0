import { crc32 } from "node:zlib";
import { eventLoopTurns, KokeshiError } from "@kokeshi/core";
import { createKernelsSync, type Kernels } from "@kokeshi/kernels";
import { codeFormat, type CodeFormat } from "./codes/code-format.js";
import { CodeTable } from "./codes/code-table.js";
import { deskRows } from "./codes/rescore.js";
import { damagedFile } from "./errors.js";
import type { ByteFile } from "./file/byte-file.js";
import { inMemory } from "./file/byte-source.js";
import type { IndexFile } from "./file/index-file.js";
import type { Section, SegmentHeader } from "./file/segment.js";
import { ColumnMemory, encodeTextColumn, TextColumn } from "./file/text-column.js";
import { decodeUtf8 } from "./file/utf8.js";
import { IdTable } from "./id-table.js";
import { RowSet } from "./row-set.js";
import type { IndexSettings } from "./settings.js";
import { RowTerms, type TermOptions } from "./hybrid/row-terms.js";
import type { StoredItem, WorkOptions } from "./vector-index.js";

export interface RowTexts {
  row: number;
  id: Uint8Array;
  payload: Uint8Array;
}

export type Stage = "scan" | "rescoring";

interface RowSegment {
  readonly firstRow: number;
  readonly rows: number;
  readonly ids: TextColumn;
  readonly payloads: TextColumn;
  readonly codes: Readonly<Record<Stage, Section>> | undefined;
}

/** What a commit adds to the contents in memory. */
export interface AddedRows {
  rows: number;
  ids: Uint8Array;
  payloads: Uint8Array;
  idsInOrder: readonly Uint8Array[];
  removed: Uint32Array;
  settings: IndexSettings | undefined;
}

const rowsCopied = 4096;

const noBytes = new Uint8Array(0);

/**
 * The rows of an index: their ids and payloads, which of them are no more, and their codes, in a file, in memory, or
 * both. Rows have numbers in the order in which they came; removing one leaves the numbers of the others as they are.
 */
export class Contents {
  rows = 0;
  readonly removed = new RowSet();
  private readonly segments: RowSegment[] = [];
  private readonly columnMemory = new ColumnMemory();
  private readonly tables: Partial<Record<Stage, CodeTable>> = {};
  private deskTable: CodeTable | undefined;
  private kernels: Kernels | undefined;
  private memorySettings: IndexSettings;
  private idTable: IdTable | undefined;
  private live: Uint32Array | undefined;
  private rowTerms: RowTerms | undefined;
  private users = 0;
  private isRetired = false;

  /** @param index the file, or undefined for contents that are in memory only */
  constructor(
    settings: IndexSettings,
    readonly index?: IndexFile,
  ) {
    this.memorySettings = settings;
    if (index === undefined) {
      for (const stage of this.stages()) this.tables[stage] = this.newTable(stage);
      return;
    }
    for (const header of index.segments) {
      const source = (section: Section) => index.file.section(section);
      const { firstRow, rows, sections } = header;
      const column = (section: Section) => new TextColumn(source(section), rows, this.columnMemory);
      this.segments.push({
        firstRow,
        rows,
        ids: column(sections.ids),
        payloads: column(sections.payloads),
        codes: { scan: sections.scan, rescoring: sections.rescoring },
      });
      this.removeRows(this.removedBy(header, index), index.path);
      this.rows += rows;
    }
  }

  get settings(): IndexSettings {
    return this.index?.settings ?? this.memorySettings;
  }

  get count(): number {
    return this.rows - this.removed.size;
  }

  stages(): Stage[] {
    return this.settings.rescoring === undefined ? ["scan"] : ["scan", "rescoring"];
  }

  format(stage: Stage): CodeFormat {
    const codes = this.settings[stage];
    if (codes === undefined) throw new Error(`there are no codes for ${stage}`);
    return codeFormat(codes);
  }

  isLive(row: number): boolean {
    return row < this.rows && !this.removed.has(row);
  }

  /** Numbers of the rows that were not removed, ascending. */
  liveRows(): Uint32Array {
    if (this.live === undefined) {
      const live = new Uint32Array(this.count);
      let index = 0;
      for (let row = 0; row < this.rows; row++) if (!this.removed.has(row)) live[index++] = row;
      this.live = live;
    }
    return this.live;
  }

  /** The item of a row. Its payload is read when it is looked at. */
  item(row: number): StoredItem {
    return new RowItem(this, row);
  }

  idBytes(row: number): Uint8Array {
    const { ids, firstRow } = this.segmentOf(row);
    return this.intact(() => ids.text(row - firstRow));
  }

  id(row: number): string {
    const bytes = this.idBytes(row);
    return this.intact(() => decodeUtf8(bytes));
  }

  payloadBytes(row: number): Uint8Array {
    const { payloads, firstRow } = this.segmentOf(row);
    return this.intact(() => payloads.text(row - firstRow));
  }

  payload(row: number): unknown {
    return this.parsed(this.payloadBytes(row));
  }

  /** The payload that these bytes stand for. */
  parsed(bytes: Uint8Array): unknown {
    if (bytes.length === 0) return undefined;
    return this.intact(() => JSON.parse(decodeUtf8(bytes)) as unknown);
  }

  /** The bytes of the ids and payloads of all rows, removed ones too, in order: faster than row by row. */
  *texts({ payloads = true, firstRow = 0 } = {}): Generator<RowTexts, void, undefined> {
    for (const segment of this.segments) {
      if (segment.firstRow + segment.rows <= firstRow) continue;
      const idTexts = segment.ids.texts();
      const payloadTexts = payloads ? segment.payloads.texts() : undefined;
      for (let row = segment.firstRow; row < segment.firstRow + segment.rows; row++) {
        const id = this.intact(() => idTexts.next()).value as Uint8Array;
        const payload = payloadTexts && this.intact(() => payloadTexts.next()).value;
        if (row >= firstRow) yield { row, id, payload: payload ?? noBytes };
      }
    }
  }

  /** Rows by id. Made when it is first asked for, from all ids. */
  async ids(signal?: AbortSignal): Promise<IdTable> {
    if (this.idTable !== undefined) return this.idTable;
    const table = new IdTable((row) => this.isLive(row), this.rows);
    const takeTurn = eventLoopTurns();
    for (const { row, id } of this.texts({ payloads: false })) {
      if (this.isLive(row)) table.add(id, row);
      if (row % 1024 !== 0) continue;
      signal?.throwIfAborted();
      await takeTurn();
    }
    this.idTable = table;
    return table;
  }

  find(table: IdTable, id: Uint8Array): number | undefined {
    return table.find(id, (row) => this.idBytes(row));
  }

  /** The terms of the rows, where they are there already. */
  get loadedTerms(): RowTerms | undefined {
    return this.rowTerms?.isComplete(this) === true ? this.rowTerms : undefined;
  }

  /** The terms of the rows, taken from their texts when they are first asked for. Nobody may add rows meanwhile. */
  async terms(options: TermOptions, work: WorkOptions): Promise<RowTerms> {
    const terms = (this.rowTerms ??= new RowTerms(options));
    try {
      await terms.catchUp(this, work);
    } catch (error) {
      if (work.signal?.aborted !== true) this.rowTerms = undefined;
      throw error;
    }
    return terms;
  }

  /** Codes in memory, where they are there already. */
  loadedTable(stage: Stage): CodeTable | undefined {
    return this.tables[stage];
  }

  /** Codes in memory, read from the file when they are first asked for. Nobody may add rows meanwhile. */
  async table(stage: Stage, signal?: AbortSignal): Promise<CodeTable> {
    const loaded = this.tables[stage];
    if (loaded !== undefined) return loaded;
    const table = this.newTable(stage);
    table.reserve(this.rows);
    for (const segment of this.segments) {
      if (segment.rows > 0) await this.readCodesInto(table, stage, segment, signal);
    }
    this.tables[stage] = table;
    return table;
  }

  /** Room in memory for the codes of a few rows. */
  desk(stage: Stage): CodeTable {
    if (this.deskTable === undefined) {
      this.deskTable = this.newTable(stage);
      this.deskTable.reserve(deskRows);
    }
    return this.deskTable;
  }

  /** A copy of the codes of rows that all are of one segment, from the file or from memory. */
  readCodes(stage: Stage, row: number, count: number): Uint8Array {
    const { codes, firstRow } = this.segmentOf(row);
    const { width } = this.format(stage);
    if (codes === undefined || this.index === undefined) {
      return (this.tables[stage] as CodeTable).read(row, count);
    }
    return this.index.file.read(codes[stage].offset + (row - firstRow) * width, count * width);
  }

  /** Reads the codes of one row to where they are wanted. */
  readCodesOfRow(stage: Stage, row: number, target: Uint8Array): void {
    const { codes, firstRow } = this.segmentOf(row);
    if (codes === undefined || this.index === undefined) target.set(this.readCodes(stage, row, 1));
    else this.index.file.readInto(target, codes[stage].offset + (row - firstRow) * target.length);
  }

  /** Where the segment of a row ends. */
  endOfSegment(row: number): number {
    const { firstRow, rows } = this.segmentOf(row);
    return firstRow + rows;
  }

  /** Takes in what was committed. */
  append(added: AddedRows): void {
    const header = this.index?.segments.at(-1);
    const { rows } = added;
    if (rows > 0) {
      this.segments.push({
        firstRow: this.rows,
        rows,
        ids: new TextColumn(this.columnSource(added.ids, header?.sections.ids), rows, this.columnMemory),
        payloads: new TextColumn(
          this.columnSource(added.payloads, header?.sections.payloads),
          rows,
          this.columnMemory,
        ),
        codes: header?.sections,
      });
    }
    for (const row of added.removed) this.removed.add(row);
    this.rowTerms?.remove(added.removed);
    for (const table of Object.values(this.tables)) table.commit(rows);
    const firstRow = this.rows;
    // The table of ids must see them as there.
    this.rows += rows;
    added.idsInOrder.forEach((id, index) => this.idTable?.add(id, firstRow + index));
    this.live = undefined;
    if (added.settings !== undefined) this.memorySettings = added.settings;
  }

  /** The same in memory, without the rows that were removed. */
  async copyOfLiveRows(signal?: AbortSignal): Promise<Contents> {
    const copy = new Contents(this.settings);
    const takeTurn = eventLoopTurns();
    const live = this.liveRows();
    // All in one piece, which is faster to search than many.
    for (const stage of this.stages()) copy.tables[stage]?.reserve(live.length);
    for (let start = 0; start < live.length; start += rowsCopied) {
      signal?.throwIfAborted();
      const rows = Array.from(live.subarray(start, start + rowsCopied));
      const idsInOrder = rows.map((row) => this.idBytes(row));
      for (const stage of this.stages()) {
        rows.forEach((row, index) => copy.tables[stage]?.stage(this.readCodes(stage, row, 1), index));
      }
      copy.append({
        rows: rows.length,
        ids: encodeTextColumn(idsInOrder),
        payloads: encodeTextColumn(rows.map((row) => this.payloadBytes(row))),
        idsInOrder,
        removed: new Uint32Array(0),
        settings: undefined,
      });
      await takeTurn();
    }
    return copy;
  }

  /** Keeps the file open while `action` is at work, whatever becomes of the index meanwhile. */
  async use<Result>(action: () => Promise<Result>): Promise<Result> {
    this.users++;
    try {
      return await action();
    } finally {
      this.users--;
      this.closeWhenUnused();
    }
  }

  /** Closes the file as soon as nobody is at work with it. */
  retire(): void {
    this.isRetired = true;
    this.closeWhenUnused();
  }

  /** Compares everything in the file with its checksum. Throws InvalidFileError where something differs. */
  async verify(signal?: AbortSignal, onBytes?: (bytes: number) => void): Promise<void> {
    const { index } = this;
    if (index === undefined) return;
    for (const header of index.segments) {
      for (const section of Object.values(header.sections)) {
        await verifySection(index.file, section, signal, onBytes);
      }
    }
    const takeTurn = eventLoopTurns();
    for (const { row, id, payload } of this.texts()) {
      this.intact(() => decodeUtf8(id));
      if (payload.length > 0) this.intact(() => JSON.parse(decodeUtf8(payload)) as unknown);
      if (row % 1024 !== 0) continue;
      signal?.throwIfAborted();
      await takeTurn();
    }
  }

  private closeWhenUnused(): void {
    if (!this.isRetired || this.users > 0) return;
    this.isRetired = false;
    this.index?.close();
  }

  private newTable(stage: Stage): CodeTable {
    this.kernels ??= createKernelsSync({ shared: true });
    return new CodeTable(this.kernels, this.format(stage));
  }

  private async readCodesInto(
    table: CodeTable,
    stage: Stage,
    segment: RowSegment,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { index } = this;
    const section = segment.codes?.[stage];
    if (index === undefined || section === undefined) throw new Error("there is no file to read from");
    const { width } = table.format;
    const rowsAtATime = Math.max(1, Math.floor((16 << 20) / width));
    let checksum = 0;
    for (let done = 0; done < segment.rows;) {
      const count = Math.min(rowsAtATime, segment.rows - done);
      const place = table.place(table.rows + done, count);
      const bytes = place ?? new Uint8Array(count * width);
      await index.file.readIntoLater(
        bytes,
        section.offset + done * width,
        (portion) => (checksum = crc32(portion, checksum)),
        signal,
      );
      if (place === undefined) table.stage(bytes, done);
      done += bytes.length / width;
    }
    if (checksum !== section.checksum) {
      throw damagedFile(
        index.path,
        `the codes of rows ${segment.firstRow} and on do not have their checksum`,
      );
    }
    table.commit(segment.rows);
  }

  private columnSource(bytes: Uint8Array, section: Section | undefined) {
    return section === undefined || this.index === undefined
      ? inMemory(bytes)
      : this.index.file.section(section);
  }

  private segmentOf(row: number): RowSegment {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.segments[middle] as RowSegment).firstRow <= row) low = middle;
      else high = middle - 1;
    }
    return this.segments[low] as RowSegment;
  }

  private removedBy({ sections, removedRows }: SegmentHeader, { file }: IndexFile): Uint32Array {
    if (removedRows === 0) return new Uint32Array(0);
    const bytes = file.section(sections.removed).readAll();
    return new Uint32Array(bytes.buffer, bytes.byteOffset, removedRows);
  }

  private removeRows(rows: Uint32Array, path: string): void {
    for (const row of rows) {
      if (row >= this.rows || !this.removed.add(row)) {
        throw damagedFile(path, `row ${row} is removed, but is not there`);
      }
    }
  }

  /** What foreign bytes cannot give is an error of the file. */
  private intact<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (cause) {
      if (cause instanceof KokeshiError) throw cause;
      throw damagedFile(this.index?.path ?? "the index", (cause as Error).message, cause);
    }
  }
}

class RowItem implements StoredItem {
  constructor(
    private readonly contents: Contents,
    private readonly row: number,
  ) {}

  get id(): string {
    return this.contents.id(this.row);
  }

  get payload(): unknown {
    return this.contents.payload(this.row);
  }
}

async function verifySection(
  file: ByteFile,
  { offset, length, checksum }: Section,
  signal: AbortSignal | undefined,
  onBytes: ((bytes: number) => void) | undefined,
): Promise<void> {
  let actual = 0;
  const buffer = new Uint8Array(Math.min(length, 1 << 20));
  for (let done = 0; done < length; done += buffer.length) {
    const portion = buffer.subarray(0, Math.min(buffer.length, length - done));
    await file.readIntoLater(portion, offset + done, undefined, signal);
    actual = crc32(portion, actual);
    onBytes?.(portion.length);
  }
  if (actual === checksum) return;
  throw damagedFile(file.path, `bytes ${offset} to ${offset + length} do not have their checksum`);
}
