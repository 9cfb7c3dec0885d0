import { isRecord } from "../json-shapes.js";
import { createPrecompiledNormalizer } from "../precompiled-normalizer.js";
import {
  bertNormalize,
  isReorderedByBert,
  lowercaseCharacters,
  readBertNormalizer,
} from "./bert-normalizer.js";
import { readCharacterPattern } from "./character-pattern.js";
import { hasOnlyKeys } from "./strict-shape.js";
import { joinsInForm, toForm, type NormalizationForm } from "./unicode-forms.js";
import { graphemeContinuing, graphemePrepending } from "./unicode-sets.js";

/** A file's normalizer, sorted by how far each component looks. */
export interface NormalizerPlan {
  /** What goes before the text, unless the text is empty. */
  prefix: string;
  /** Applied in order. At most one has a `context`, and none without stands beside another. */
  steps: readonly NormalizerStep[];
  /** Applied last, in order, to the whole text. */
  finals: readonly FinalStep[];
}

/** Turns texts into texts; without a `context`, each character into some characters, whatever stands beside it. */
export interface NormalizerStep {
  apply(text: string): string;
  context?: {
    /** Whether a character can change, or be changed by, what stands before it. */
    joinsLeft(codePoint: number): boolean;
    /** The same for what stands after it, even where `joinsLeft` of that does not say so. */
    joinsRight(codePoint: number): boolean;
  };
}

export type FinalStep =
  | { type: "strip"; left: boolean; right: boolean }
  /** Runs of at least `minimum` such UTF-16 units become one unit. */
  | { type: "collapse"; matches: (unit: number) => boolean; minimum: number; replacement: number };

/** `undefined` where a component or an option is not understood exactly. */
export function planNormalizer(normalizer: unknown): NormalizerPlan | undefined {
  const plan = { prefix: "", steps: [] as NormalizerStep[], finals: [] as FinalStep[] };
  for (const component of flatten(normalizer)) if (!addComponent(plan, component)) return undefined;
  if (plan.steps.filter((step) => step.context).length > 1) return undefined;
  if (plan.prefix !== "") {
    // Steps after it would see it. Those of single characters may, if it means nothing to them.
    if (plan.finals.length > 0 || plan.steps.some((step) => step.context)) return undefined;
    if (plan.steps.some((step) => step.apply(plan.prefix) !== plan.prefix)) return undefined;
  }
  return { ...plan, steps: mergeSteps(plan.steps) };
}

/** Steps of single characters become one where they follow one another: some files have dozens. */
function mergeSteps(steps: readonly NormalizerStep[]): NormalizerStep[] {
  const runs: NormalizerStep[][] = [];
  for (const step of steps) {
    const last = runs.at(-1);
    if (step.context === undefined && last?.[0]?.context === undefined && last !== undefined) last.push(step);
    else runs.push([step]);
  }
  return runs.map((run) => (run.length === 1 ? (run[0] as NormalizerStep) : stepOfCharacters(run)));
}

const mostCharacters = 8192;

/** Remembers what becomes of each character. */
function stepOfCharacters(steps: readonly NormalizerStep[]): NormalizerStep {
  const results = new Map<number, string>();
  return {
    apply: (text) =>
      mapCharacters(text, (character, codePoint) => {
        let result = results.get(codePoint);
        if (result === undefined) {
          result = steps.reduce((part, step) => step.apply(part), character);
          if (results.size >= mostCharacters) results.clear();
          results.set(codePoint, result);
        }
        return result;
      }),
  };
}

function flatten(normalizer: unknown): unknown[] {
  if (normalizer === null) return [];
  if (!isRecord(normalizer) || normalizer["type"] !== "Sequence") return [normalizer];
  const parts = normalizer["normalizers"];
  return Array.isArray(parts) && hasOnlyKeys(normalizer, ["type", "normalizers"])
    ? parts.flatMap(flatten)
    : [undefined];
}

function addComponent(
  plan: { prefix: string; steps: NormalizerStep[]; finals: FinalStep[] },
  component: unknown,
): boolean {
  if (!isRecord(component)) return false;
  if (component["type"] === "Strip") {
    const { strip_left: left, strip_right: right } = component;
    if (typeof left !== "boolean" || typeof right !== "boolean") return false;
    plan.finals.push({ type: "strip", left, right });
    return hasOnlyKeys(component, ["type", "strip_left", "strip_right"]);
  }
  const prefix = readPrefix(component);
  if (prefix !== undefined) {
    if (plan.prefix !== "" || plan.steps.length > 0 || plan.finals.length > 0) return false;
    plan.prefix = prefix;
    return true;
  }
  const collapse = readCollapse(component);
  if (collapse !== undefined) {
    plan.finals.push(collapse);
    return true;
  }
  const step = readStep(component);
  if (step === undefined || plan.finals.length > 0) return false;
  plan.steps.push(step);
  return true;
}

/** `Prepend`, and the regular expression that llm-jp's files use for it. */
function readPrefix(component: Record<string, unknown>): string | undefined {
  if (component["type"] === "Prepend" && hasOnlyKeys(component, ["type", "prepend"])) {
    return typeof component["prepend"] === "string" ? component["prepend"] : undefined;
  }
  const { pattern, content } = component;
  const isStart =
    component["type"] === "Replace" &&
    hasOnlyKeys(component, ["type", "pattern", "content"]) &&
    isRecord(pattern) &&
    pattern["Regex"] === "(?<!\\n)^";
  return isStart && typeof content === "string" ? content : undefined;
}

