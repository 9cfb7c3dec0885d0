/** Longest path accepted from a listing, in UTF-16 units; file systems allow no more. */
const longestPath = 1024;

/**
 * Why `path` cannot name a file inside a model folder, or undefined when it can. Paths come from foreign listings
 * and configuration files, so whatever could leave the folder on any operating system is refused: `..`, absolute
 * paths, drive letters, backslashes, control characters, and segments of dots and spaces, which Windows strips.
 */
export function pathProblem(path: string): string | undefined {
  if (path === "") return "it is empty";
  if (path.length > longestPath) return `it is longer than ${longestPath} characters`;
  // eslint-disable-next-line no-control-regex -- refusing control characters is the point
  if (/[\u0000-\u001f\u007f]/.test(path)) return "it holds a control character";
  if (/\p{Surrogate}/u.test(path)) return "it is not valid Unicode";
  if (path.includes("\\")) return "it holds a backslash";
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "it is absolute";
  for (const segment of path.split("/")) {
    if (segment === "") return "it holds an empty segment";
    if (/^[. ]+$/.test(segment)) return `it holds the segment "${segment}"`;
  }
  return undefined;
}
