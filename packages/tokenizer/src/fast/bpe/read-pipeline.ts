import { isRecord } from "../../json-shapes.js";
import { lowercaseCharacters } from "../bert-normalizer.js";
import { toForm } from "../unicode-forms.js";
import { hasOnlyKeys } from "../strict-shape.js";
import { cl100kExpression, clipExpression, gpt2Expression, type PieceRule } from "./piece-scanners.js";

/** What happens to a text before the merges. */
export interface Pipeline {
  /** Undefined: nothing is normalized. */
  normalize: TextNormalizer | undefined;
  /** What the vocabulary spells: UTF-8 bytes, or characters with this one for a space. */
  spells: "bytes" | { space: string };
  /** When a space comes before the text. */
  leadingSpace: LeadingSpace;
  /** Where pieces end. */
  pieceRule: PieceRule;
  /** Pieces are divided further, around digits, as Falcon does. */
  digitsApart: boolean;
}

export interface TextNormalizer {
  apply(text: string): string;
  /** Character by character. */
  lowercases: boolean;
  /** To NFC: characters are joined with those before them. */
  composes: boolean;
}

export interface LeadingSpace {
  /** Only at the start of the whole text, after added tokens as well, or never. */
  where: "start" | "everywhere" | "nowhere";
  /** Even where there is one already. */
  always: boolean;
}

/** `undefined` where the components are not among those known to be done exactly. */
export function readPipeline(normalizer: unknown, preTokenizer: unknown): Pipeline | undefined {
  return readBytePipeline(normalizer, preTokenizer) ?? readCharacterPipeline(normalizer, preTokenizer);
}

function readBytePipeline(normalizer: unknown, preTokenizer: unknown): Pipeline | undefined {
  const steps = readPreTokenizer(preTokenizer);
  if (steps === undefined) return undefined;
  const normalize = readNormalizer(normalizer, steps.dropsSpaces);
  if (normalize === "unknown") return undefined;
  return {
    normalize,
    spells: "bytes",
    leadingSpace: { where: steps.leadingSpace ? "everywhere" : "nowhere", always: false },
    pieceRule: steps.pieceRule,
    digitsApart: steps.digitsApart,
  };
}

interface PreTokenizerSteps {
  pieceRule: PieceRule;
  leadingSpace: boolean;
  digitsApart: boolean;
  /** White space separates pieces and leaves no trace. */
  dropsSpaces: boolean;
}

function readPreTokenizer(preTokenizer: unknown): PreTokenizerSteps | undefined {
  if (isByteLevel(preTokenizer, { addsSpace: [true, false], usesExpression: [true, undefined] })) {
    return {
      pieceRule: "gpt2",
      leadingSpace: preTokenizer["add_prefix_space"] === true,
      digitsApart: false,
      dropsSpaces: false,
    };
  }
  const parts = partsOf(preTokenizer, "pretokenizers") ?? [];
  const [first, second, third, fourth] = parts;
  const none = { leadingSpace: false, digitsApart: false, dropsSpaces: false };
  if (
    parts.length === 4 &&
    isComponent(first, "Punctuation", { behavior: ["Contiguous"] }) &&
    isByteLevel(second, { addsSpace: [false], usesExpression: [true, undefined] }) &&
    isComponent(third, "Digits", { individual_digits: [false] }) &&
    isSplit(fourth, "[0-9][0-9][0-9]", isolated)
  ) {
    return { ...none, pieceRule: "falcon", digitsApart: true };
  }
  if (parts.length !== 2) return undefined;
  if (isByteLevel(second, { addsSpace: [false], usesExpression: [false] })) {
    // All of these expressions match everywhere, so keeping the matches and cutting around them is the same.
    if (isSplit(first, gpt2Expression, isolated, matchesOnly)) return { ...none, pieceRule: "gpt2" };
    for (const [digits, pieceRule] of [
      ["{1,3}", "cl100k"],
      ["", "qwen2"],
    ] as const) {
      if (isSplit(first, cl100kExpression(digits), isolated, matchesOnly)) return { ...none, pieceRule };
    }
  }
  if (
    isSplit(first, clipExpression, matchesOnly) &&
    isByteLevel(second, { addsSpace: [false], usesExpression: [true, undefined] })
  ) {
    return { ...none, pieceRule: "clip", dropsSpaces: true };
  }
  return undefined;
}

function readNormalizer(normalizer: unknown, dropsSpaces: boolean): TextNormalizer | undefined | "unknown" {
  if (normalizer === null) return undefined;
  const steps: ((text: string) => string)[] = [];
  let composes = false;
  let lowercases = false;
  for (const step of partsOf(normalizer, "normalizers") ?? [normalizer]) {
    if (isComponent(step, "NFC")) {
      steps.push((text) => toForm(text, "NFC"));
      composes = true;
    } else if (isComponent(step, "Lowercase")) {
      steps.push(lowercaseCharacters);
      lowercases = true;
    } else if (!dropsSpaces || !isSpaceRunReplacement(step)) {
      return "unknown";
    }
  }
  return { apply: (text) => steps.reduce((result, apply) => apply(result), text), composes, lowercases };
}

