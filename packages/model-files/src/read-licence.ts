import type { ModelFolder } from "@kokeshi/core";

/** The `license` in the front matter of the folder's README.md, where there is one. */
export async function readLicence(folder: ModelFolder): Promise<string | undefined> {
  if (!(await folder.has("README.md"))) return undefined;
  const readme = new TextDecoder().decode(await folder.read("README.md"));
  const frontMatter = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---/.exec(readme)?.[1] ?? "";
  return /^license:[ \t]*["']?([^\s"']+)/m.exec(frontMatter)?.[1];
}
