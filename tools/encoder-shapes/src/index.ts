export { bertGraph } from "./bert-graph.js";
export { encoderShape, shapeNames, type EncoderShape } from "./encoder-shape.js";
export { chosenShape, shapeOptions, shapeUsage } from "./shape-options.js";
export { writeEncoderFolder } from "./encoder-folder.js";
