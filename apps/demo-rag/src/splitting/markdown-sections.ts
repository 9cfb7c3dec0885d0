export interface Section {
  /** Character range of the section's body: from below its heading line to the next heading. */
  start: number;
  end: number;
  /** Titles of the headings the body stands under, outermost first. */
  headings: string[];
}

/**
 * The sections of a Markdown text: each ATX heading ("#" to "######") outside fenced code begins one. What is before
 * the first heading is a section without headings; sections without a body are left out.
 */
export function markdownSections(text: string): Section[] {
  const sections: Section[] = [];
  const open: { level: number; title: string }[] = [];
  let current: Section = { start: 0, end: 0, headings: [] };
  let fence: string | undefined;
  let position = 0;
  for (const line of text.split("\n")) {
    const nextLine = position + line.length + 1;
    const marker = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (marker?.startsWith(fence) && line.trim() === marker) fence = undefined;
    } else if (marker !== undefined) {
      fence = marker;
    } else {
      const heading = headingOf(line);
      if (heading !== undefined) {
        while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
        open.push(heading);
        sections.push({ ...current, end: position });
        current = {
          start: Math.min(nextLine, text.length),
          end: 0,
          headings: open.map(({ title }) => title),
        };
      }
    }
    position = nextLine;
  }
  sections.push({ ...current, end: text.length });
  return sections.filter(({ start, end }) => text.slice(start, end).trim() !== "");
}

function headingOf(line: string): { level: number; title: string } | undefined {
  const [, marks, rest] = /^ {0,3}(#{1,6})[ \t]+(.*)$/.exec(line) ?? [];
  if (marks === undefined || rest === undefined) return undefined;
  return {
    level: marks.length,
    title: rest
      .trimEnd()
      .replace(/(^|[ \t])#+$/, "")
      .trimEnd(),
  };
}
