import { invalidTokenizer } from "./invalid-tokenizer.js";
import { isRecord } from "./json-shapes.js";

/*
 * `@huggingface/tokenizers` 0.2.0 treats some components differently from the Rust library, for which the files are
 * written. Where other components say the same in a way that both libraries understand alike, a file is rewritten
 * before the library sees it. golden-tokens.test.ts holds the result against the Rust library.
 */

/** A normalizer or pre-tokenizer of a tokenizer.json. */
export type Component = Record<string, unknown>;

export function requireComponent(component: unknown, where: string): Component {
  if (isRecord(component) && typeof component["type"] === "string") return component;
  throw invalidTokenizer(`${where} has no type`);
}

export function correctSequence(
  key: "normalizers" | "pretokenizers",
  sequence: Component,
  where: string,
  correct: (component: unknown, where: string) => Component | null,
): Component {
  const parts = sequence[key];
  if (!Array.isArray(parts)) throw invalidTokenizer(`${where}.${key} is not a list`);
  return {
    type: "Sequence",
    [key]: parts.map((part: unknown, index) => correct(part, `${where}.${key}[${index}]`)),
  };
}

/** The pattern of a Replace or Split, as a regular expression. */
export function readPattern({ pattern }: Component, where: string): string {
  if (isRecord(pattern)) {
    if (typeof pattern["Regex"] === "string") return pattern["Regex"];
    if (typeof pattern["String"] === "string") return literal(pattern["String"]);
  }
  throw invalidTokenizer(`${where}.pattern is neither a Regex nor a String`);
}

/** A regular expression for exactly this text. */
export function literal(text: string): string {
  return Array.from(text, (character) => `\\x{${(character.codePointAt(0) as number).toString(16)}}`).join(
    "",
  );
}

/**
 * The library writes an anchor as a negative lookbehind, which V8 finds true between the two halves of a surrogate
 * pair. Nothing precedes and nothing follows such a place, as V8 sees it; every other place has either.
 */
export function guardAnchors(regex: string): string {
  return regex.includes("^") || regex.includes("\\A") ? `(?:(?=[\\s\\S])|(?<=[\\s\\S]))(?:${regex})` : regex;
}
