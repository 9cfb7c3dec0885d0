import type { AlignedText, Match } from "./aligned-text.js";
import type { Pattern } from "./patterns.js";

export type SplitBehavior = "Removed" | "Isolated" | "Contiguous" | "MergedWithPrevious" | "MergedWithNext";

interface Part extends Match {
  isMatch: boolean;
}

/** `NormalizedString::split` of the Rust library: the parts between the matches of a pattern, and what becomes of those. */
export function split(
  text: AlignedText,
  pattern: Pattern,
  behavior: SplitBehavior,
  invert = false,
): AlignedText[] {
  const parts = partsOf(text.text, pattern);
  if (invert) for (const part of parts) part.isMatch = !part.isMatch;
  return join(parts, behavior)
    .filter(({ start, end }) => start < end)
    .map(({ start, end }) => text.slice(start, end));
}

function partsOf(text: string, pattern: Pattern): Part[] {
  const parts: Part[] = [];
  let last = 0;
  for (const { start, end } of pattern(text)) {
    if (last < start) parts.push({ start: last, end: start, isMatch: false });
    parts.push({ start, end, isMatch: true });
    last = end;
  }
  if (last < text.length) parts.push({ start: last, end: text.length, isMatch: false });
  return parts;
}

function join(parts: readonly Part[], behavior: SplitBehavior): readonly Match[] {
  switch (behavior) {
    case "Isolated":
      return parts;
    case "Removed":
      return parts.filter((part) => !part.isMatch);
    case "Contiguous":
      return joinIf(parts, (previous, part) => previous.isMatch === part.isMatch);
    case "MergedWithPrevious":
      return joinIf(parts, (previous, part) => part.isMatch && !previous.isMatch);
    case "MergedWithNext":
      return joinIf(parts, (previous, part) => previous.isMatch && !part.isMatch);
  }
}

/** Joins parts with those directly before them. */
function joinIf(parts: readonly Part[], belongTogether: (previous: Part, part: Part) => boolean): Match[] {
  const joined: Match[] = [];
  parts.forEach((part, index) => {
    const previous = parts[index - 1];
    const last = joined.at(-1);
    if (previous && last && belongTogether(previous, part)) last.end = part.end;
    else joined.push({ start: part.start, end: part.end });
  });
  return joined;
}
