import type { TokenizerJson } from "./tokenizer-json.js";

/**
 * What a token looks like in a text, for asking a model about it: `##ing` is "ing", `▁the` and `Ġthe` are "the".
 * `undefined` for tokens that are no text of their own: `▁` alone, single bytes, parts of a character.
 */
export function tokenTexts({ model, pre_tokenizer }: TokenizerJson): (token: string) => string | undefined {
  const prefix = stringOr(model["continuing_subword_prefix"], model.type === "WordPiece" ? "##" : "");
  const suffix = stringOr(model["end_of_word_suffix"], "");
  const isByteLevel = JSON.stringify(pre_tokenizer ?? null).includes('"type":"ByteLevel"');
  return (token) => {
    if (model["byte_fallback"] === true && /^<0x[0-9A-F]{2}>$/.test(token)) return undefined;
    let text = token;
    if (prefix !== "" && text.startsWith(prefix) && text !== prefix) text = text.slice(prefix.length);
    if (suffix !== "" && text.endsWith(suffix)) text = text.slice(0, -suffix.length);
    const decoded = isByteLevel ? decodeByteLevel(text) : text.replaceAll("▁", " ");
    return decoded?.trim() || undefined;
  };
}

function stringOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

/** Characters that byte-level BPE writes for bytes (`bytes_to_unicode` of GPT-2's encoder.py), and the bytes. */
const byteOfCharacter = new Map<string, number>();
{
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const isItself = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 255 && byte !== 173);
    byteOfCharacter.set(String.fromCharCode(isItself ? byte : next++), byte);
  }
}

function decodeByteLevel(token: string): string | undefined {
  const bytes = Array.from(token, (character) => byteOfCharacter.get(character));
  // Added tokens are written as they are.
  if (bytes.includes(undefined)) return token;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes as number[]));
  } catch {
    return undefined;
  }
}
