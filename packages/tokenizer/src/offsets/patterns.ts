import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { letterRuns, numberRuns } from "../fast/bpe/unicode-runs.js";
import { invalidTokenizer } from "../invalid-tokenizer.js";
import { isRecord } from "../json-shapes.js";
import { guardAnchors } from "../library-component.js";
import type { Match } from "./aligned-text.js";

/** Finds all matches in a text, in order. */
export type Pattern = (text: string) => Iterable<Match>;

/** The `pattern` of a `Replace` or a `Split`. */
export function readPattern(pattern: unknown, where: string): Pattern {
  if (isRecord(pattern)) {
    if (typeof pattern["Regex"] === "string") return expressionPattern(pattern["Regex"], where);
    if (typeof pattern["String"] === "string") return literalPattern(pattern["String"]);
  }
  throw invalidTokenizer(`${where}.pattern is neither a Regex nor a String`);
}

/** Every character of a set is a match of its own. */
export function characterPattern(matches: (codePoint: number) => boolean): Pattern {
  return function* (text) {
    for (let at = 0; at < text.length;) {
      const codePoint = text.codePointAt(at) as number;
      const end = at + (codePoint > 0xffff ? 2 : 1);
      if (matches(codePoint)) yield { start: at, end };
      at = end;
    }
  };
}

export function literalPattern(literal: string): Pattern {
  return function* (text) {
    if (literal === "") return;
    for (let at = text.indexOf(literal); at >= 0;) {
      const end = at + literal.length;
      yield { start: at, end };
      at = text.indexOf(literal, end);
    }
  };
}

/** A regular expression of Oniguruma, as `@huggingface/tokenizers` writes it in JavaScript. */
export function expressionPattern(regex: string, where: string): Pattern {
  const expression = translate(guardAnchors(writeOutClasses(regex)), where);
  return function* (text) {
    let last = -1;
    for (const { 0: match, index } of text.matchAll(expression)) {
      const end = index + match.length;
      // Nothing directly after a match is none.
      if (match !== "" || index !== last) yield { start: index, end };
      last = end;
    }
  };
}

function translate(regex: string, where: string): RegExp {
  try {
    const library = new LibraryTokenizer(
      {
        model: { type: "WordPiece", vocab: { unknown: 0 }, unk_token: "unknown" },
        added_tokens: [],
        normalizer: { type: "Replace", pattern: { Regex: regex }, content: "" },
        pre_tokenizer: null,
        post_processor: null,
        decoder: null,
      },
      {},
    );
    const { pattern } = library.normalizer as unknown as { pattern: unknown };
    if (pattern instanceof RegExp) return pattern;
    throw new TypeError("no regular expression");
  } catch (cause) {
    throw invalidTokenizer(`${where}.pattern cannot be used (${(cause as Error).message})`, cause);
  }
}

/** Writes \p{L} and \p{N} out as Oniguruma knows them: JavaScript engines know newer letters. */
function writeOutClasses(regex: string): string {
  let result = "";
  let inClass = false;
  for (let at = 0; at < regex.length; at++) {
    const known = /^\\p\{([LN])\}/.exec(regex.slice(at, at + 5))?.[1];
    if (known !== undefined) {
      const members = known === "L" ? letters() : numbers();
      result += inClass ? members : `[${members}]`;
      at += 4;
      continue;
    }
    const character = regex[at] as string;
    result += character;
    if (character === "\\") result += regex[++at] ?? "";
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
  }
  return result;
}

let writtenLetters: string | undefined;
let writtenNumbers: string | undefined;
const letters = () => (writtenLetters ??= writeRuns(letterRuns));
const numbers = () => (writtenNumbers ??= writeRuns(numberRuns));

function writeRuns(runs: string): string {
  const bounds = runs.split(" ").map((step) => parseInt(step, 36));
  let at = 0;
  let written = "";
  for (let index = 0; index < bounds.length; index += 2) {
    at += bounds[index] as number;
    const last = at + (bounds[index + 1] as number) - 1;
    written += last === at ? hex(at) : `${hex(at)}-${hex(last)}`;
    at = last + 1;
  }
  return written;
}

const hex = (codePoint: number) => `\\x{${codePoint.toString(16)}}`;
