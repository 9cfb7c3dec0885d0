import { displayWidth } from "@kokeshi/plots";

export { displayWidth, fitToWidth } from "@kokeshi/plots";

export function padToWidth(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}
