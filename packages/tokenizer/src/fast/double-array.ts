/**
 * A trie over UTF-16 units in typed arrays (double array, Aoe 1989). A state is the even index of its cell in `links`;
 * the root is 0. From state `s` the unit `u` leads to
 *
 *     next = (links[s] & ~1) + codes[u]        if links[next + 1] === s
 *
 * and a key ends in `s` where `links[s] & 1`; its value is `values[s >> 1]`.
 */
export interface DoubleArray {
  /** Two numbers a cell: twice the base, plus 1 where a key ends; and the state it belongs to. */
  links: Int32Array;
  values: Int32Array;
  /** Twice the rank of a UTF-16 unit by its frequency in the keys, from 2; 0 for a unit that no key has. */
  codes: Uint32Array;
}

/**
 * `values[i]` belongs to `keys[i]`; of equal keys the last one counts. Cells are given out in the order of the keys:
 * with frequent keys first, what is walked often lies close together.
 */
export function buildDoubleArray(keys: readonly string[], values?: ArrayLike<number>): DoubleArray {
  const codes = rankUnits(keys);
  return placeNodes(linkNodes(keys, values, codes), codes);
}

function rankUnits(keys: readonly string[]): Uint32Array {
  const frequency = new Uint32Array(65_536);
  for (const key of keys) {
    for (let index = 0; index < key.length; index++) {
      const unit = key.charCodeAt(index);
      frequency[unit] = (frequency[unit] as number) + 1;
    }
  }
  const units: number[] = [];
  for (let unit = 0; unit < frequency.length; unit++) if (frequency[unit] !== 0) units.push(unit);
  units.sort((a, b) => (frequency[b] as number) - (frequency[a] as number) || a - b);
  const codes = new Uint32Array(65_536);
  units.forEach((unit, rank) => (codes[unit] = 2 * (rank + 1)));
  return codes;
}

/** A trie with lists of children. Node 0 is the root. */
interface NodeLists {
  count: number;
  code: Uint32Array;
  /** Value of the key that ends here, or -1. */
  value: Int32Array;
  firstChild: Int32Array;
  nextSibling: Int32Array;
}

function linkNodes(
  keys: readonly string[],
  values: ArrayLike<number> | undefined,
  codes: Uint32Array,
): NodeLists {
  let most = 1;
  for (const key of keys) most += key.length;
  const parent = new Int32Array(most);
  const code = new Uint32Array(most);
  const value = new Int32Array(most).fill(-1);
  const firstChild = new Int32Array(most);
  const nextSibling = new Int32Array(most);
  // Open addressing over (parent, code); 0 is an empty slot, as the root is nobody's child.
  const bits = Math.max(4, 33 - Math.clz32(most));
  const mask = 2 ** bits - 1;
  const slots = new Int32Array(2 ** bits);
  let count = 1;
  for (let keyIndex = 0; keyIndex < keys.length; keyIndex++) {
    const key = keys[keyIndex] as string;
    let node = 0;
    for (let index = 0; index < key.length; index++) {
      const step = codes[key.charCodeAt(index)] as number;
      let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(step, 0x85ebca6b)) >>> (32 - bits);
      let child: number;
      while (
        (child = slots[slot] as number) !== 0 &&
        ((parent[child] as number) !== node || (code[child] as number) !== step)
      )
        slot = (slot + 1) & mask;
      if (child === 0) {
        child = count++;
        slots[slot] = child;
        parent[child] = node;
        code[child] = step;
        nextSibling[child] = firstChild[node] as number;
        firstChild[node] = child;
      }
      node = child;
    }
    // The root cannot be an end: a match has at least one unit.
    if (node !== 0) value[node] = values === undefined ? keyIndex : (values[keyIndex] as number);
  }
  return { count, code, value, firstChild, nextSibling };
}

/** Bases that are tried for a node with several children before it goes to the end. */
const attempts = 256;

