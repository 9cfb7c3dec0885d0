import type { ContentEncoder } from "../../content-encoder.js";
import type { TextScanner } from "../../text-scanner.js";
import type { TokenIdBuffer } from "../../token-id-buffer.js";
import type { AddedTokenSplitter } from "../added-token-splitter.js";
import type { PieceEncoder } from "./piece-encoder.js";
import { createPieceScanner, type PieceScanner } from "./piece-scanners.js";
import type { Pipeline } from "./read-pipeline.js";

const SPACE = 0x20;

/** Added tokens, normalizer, added tokens again, pre-tokenizer: the way of a text to its pieces. */
export class BpeEncoder implements ContentEncoder {
  readonly path = "fast";
  private readonly scan: PieceScanner;

  constructor(
    private readonly pipeline: Pipeline,
    private readonly pieces: PieceEncoder,
    /** Added tokens looked for in the text as it is. */
    private readonly splitter: AddedTokenSplitter | undefined,
    /** Those looked for in the normalized text. */
    private readonly normalizedSplitter: AddedTokenSplitter | undefined,
    readonly scanner: TextScanner | undefined,
  ) {
    this.scan = createPieceScanner(pipeline.pieceRule);
  }

  encode(text: string, into: TokenIdBuffer): void {
    if (text === "") return;
    if (this.splitter === undefined || !this.splitter.mayMatch(text)) {
      this.encodeRaw(text, true, into);
      return;
    }
    this.splitter.split(text, {
      text: (start, end) => this.encodeRaw(text.substring(start, end), start === 0, into),
      token: (id) => into.push(id),
    });
  }

  private encodeRaw(raw: string, atStart: boolean, into: TokenIdBuffer): void {
    const { normalizedSplitter, pipeline } = this;
    const text = pipeline.normalize === undefined ? raw : pipeline.normalize.apply(raw);
    if (normalizedSplitter === undefined || !normalizedSplitter.mayMatch(text)) {
      this.encodeText(text, 0, text.length, atStart, into);
      return;
    }
    normalizedSplitter.split(text, {
      text: (start, end) => this.encodeText(text, start, end, atStart && start === 0, into),
      token: (id) => into.push(id),
    });
  }

  private encodeText(text: string, from: number, to: number, atStart: boolean, into: TokenIdBuffer): void {
    const { pieces, scan } = this;
    pieces.reserve(to - from + 1);
    const { units } = pieces;
    let end = 0;
    if (this.wantsLeadingSpace(text.charCodeAt(from), atStart)) units[end++] = SPACE;
    for (let at = from; at < to; at++) units[end++] = text.charCodeAt(at);
    for (let start = 0; start < end;) {
      const next = scan(units, start, end);
      if (next < 0) {
        start = -next;
      } else {
        pieces.encode(start, next, into);
        start = next;
      }
    }
  }

  private wantsLeadingSpace(first: number, atStart: boolean): boolean {
    const { leadingSpace, spells } = this.pipeline;
    if (leadingSpace.where === "nowhere" || (leadingSpace.where === "start" && !atStart)) return false;
    if (leadingSpace.always) return true;
    return first !== SPACE && (spells === "bytes" || first !== spells.space.charCodeAt(0));
  }
}
