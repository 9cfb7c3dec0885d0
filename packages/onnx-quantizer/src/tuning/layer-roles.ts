import type { LayerDescription } from "../quantize/dense-layers.js";

/** What a dense layer does in an encoder. */
export type LayerRole =
  | "attention-projections"
  | "attention-output"
  | "feed-forward-first"
  | "feed-forward-second"
  /** Before, between or behind the encoder's blocks. */
  | "other";

/** A dense layer, and where it stands. */
export interface PlacedLayer {
  name: string;
  role: LayerRole;
  /** Which of the encoder's blocks (attention and feed-forward), from 0; undefined for a layer that is in none. */
  block: number | undefined;
}

/**
 * Tells the roles of dense layers by their sizes and their order alone, since exporters name them as they like: a block ends
 * with the layer that narrows (feed-forward-second); right before it stand one or two that widen to what it takes (two, or
 * one of twice the width, where the activation is gated); of the rest the last is the output of attention.
 */
export function layerRoles(layers: readonly LayerDescription[]): PlacedLayer[] {
  const placed: PlacedLayer[] = [];
  let start = 0;
  let block = 0;
  layers.forEach((layer, index) => {
    const before = layers[index - 1];
    if (before === undefined || !widens(before, layer)) return;
    placed.push(...rolesOfBlock(layers.slice(start, index + 1), block));
    start = index + 1;
    block++;
  });
  return [...placed, ...layers.slice(start).map(other)];
}

function rolesOfBlock(layers: readonly LayerDescription[], block: number): PlacedLayer[] {
  const second = layers.at(-1) as LayerDescription;
  const before = layers.slice(0, -1);
  const widening: LayerDescription[] = [];
  for (let layer = before.at(-1); layer !== undefined && widens(layer, second); layer = before.at(-1)) {
    widening.unshift(layer);
    before.pop();
  }
  const [first] = before;
  // What brings narrow embeddings to the width of the blocks stands before the first of them.
  const entry = block === 0 && first !== undefined && first.inputs !== second.outputs ? [first] : [];
  const attention = before.slice(entry.length);
  const place = ({ name }: LayerDescription, role: LayerRole): PlacedLayer => ({ name, role, block });
  return [
    ...entry.map(other),
    ...attention.map((layer, index) =>
      place(layer, index === attention.length - 1 ? "attention-output" : "attention-projections"),
    ),
    ...widening.map((layer) => place(layer, "feed-forward-first")),
    place(second, "feed-forward-second"),
  ];
}

function widens({ inputs, outputs }: LayerDescription, second: LayerDescription): boolean {
  return (
    inputs === second.outputs &&
    outputs > inputs &&
    (outputs === second.inputs || outputs === 2 * second.inputs)
  );
}

function other({ name }: LayerDescription): PlacedLayer {
  return { name, role: "other", block: undefined };
}