/** Any white space, one space or many, comes to the same where it is only a border between pieces. */
function isSpaceRunReplacement(step: unknown): boolean {
  return (
    isRecord(step) &&
    step["type"] === "Replace" &&
    hasOnlyKeys(step, ["type", "pattern", "content"]) &&
    isPattern(step["pattern"], "\\s+") &&
    step["content"] === " "
  );
}

/** Models converted from SentencePiece: a space is a visible character, and the text is one piece. */
function readCharacterPipeline(normalizer: unknown, preTokenizer: unknown): Pipeline | undefined {
  const pipeline = { normalize: undefined, pieceRule: "wholeText", digitsApart: false } as const;
  if (preTokenizer === null) {
    const steps = partsOf(normalizer, "normalizers") ?? [normalizer];
    const replacement = steps.at(-1);
    const space = readSpaceReplacement(replacement);
    if (space === undefined) return undefined;
    if (steps.length === 1) {
      return { ...pipeline, spells: { space }, leadingSpace: { where: "nowhere", always: false } };
    }
    if (steps.length === 2 && isComponent(steps[0], "Prepend", { prepend: [space] })) {
      return { ...pipeline, spells: { space }, leadingSpace: { where: "everywhere", always: true } };
    }
    return undefined;
  }
  if (
    normalizer !== null ||
    !isComponent(preTokenizer, "Metaspace", {
      replacement: ["▁"],
      prepend_scheme: ["always", "first", "never"],
      split: [false],
    })
  ) {
    return undefined;
  }
  const where = { always: "everywhere", first: "start", never: "nowhere" } as const;
  return {
    ...pipeline,
    spells: { space: "▁" },
    leadingSpace: {
      where: where[preTokenizer["prepend_scheme"] as keyof typeof where],
      always: false,
    },
  };
}

/** The one character that `Replace` puts in place of a space. */
function readSpaceReplacement(step: unknown): string | undefined {
  if (!isRecord(step) || step["type"] !== "Replace" || !hasOnlyKeys(step, ["type", "pattern", "content"])) {
    return undefined;
  }
  const { pattern, content } = step;
  const replacesSpace = isRecord(pattern) && hasOnlyKeys(pattern, ["String"]) && pattern["String"] === " ";
  return replacesSpace && typeof content === "string" && content.length === 1 && content > "\x7f"
    ? content
    : undefined;
}

const isolated = { behavior: "Isolated", invert: false };
const matchesOnly = { behavior: "Removed", invert: true };

function isSplit(
  step: unknown,
  expression: string,
  ...ways: readonly { behavior: string; invert: boolean }[]
): boolean {
  return (
    isRecord(step) &&
    step["type"] === "Split" &&
    hasOnlyKeys(step, ["type", "pattern", "behavior", "invert"]) &&
    isPattern(step["pattern"], expression) &&
    ways.some(({ behavior, invert }) => step["behavior"] === behavior && step["invert"] === invert)
  );
}

function isPattern(pattern: unknown, expression: string): boolean {
  return isRecord(pattern) && hasOnlyKeys(pattern, ["Regex"]) && pattern["Regex"] === expression;
}

function isByteLevel(
  step: unknown,
  { addsSpace, usesExpression }: { addsSpace: readonly boolean[]; usesExpression: readonly unknown[] },
): step is Record<string, unknown> {
  return isComponent(step, "ByteLevel", {
    add_prefix_space: addsSpace,
    trim_offsets: [true, false],
    use_regex: usesExpression,
  });
}

/** The parts of a `Sequence`, else undefined. */
function partsOf(component: unknown, key: "normalizers" | "pretokenizers"): readonly unknown[] | undefined {
  if (!isRecord(component) || component["type"] !== "Sequence" || !hasOnlyKeys(component, ["type", key])) {
    return undefined;
  }
  const parts = component[key];
  return Array.isArray(parts) ? parts : undefined;
}

/** Is this the component `type`, with these settings and no others? A setting may be missing if `undefined` is allowed. */
function isComponent(
  component: unknown,
  type: string,
  settings: Readonly<Record<string, readonly unknown[]>> = {},
): component is Record<string, unknown> {
  return (
    isRecord(component) &&
    component["type"] === type &&
    hasOnlyKeys(component, ["type", ...Object.keys(settings)]) &&
    Object.entries(settings).every(([key, values]) => values.includes(component[key]))
  );
}
