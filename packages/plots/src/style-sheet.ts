import { seriesColors } from "./palette.js";

/**
 * The style sheet of plots: what the classes that `element`, `mark` and `axes` give to their parts look like.
 * `colorOf` gives the colour of a name in `plotColors`, as CSS: a value, or a variable of the page.
 */
export function plotStyle(colorOf: (name: string) => string): string {
  const series = ["baseline", ...seriesColors.map((_, index) => `series-${index}`)];
  return [
    `svg text{font-size:13px;fill:${colorOf("ink")}}`,
    `svg .axis-label,svg .group{font-weight:600;fill:${colorOf("soft")}}`,
    // Readable where a line passes behind.
    `.point-label{paint-order:stroke;stroke:${colorOf("ground")};stroke-width:3px;stroke-linejoin:round}`,
    `.grid{stroke:${colorOf("grid")}}`,
    `.tick{stroke:${colorOf("soft")}}`,
    `.range{stroke:${colorOf("rule")};stroke-width:3}`,
    `.guide{fill:none;stroke:${colorOf("soft")};stroke-dasharray:3 3}`,
    `.limit{stroke:${colorOf("limit")};stroke-dasharray:5 3}`,
    `svg .limit-label{fill:${colorOf("limit")}}`,
    `.ring{fill:none;stroke:${colorOf("ink")};stroke-width:1.6}`,
    `.line{fill:none;stroke-width:2}`,
    `.mark{stroke:${colorOf("ground")};stroke-width:1}`,
    `.hollow-mark{fill:${colorOf("ground")};stroke-width:1.6}`,
    `.stroke-mark{fill:none;stroke-width:2.2}`,
    ...series.map((name) => {
      const stroked = ["line", "hollow-mark", "stroke-mark"].map((kind) => `.${kind}.${name}`).join(",");
      return `.mark.${name}{fill:${colorOf(name)}}${stroked}{stroke:${colorOf(name)}}`;
    }),
  ].join("\n");
}
