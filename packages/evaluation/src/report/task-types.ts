/** The kinds of task in the order of a report, with the words for them. */
const typeLabels = new Map([
  ["sts", "STS"],
  ["pair-classification", "Pair classification"],
  ["retrieval", "Retrieval"],
  ["reranking", "Reranking"],
  ["classification", "Classification"],
  ["clustering", "Clustering"],
  ["bitext", "Bitext mining"],
]);

export function typeLabel(type: string): string {
  return typeLabels.get(type) ?? type;
}

/** The types in the order of a report; unknown ones last, as they come. */
export function sortTypes(types: Iterable<string>): string[] {
  const order = [...typeLabels.keys()];
  const place = (type: string) => (order.includes(type) ? order.indexOf(type) : order.length);
  return [...new Set(types)].sort((a, b) => place(a) - place(b));
}
