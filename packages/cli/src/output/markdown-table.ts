/** A table in GitHub's Markdown, its columns aligned to the right and padded so that the source reads as a table too. */
export function markdownTable(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = header.map((cell, column) =>
    Math.max(3, cell.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const row = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padStart(width)).join(" | ")} |\n`;
  const rule = `| ${widths.map((width) => `${"-".repeat(width - 1)}:`).join(" | ")} |\n`;
  return row(header) + rule + lines.map(row).join("");
}
