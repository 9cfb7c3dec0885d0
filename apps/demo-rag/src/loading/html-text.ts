import { compile, type FormatCallback, type HtmlToTextOptions } from "html-to-text";

/** Headings come out as Markdown's, so that the splitter sees the sections of both. */
const headings = [1, 2, 3, 4, 5, 6].map((level) => {
  const format: FormatCallback = (element, walk, builder) => {
    builder.openBlock({ leadingLineBreaks: 2 });
    builder.addLiteral(`${"#".repeat(level)} `);
    walk(element.children, builder);
    builder.closeBlock({ trailingLineBreaks: 2 });
  };
  return { selector: `h${level}`, name: `heading${level}`, format };
});

const options: HtmlToTextOptions = {
  wordwrap: false,
  // Deep enough for any page people write; what is nested deeper is dropped instead of overflowing the stack.
  limits: { maxDepth: 200, maxInputLength: 32_000_000, ellipsis: "" },
  formatters: Object.fromEntries(headings.map(({ name, format }) => [name, format])),
  selectors: [
    ...headings.map(({ selector, name }) => ({ selector, format: name })),
    { selector: "ul", options: { itemPrefix: "- " } },
    { selector: "a", options: { ignoreHref: true } },
    { selector: "table", format: "dataTable", options: { uppercaseHeaderCells: false } },
    ...["img", "script", "style", "noscript", "template", "nav", "svg", "head"].map((selector) => ({
      selector,
      format: "skip",
    })),
  ],
};

const convert = compile(options);

/** The text of a page, headings marked with "#" as in Markdown. */
export function htmlText(html: string): string {
  return convert(html).trim();
}
