import { invalidTokenizer } from "./invalid-tokenizer.js";
import { isRecord, isTokenId } from "./json-shapes.js";

/** Ids that a post-processor puts around a single text. */
export interface SpecialTokens {
  before: readonly number[];
  after: readonly number[];
}

/**
 * Reads `post_processor` as the Rust library does: the ids come from the post-processor itself, not from the
 * vocabulary. (Files whose vocabulary was pruned, as Model2Vec writes them, hold two different ids for `[CLS]`.)
 */
export function readSpecialTokens(postProcessor: unknown, where = "post_processor"): SpecialTokens {
  if (postProcessor === null || postProcessor === undefined) return { before: [], after: [] };
  if (!isRecord(postProcessor)) throw invalidTokenizer(`${where} is not an object`);
  switch (postProcessor["type"]) {
    case "ByteLevel":
      return { before: [], after: [] };
    case "BertProcessing":
    case "RobertaProcessing":
      return {
        before: [readTokenAndId(postProcessor["cls"], `${where}.cls`)],
        after: [readTokenAndId(postProcessor["sep"], `${where}.sep`)],
      };
    case "TemplateProcessing":
      return readTemplate(postProcessor, where);
    case "Sequence":
      return readSequence(postProcessor["processors"], `${where}.processors`);
    default:
      throw invalidTokenizer(
        `${where}.type is ${JSON.stringify(postProcessor["type"])}, which is not supported`,
      );
  }
}

/** `["[CLS]", 101]` */
export function readTokenAndId(pair: unknown, where: string): number {
  if (Array.isArray(pair) && isTokenId(pair[1])) return pair[1];
  throw invalidTokenizer(`${where} is not a pair of token and id`);
}

function readTemplate(template: Record<string, unknown>, where: string): SpecialTokens {
  const { single, special_tokens: tokens } = template;
  if (!Array.isArray(single)) throw invalidTokenizer(`${where}.single is not a list`);
  const before: number[] = [];
  const after: number[] = [];
  let textSeen = false;
  single.forEach((item: unknown, index) => {
    const here = `${where}.single[${index}]`;
    if (!isRecord(item)) throw invalidTokenizer(`${here} is not an object`);
    if (isRecord(item["SpecialToken"])) {
      (textSeen ? after : before).push(...readTemplateToken(tokens, item["SpecialToken"]["id"], here));
    } else if (isRecord(item["Sequence"]) && item["Sequence"]["id"] === "A" && !textSeen) {
      textSeen = true;
    } else {
      throw invalidTokenizer(`${here} is neither a special token nor the one text`);
    }
  });
  if (!textSeen) throw invalidTokenizer(`${where}.single has no place for the text`);
  return { before, after };
}

export function readTemplateToken(tokens: unknown, name: unknown, where: string): number[] {
  const token =
    isRecord(tokens) && typeof name === "string" && Object.hasOwn(tokens, name) ? tokens[name] : undefined;
  const ids = isRecord(token) ? token["ids"] : undefined;
  if (Array.isArray(ids) && ids.length <= 64 && ids.every(isTokenId)) return ids;
  throw invalidTokenizer(`${where} names a special token without ids in special_tokens`);
}

function readSequence(processors: unknown, where: string): SpecialTokens {
  if (!Array.isArray(processors)) throw invalidTokenizer(`${where} is not a list`);
  // Each processor wraps what the ones before it made.
  return processors
    .map((processor: unknown, index) => readSpecialTokens(processor, `${where}[${index}]`))
    .reduce<SpecialTokens>(
      (inner, outer) => ({
        before: [...outer.before, ...inner.before],
        after: [...inner.after, ...outer.after],
      }),
      { before: [], after: [] },
    );
}
