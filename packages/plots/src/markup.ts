/** HTML or SVG that is safe to put in a page: everything foreign in it is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Child = Markup | string | number | null | readonly Child[];

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element; strings among its children and attributes are text, whatever is in them. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly Child[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => (value === true ? ` ${key}` : ` ${key}="${escapeText(attributeText(value))}"`));
  return new Markup(`<${name}${written.join("")}>${children.map(textOf).join("")}</${name}>`);
}

function textOf(child: Child): string {
  if (child === null) return "";
  if (child instanceof Markup) return child.text;
  return Array.isArray(child) ? child.map(textOf).join("") : escapeText(String(child));
}

/** Two decimals are a fiftieth of a pixel. */
function attributeText(value: string | number | boolean | undefined): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : String(value);
}

/** Escapes what markup means something by, and replaces what neither XML nor a line of a label has a place for. */
export function escapeText(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]/gu, " ")
    .replace(/[\p{Cs}\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
