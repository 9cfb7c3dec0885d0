// Numbers as text, for programs that write vectors; as in ./tokens, a binary of its own.
export { writeFloats } from "./write-floats";
