import { displayWidth, padToWidth } from "./display-width.js";

/** Rows of cells as lines of aligned columns. Columns named in `right` are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string {
  const widths: number[] = [];
  for (const cells of rows) {
    cells.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell))));
  }
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => {
        const width = widths[column] as number;
        return right.has(column) ? " ".repeat(width - displayWidth(cell)) + cell : padToWidth(cell, width);
      })
      .join("  ")
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join("");
}
