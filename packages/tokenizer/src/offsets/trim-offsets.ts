import { isRecord } from "../json-shapes.js";
import { whiteSpace } from "../fast/unicode-sets.js";

/** A token and its range in the original text, in UTF-16 units. */
export interface PlacedToken {
  id: number;
  token: string;
  start: number;
  end: number;
}

/** How a post-processor takes white space out of the ranges of tokens. */
export interface OffsetTrimming {
  addsSpace: boolean;
  /** Special tokens already stand before the text. */
  isWrapped: boolean;
}

/** `trim_offsets` of the post-processors RobertaProcessing and ByteLevel, in order. */
export function readOffsetTrimmings(postProcessor: unknown, addSpecialTokens: boolean): OffsetTrimming[] {
  const trimmings: OffsetTrimming[] = [];
  let isWrapped = false;
  (function visit(processor: unknown): void {
    if (!isRecord(processor)) return;
    const { type, processors } = processor;
    if (type === "Sequence" && Array.isArray(processors)) processors.forEach(visit);
    const trims = type === "RobertaProcessing" || type === "ByteLevel";
    if (trims && processor["trim_offsets"] !== false) {
      trimmings.push({ addsSpace: processor["add_prefix_space"] !== false, isWrapped });
    }
    isWrapped ||= addSpecialTokens && (type === "RobertaProcessing" || type === "BertProcessing");
  })(postProcessor);
  return trimmings;
}

/** `process_offsets` of the Rust library (tokenizers/src/pre_tokenizers/byte_level.rs). */
export function trimOffsets(
  text: string,
  tokens: readonly PlacedToken[],
  { addsSpace, isWrapped }: OffsetTrimming,
): void {
  tokens.forEach((placed, index) => {
    const characters = Array.from(placed.token);
    let leading = characters.findIndex((character) => !isSpace(character));
    if (leading < 0) leading = characters.length;
    const trailing = characters.length - 1 - characters.findLastIndex((character) => !isSpace(character));
    const isFirst = (index === 0 && !isWrapped) || placed.start === 0;
    // The one space there may have been added.
    if (isFirst && addsSpace && leading === 1) leading = 0;
    placed.start = Math.min(moveForward(text, placed.start, leading), placed.end);
    placed.end = Math.max(moveBackward(text, placed.end, trailing), placed.start);
  });
}

/** A space as byte-level vocabularies spell it, or any white space. */
function isSpace(character: string): boolean {
  return character === "Ġ" || whiteSpace.has(character.codePointAt(0) as number);
}

function moveForward(text: string, at: number, characters: number): number {
  for (; characters > 0; characters--) at += (text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1;
  return at;
}

/** Stays where there are not so many characters. */
function moveBackward(text: string, from: number, characters: number): number {
  let at = from;
  for (; characters > 0; characters--) {
    if (at === 0) return from;
    at -= at > 1 && (text.charCodeAt(at - 1) & 0xfc00) === 0xdc00 ? 2 : 1;
  }
  return at;
}