function placeNodes(nodes: NodeLists, codes: Uint32Array): DoubleArray {
  const { count, code, value, firstChild, nextSibling } = nodes;
  let greatestCode = 0;
  for (let index = 0; index < codes.length; index++)
    if ((codes[index] as number) > greatestCode) greatestCode = codes[index] as number;

  // Everything here counts in states, that is in steps of 2. Which node owns a cell is written as the node's number
  // first: states are known only when all are placed.
  let links = new Int32Array(Math.max(64, 4 * count + 4 * greatestCode)).fill(-1);
  const stateOf = new Int32Array(count);
  const baseOf = new Int32Array(count);
  // The root's children lie at their codes. All other cells are above, where every code finds room below it.
  let firstFree = greatestCode + 2;
  let end = firstFree;
  const children = new Int32Array(65_536);
  // Where a node with so many children (their logarithm) last found room, or gave up: before it is too crowded.
  const searchFrom = new Int32Array(33);

  for (const node of widestFirst(nodes)) {
    let childCount = 0;
    let least = greatestCode;
    for (let child = firstChild[node] as number; child !== 0; child = nextSibling[child] as number) {
      children[childCount++] = child;
      if ((code[child] as number) < least) least = code[child] as number;
    }
    let base = 0;
    if (node !== 0) {
      while (firstFree < end && (links[firstFree + 1] as number) >= 0) firstFree += 2;
      base = end - least;
      const width = Math.clz32(childCount);
      let cell = Math.max(firstFree, searchFrom[width] as number);
      for (let attempt = 0; attempt < attempts && cell < end; attempt++, cell += 2) {
        while (cell < end && (links[cell + 1] as number) >= 0) cell += 2;
        if (fits(links, cell - least, children, childCount, code)) {
          base = cell - least;
          break;
        }
      }
      searchFrom[width] = cell;
    }
    baseOf[node] = base;
    if (base + 2 * greatestCode + 4 > links.length) {
      const grown = new Int32Array(2 * links.length + 2 * greatestCode).fill(-1);
      grown.set(links);
      links = grown;
    }
    for (let index = 0; index < childCount; index++) {
      const child = children[index] as number;
      const cell = base + (code[child] as number);
      stateOf[child] = cell;
      links[cell + 1] = node;
      if (cell >= end) end = cell + 2;
    }
  }
  // A walk may look one code beyond the last base.
  links = links.slice(0, end + greatestCode + 2);
  for (let cell = 0; cell < end; cell += 2) {
    const owner = links[cell + 1] as number;
    if (owner >= 0) links[cell + 1] = stateOf[owner] as number;
  }
  const values = new Int32Array(links.length >> 1);
  for (let node = 0; node < count; node++) {
    const state = stateOf[node] as number;
    const ends = (value[node] as number) >= 0;
    links[state] = (baseOf[node] as number) + (ends ? 1 : 0);
    if (ends) values[state >> 1] = value[node] as number;
  }
  return { links, values, codes };
}

/** Nodes that have children, those with many before those with few: the few fill the gaps that the many leave. */
function widestFirst({ count, firstChild, nextSibling }: NodeLists): Int32Array {
  const classOf = new Uint8Array(count);
  const starts = new Int32Array(34);
  for (let node = 0; node < count; node++) {
    let children = 0;
    for (let child = firstChild[node] as number; child !== 0; child = nextSibling[child] as number)
      children++;
    // 0 for the most children, 32 for none.
    const width = node === 0 ? 0 : Math.clz32(children);
    classOf[node] = width;
    starts[width + 1] = (starts[width + 1] as number) + 1;
  }
  for (let width = 1; width < 34; width++)
    starts[width] = (starts[width] as number) + (starts[width - 1] as number);
  const order = new Int32Array(starts[32] as number);
  for (let node = 0; node < count; node++) {
    const width = classOf[node] as number;
    if (width === 32) continue;
    const place = starts[width] as number;
    order[place] = node;
    starts[width] = place + 1;
  }
  return order;
}

function fits(
  links: Int32Array,
  base: number,
  children: Int32Array,
  childCount: number,
  code: Uint32Array,
): boolean {
  for (let index = 0; index < childCount; index++) {
    const cell = base + (code[children[index] as number] as number) + 1;
    if (cell < links.length && (links[cell] as number) >= 0) return false;
  }
  return true;
}
