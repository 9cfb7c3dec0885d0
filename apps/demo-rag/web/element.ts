type Child = Node | string | undefined;

interface Properties {
  class?: string;
  lang?: string;
  title?: string;
  type?: string;
  label?: string;
  hidden?: boolean;
  onClick?: () => void;
}

/** Makes an element. Text goes in as text nodes, so nothing from a document or a model is ever read as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { class: className, label, onClick, hidden, ...attributes }: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className !== undefined) made.className = className;
  if (label !== undefined) made.setAttribute("aria-label", label);
  if (hidden === true) made.hidden = true;
  if (onClick !== undefined) made.addEventListener("click", onClick);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** An element that the page's HTML has. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
}
