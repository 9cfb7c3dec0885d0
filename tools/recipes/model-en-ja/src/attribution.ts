/**
 * ATTRIBUTION.md from the README of the training data: its table of sources, without the columns that only count
 * pairs and without the groups the recipe leaves out, and the notes below the table.
 */
export function attribution(trainingReadme: string, groups: ReadonlySet<string>): string {
  const section = trainingReadme.split(/^## /m).find((part) => part.startsWith("Sources\n"));
  if (section === undefined) throw new Error("the README of the training data has no section Sources");
  const lines = section.split("\n");
  const cells = (line: string): string[] =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const table = lines.filter((line) => line.startsWith("|")).map(cells);
  const [header, , ...rows] = table;
  const columns = ["source", "commit", "licence", "attribution"].map((name) => header?.indexOf(name) ?? -1);
  if (columns.includes(-1))
    throw new Error(`the table of sources has the columns ${header?.join(", ") ?? "none"}`);
  const used = rows.filter(([group]) => groups.has(group ?? ""));
  // A source that gave pairs to several groups is named once.
  const entries = new Set(used.map((row) => `| ${columns.map((column) => row[column] ?? "").join(" | ")} |`));
  const notes = lines
    .slice(lines.findLastIndex((line) => line.startsWith("|")) + 1)
    .join("\n")
    .trim();
  return `# Where the training text comes from

The weights in this package were trained on text from the public repositories below, at the commits named, and on
nothing else. Every source allows derivatives and commercial use; each keeps its own licence.

| source (GitHub) | commit | licence | attribution |
| --- | --- | --- | --- |
${[...entries].sort().join("\n")}

${notes}
`;
}
