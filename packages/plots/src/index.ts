export { axes, type Axis, type Field } from "./axes.js";
export { displayWidth, fitToWidth } from "./display-width.js";
export { heatMap, mostTextsOfHeatMap } from "./heat-map.js";
export { mark } from "./mark.js";
export { element, Markup, type Child } from "./markup.js";
export {
  baselineStyle,
  plotColors,
  seriesStyle,
  type ColorPair,
  type SeriesStyle,
  type Shape,
} from "./palette.js";
export { legendRow, moved, picture, type PictureOptions } from "./picture.js";
export { placeLabels, type PlacedLabel } from "./place-labels.js";
export { linearScale, logarithmicScale } from "./scales.js";
export { plotStyle } from "./style-sheet.js";
export { fitText, fontSize, textWidth } from "./text-width.js";
export { linearTicks, logarithmicTicks, powersOfTwo } from "./ticks.js";
