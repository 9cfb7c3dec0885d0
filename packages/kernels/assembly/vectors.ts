// Kernels over vectors, for search; as in ./tokens, a binary of its own, which those who only embed do not load.
export { dotFloat32, dotFloat32Four } from "./dot-float32";
export { dotInt8, dotInt8Four } from "./dot-int8";
export { collectTopBits } from "./collect-top-bits";
export { dotBits, lookUpBits } from "./look-up-bits";
export {
  collectTopFloat32,
  collectTopInt32,
  keepTopFloat32,
  keepTopInt32,
  sortTopFloat32,
  sortTopInt32,
} from "./top-k";
