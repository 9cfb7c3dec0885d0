/** One text of the input. */
export interface TextRecord {
  text: string;
  /**
   * The id as JSON text: a quoted string, or a number exactly as the input spelt it (ids above 2^53 would not survive
   * a JavaScript number). Where the input gives none, the position of the line, counted from 0.
   */
  id: string;
  /** Line it came from, counted from 1. */
  line: number;
}
