/** Whether a relative path, `/` between its parts, stays in the folder it starts from, on every system. */
export function isInsideFolder(location: string): boolean {
  return (
    // A backslash, a colon or a NUL means something on one system or another.
    /^[^\\:\0]+$/.test(location) &&
    location.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}
