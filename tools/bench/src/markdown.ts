import { corpora } from "./corpora.js";
import type { ComparisonRow } from "./compare.js";

/** One table a section: a line for each corpus, a column for ours and for each peer. */
export function markdownTables(rows: readonly ComparisonRow[]): string {
  return [...groupBy(rows, (row) => row.section).values()].map(sectionTable).join("\n\n");
}

function sectionTable(rows: readonly ComparisonRow[]): string {
  const [first] = rows;
  if (first === undefined) return "";
  const peers = [...new Set(rows.map((row) => row.peerName))];
  const path = first.oursPath === undefined ? "" : `, ${first.oursPath} path`;
  const lines = [...groupBy(rows, (row) => row.corpus)].map(([corpus, columns]) => [
    corpora[corpus].label,
    `**${speed(columns[0]?.ours ?? NaN)}**`,
    ...columns.map(
      (row) =>
        `${speed(row.peer)} · **${row.ratio.toFixed(1)}x** (${spread(row.leastRatio)}–${spread(row.greatestRatio)})`,
    ),
  ]);
  const notes = rows.map(agreementNote).filter((note) => note !== "");
  return [
    `### ${first.section}`,
    "",
    ...alignedTable([[first.unit, `${first.oursName}${path}`, ...peers], ...lines]),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ].join("\n");
}

/** What a reader must know before believing a ratio. */
function agreementNote({ agreement, corpus, peerName, oursName }: ComparisonRow): string {
  const where = `${corpora[corpus].label}, ${peerName}`;
  if (agreement.kind === "ids") {
    const { differing, texts } = agreement;
    return differing === 0
      ? ""
      : `- ${where}: ${differing} of ${texts} texts get other ids than from ${oursName}.`;
  }
  const { largestDifference } = agreement;
  return largestDifference <= 1e-6
    ? ""
    : `- ${where}: components differ by up to ${largestDifference.toExponential(1)}.`;
}

function speed(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function spread(ratio: number): string {
  return ratio.toFixed(ratio >= 10 ? 0 : 1);
}

/** A header and lines, padded so that the source reads as a table too. */
function alignedTable(lines: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const pad = (line: readonly string[]) =>
    `| ${widths.map((width, column) => padCell(line[column] ?? "", width, column)).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  const [header = [], ...rest] = lines;
  return [pad(header), rule, ...rest.map(pad)];
}

function padCell(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
