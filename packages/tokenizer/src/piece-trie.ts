/**
 * A set of strings, walked one UTF-16 unit at a time. The children of a node lie side by side, ordered by unit, so
 * that four typed arrays hold the whole trie.
 */
export class PieceTrie {
  static readonly root = 0;
  private readonly units: Uint16Array;
  private readonly childrenStart: Uint32Array;
  private readonly childrenEnd: Uint32Array;
  private readonly values: Int32Array;

  /** Later strings win over equal earlier ones. The value of a string is its index. */
  constructor(strings: readonly string[]) {
    const order = Uint32Array.from(strings.keys()).sort((a, b) =>
      compare(strings[a] as string, strings[b] as string),
    );
    const mostNodes = strings.reduce((sum, string) => sum + string.length, 1);
    const units = new Uint16Array(mostNodes);
    const childrenStart = new Uint32Array(mostNodes);
    const childrenEnd = new Uint32Array(mostNodes);
    const values = new Int32Array(mostNodes).fill(-1);
    // While its children are not yet made, a node keeps the range of `order` that shares its prefix in their place.
    childrenEnd[PieceTrie.root] = order.length;
    let nodes = 1;
    let depth = 0;
    let lastOfDepth = 1;
    for (let node = 0; node < nodes; node++) {
      if (node === lastOfDepth) {
        depth++;
        lastOfDepth = nodes;
      }
      let next = childrenStart[node] as number;
      const end = childrenEnd[node] as number;
      childrenStart[node] = nodes;
      for (; next < end; next++) {
        const index = order[next] as number;
        if ((strings[index] as string).length > depth) break;
        values[node] = index;
      }
      while (next < end) {
        const unit = (strings[order[next] as number] as string).charCodeAt(depth);
        units[nodes] = unit;
        childrenStart[nodes] = next;
        while (next < end && (strings[order[next] as number] as string).charCodeAt(depth) === unit) next++;
        childrenEnd[nodes] = next;
        nodes++;
      }
      childrenEnd[node] = nodes;
    }
    this.units = units.slice(0, nodes);
    this.childrenStart = childrenStart.slice(0, nodes);
    this.childrenEnd = childrenEnd.slice(0, nodes);
    this.values = values.slice(0, nodes);
  }

  /** The node below `node` along `unit`, or -1. */
  child(node: number, unit: number): number {
    let low = this.childrenStart[node] as number;
    let high = this.childrenEnd[node] as number;
    while (low < high) {
      const middle = (low + high) >> 1;
      const found = this.units[middle] as number;
      if (found === unit) return middle;
      if (found < unit) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  /** The value of the string that ends at `node`, or -1. */
  value(node: number): number {
    return this.values[node] as number;
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