function readCollapse(component: Record<string, unknown>): FinalStep | undefined {
  const replace = readReplace(component);
  if (replace === undefined || !replace.pattern.repeats || replace.content.length !== 1) return undefined;
  const { matches, minimum } = replace.pattern;
  // Halves of characters must not be taken for characters.
  if (matches(0xd800) || matches(0xdfff)) return undefined;
  return { type: "collapse", matches, minimum, replacement: replace.content.charCodeAt(0) };
}

function readReplace(component: Record<string, unknown>) {
  if (component["type"] !== "Replace" || !hasOnlyKeys(component, ["type", "pattern", "content"]))
    return undefined;
  const pattern = readCharacterPattern(component["pattern"]);
  const { content } = component;
  return pattern === undefined || typeof content !== "string" ? undefined : { pattern, content };
}

function readStep(component: Record<string, unknown>): NormalizerStep | undefined {
  const { type } = component;
  switch (type) {
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return hasOnlyKeys(component, ["type"]) ? formStep(type) : undefined;
    case "Lowercase":
      return hasOnlyKeys(component, ["type"]) ? { apply: lowercaseCharacters } : undefined;
    case "Nmt":
      return hasOnlyKeys(component, ["type"]) ? { apply: applyNmt } : undefined;
    case "Precompiled":
      return precompiledStep(component);
    case "BertNormalizer": {
      const options = readBertNormalizer(component);
      if (options === undefined) return undefined;
      const apply = (text: string) => bertNormalize(text, options);
      if (!options.stripAccents) return { apply };
      // What is removed must not part those that are reordered.
      const joins = (codePoint: number) =>
        isReorderedByBert(codePoint, options) || apply(String.fromCodePoint(codePoint)) === "";
      return { apply, context: { joinsLeft: joins, joinsRight: () => false } };
    }
    case "Replace": {
      const replace = readReplace(component);
      if (replace === undefined || replace.pattern.repeats) return undefined;
      const { pattern, content } = replace;
      return {
        apply: (text) =>
          mapCharacters(text, (character, codePoint) => (pattern.matches(codePoint) ? content : character)),
      };
    }
    default:
      return undefined;
  }
}

function formStep(form: NormalizationForm): NormalizerStep {
  return {
    apply: (text) => toForm(text, form),
    context: { joinsLeft: (codePoint) => joinsInForm(codePoint, form), joinsRight: () => false },
  };
}

function precompiledStep(component: Record<string, unknown>): NormalizerStep | undefined {
  const charsmap = component["precompiled_charsmap"];
  if (!hasOnlyKeys(component, ["type", "precompiled_charsmap"])) return undefined;
  return {
    apply: createPrecompiledNormalizer(charsmap, "normalizer"),
    context: { joinsLeft: joinsGraphemeBefore, joinsRight: joinsGraphemeAfter },
  };
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

function joinsGraphemeBefore(codePoint: number): boolean {
  return (
    codePoint === lineFeed ||
    // Medial vowels and final consonants of Hangul.
    (codePoint >= 0x1160 && codePoint <= 0x11ff) ||
    (codePoint >= 0xd7b0 && codePoint <= 0xd7ff) ||
    (codePoint >= 0x300 && graphemeContinuing.has(codePoint))
  );
}

function joinsGraphemeAfter(codePoint: number): boolean {
  return (
    codePoint === carriageReturn ||
    // Initial consonants of Hangul, before a whole syllable.
    (codePoint >= 0x1100 && codePoint <= 0x115f) ||
    (codePoint >= 0xa960 && codePoint <= 0xa97c) ||
    // Regional indicators, two of which are a flag.
    (codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff) ||
    // After a joiner a pictograph may go on, after a virama a consonant.
    codePoint === 0x200d ||
    viramas.has(codePoint) ||
    (codePoint >= 0x600 && graphemePrepending.has(codePoint))
  );
}

/** Indic_Conjunct_Break=Linker, Unicode 17. */
const viramas = new Set([
  0x94d, 0x9cd, 0xacd, 0xb4d, 0xc4d, 0xd4d, 0x1039, 0x17d2, 0x1a60, 0x1b44, 0x1bab, 0xa9c0, 0xaaf6, 0x10a3f,
  0x11133, 0x113d0, 0x1193e, 0x11a47, 0x11a99, 0x11f42,
]);

/** The Rust library's Nmt: control characters removed, spaces of all kinds and a few more to U+0020. */
export function applyNmt(text: string): string {
  return mapCharacters(text, (character, codePoint) => {
    const isRemoved =
      (codePoint >= 0x01 && codePoint <= 0x08) ||
      codePoint === 0x0b ||
      (codePoint >= 0x0e && codePoint <= 0x1f) ||
      codePoint === 0x7f ||
      codePoint === 0x8f ||
      codePoint === 0x9f;
    if (isRemoved) return "";
    return /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/.test(character) ? " " : character;
  });
}

function mapCharacters(text: string, map: (character: string, codePoint: number) => string): string {
  let result = "";
  let done = 0;
  let index = 0;
  for (const character of text) {
    const mapped = map(character, character.codePointAt(0) as number);
    if (mapped !== character) {
      result += text.slice(done, index) + mapped;
      done = index + character.length;
    }
    index += character.length;
  }
  return done === 0 ? text : result + text.slice(done);
}
