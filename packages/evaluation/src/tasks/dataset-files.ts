/** What a file of a data set holds. */
export type DatasetRole = "test" | "train" | "corpus" | "queries" | "qrels";

const dataFile = /\.(parquet|jsonl|jsonl\.gz|tsv|tsv\.gz)$/i;

/** Splits go by several names in file names: those that the `datasets` library takes for one. */
const splitNames: ReadonlyMap<string, readonly string[]> = new Map([
  ["validation", ["validation", "valid", "dev", "val"]],
  ["dev", ["validation", "valid", "dev", "val"]],
  ["test", ["test", "testing", "eval"]],
  ["train", ["train", "training"]],
]);

/**
 * The files of a data set that hold one role, by their names, as `datasets` finds splits without a configuration
 * (https://huggingface.co/docs/hub/datasets-file-names-and-splits): `test.jsonl`, `data/test-00000-of-00002.parquet`,
 * `ja/test.jsonl.gz`, `corpus.jsonl`, `queries/test-….parquet`, `qrels/test.tsv`. Of several formats the first of
 * Parquet, JSON lines and TSV is taken. Sorted, so that parts follow each other.
 */
export function filesOfRole(
  paths: readonly string[],
  role: DatasetRole,
  { split, subset }: { split: string; subset?: string },
): string[] {
  const inSubset = paths.filter(
    (path) => dataFile.test(path) && (subset === undefined || isOfSubset(path, subset)),
  );
  const found = inSubset.filter((path) => {
    const words = wordsOf(path);
    const isRetrievalPart = words.has("corpus") || words.has("queries");
    if (role === "corpus" || role === "queries") return words.has(role);
    return !isRetrievalPart && namesSplit(words, role === "train" ? "train" : split);
  });
  const formats = [/\.parquet$/i, /\.jsonl(\.gz)?$/i, /\.tsv(\.gz)?$/i];
  const format = formats.find((ending) => found.some((path) => ending.test(path)));
  return format === undefined ? [] : found.filter((path) => format.test(path)).sort();
}

function namesSplit(words: ReadonlySet<string>, split: string): boolean {
  return (splitNames.get(split) ?? [split]).some((name) => words.has(name));
}

function wordsOf(path: string): Set<string> {
  return new Set(path.toLowerCase().split(/[/._-]+/));
}

/** A folder or the beginning of a file name that is the subset and not the beginning of a longer one: not `en-ext`. */
function isOfSubset(path: string, subset: string): boolean {
  return path.split("/").some((segment) => {
    if (!segment.startsWith(subset)) return false;
    const rest = segment.slice(subset.length);
    return (
      rest === "" ||
      /^[._-](train|test|validation|valid|dev|corpus|queries|qrels|jsonl|parquet|tsv|\d)/.test(rest)
    );
  });
}
