import { invalidTokenizer } from "./invalid-tokenizer.js";
import { isRecord, isTokenId } from "./json-shapes.js";
import { readTemplateToken, readTokenAndId } from "./special-tokens.js";

/** What a pair encoding is made of, in order: special tokens, and each of the two texts once. */
export type PairPart =
  | { ids: readonly number[]; typeId: number }
  /** 0 for the first text, 1 for the second. */
  | { text: 0 | 1; typeId: number };

/** Parts that a later post-processor of a sequence treats as one. */
type Segment = readonly PairPart[];

/**
 * What `post_processor` makes of a pair, as the Rust library does (tokenizers/src/processors): without one, the second
 * text follows the first and has type 1.
 */
export function readPairLayout(postProcessor: unknown, addSpecialTokens: boolean): readonly PairPart[] {
  const texts: Segment[] = [[{ text: 0, typeId: 0 }], [{ text: 1, typeId: 1 }]];
  const layout = process(texts, postProcessor, addSpecialTokens, "post_processor").flat();
  for (const text of [0, 1]) {
    if (layout.filter((part) => "text" in part && part.text === text).length !== 1) {
      throw invalidTokenizer(`post_processor does not have one place for each text of a pair`);
    }
  }
  return layout;
}

function process(
  segments: readonly Segment[],
  processor: unknown,
  addSpecialTokens: boolean,
  where: string,
): readonly Segment[] {
  if (processor === null || processor === undefined) return segments;
  if (!isRecord(processor)) throw invalidTokenizer(`${where} is not an object`);
  switch (processor["type"]) {
    case "ByteLevel":
      return segments;
    case "BertProcessing":
      return addSpecialTokens ? wrapLikeBert(segments, processor, where) : segments;
    case "RobertaProcessing": {
      const untyped = segments.map((segment) => withType(segment, 0));
      return addSpecialTokens ? wrapLikeRoberta(untyped, processor, where) : untyped;
    }
    case "TemplateProcessing":
      return fillTemplate(segments, processor, addSpecialTokens, where);
    case "Sequence": {
      const { processors } = processor;
      if (!Array.isArray(processors)) throw invalidTokenizer(`${where}.processors is not a list`);
      return processors.reduce<readonly Segment[]>(
        (processed, part: unknown, index) =>
          process(processed, part, addSpecialTokens, `${where}.processors[${index}]`),
        segments,
      );
    }
    default:
      throw invalidTokenizer(`${where}.type is ${JSON.stringify(processor["type"])}, which is not supported`);
  }
}

/** [CLS] first [SEP] second [SEP] */
function wrapLikeBert(
  segments: readonly Segment[],
  processor: Record<string, unknown>,
  where: string,
): Segment[] {
  const { cls, sep } = readClsAndSep(processor, where);
  return segments.map((segment, index) =>
    index === 0
      ? [{ ids: [cls], typeId: 0 }, ...segment, { ids: [sep], typeId: 0 }]
      : [...segment, { ids: [sep], typeId: 1 }],
  );
}

/** <s> first </s> </s> second </s> */
function wrapLikeRoberta(
  segments: readonly Segment[],
  processor: Record<string, unknown>,
  where: string,
): Segment[] {
  const { cls, sep } = readClsAndSep(processor, where);
  return segments.map((segment, index) => [
    { ids: [index === 0 ? cls : sep], typeId: 0 },
    ...segment,
    { ids: [sep], typeId: 0 },
  ]);
}

function readClsAndSep(processor: Record<string, unknown>, where: string) {
  return {
    cls: readTokenAndId(processor["cls"], `${where}.cls`),
    sep: readTokenAndId(processor["sep"], `${where}.sep`),
  };
}

function fillTemplate(
  segments: readonly Segment[],
  { pair, special_tokens: tokens }: Record<string, unknown>,
  addSpecialTokens: boolean,
  where: string,
): Segment[] {
  const [first, second, ...others] = segments;
  if (first === undefined || second === undefined || others.length > 0) {
    throw invalidTokenizer(`${where} is a template for what is not two texts`);
  }
  if (!Array.isArray(pair)) throw invalidTokenizer(`${where}.pair is not a list`);
  return pair.flatMap((item: unknown, index): Segment[] => {
    const here = `${where}.pair[${index}]`;
    const { Sequence: sequence, SpecialToken: special } = isRecord(item) ? item : {};
    if (isRecord(sequence) && (sequence["id"] === "A" || sequence["id"] === "B")) {
      return [withType(sequence["id"] === "A" ? first : second, readTypeId(sequence, here))];
    }
    if (!isRecord(special)) throw invalidTokenizer(`${here} is neither a special token nor a text`);
    const part = { ids: readTemplateToken(tokens, special["id"], here), typeId: readTypeId(special, here) };
    return addSpecialTokens ? [[part]] : [];
  });
}

function withType(segment: Segment, typeId: number): Segment {
  return segment.map((part) => ({ ...part, typeId }));
}

function readTypeId({ type_id: typeId }: Record<string, unknown>, where: string): number {
  if (isTokenId(typeId)) return typeId;
  throw invalidTokenizer(`${where} has no type_id`);
}
