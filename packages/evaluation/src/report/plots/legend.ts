import { element, mark, type Markup, type SeriesStyle } from "@kokeshi/plots";

/** What the marks and lines mean, as a list that wraps where the page is narrow. */
export function legend(series: readonly { readonly label: string; readonly style: SeriesStyle }[]): Markup {
  return element(
    "ul",
    { class: "legend" },
    series.map(({ label, style }) =>
      element(
        "li",
        {},
        element(
          "svg",
          { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" },
          mark(style, 0, 0, 9),
        ),
        label,
      ),
    ),
  );
}
