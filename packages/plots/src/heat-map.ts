import { escapeText } from "./markup.js";
import { displayWidth, fitToWidth } from "./display-width.js";
import { columnWidth, fontSize } from "./text-width.js";

/** Above this a cell is too small to see and a label too small to read. */
export const mostTextsOfHeatMap = 200;

const labelColumns = 32;
const gap = 8;

/**
 * A symmetric matrix of cosines as an SVG picture: blue for similar, white for unrelated, orange for opposite; the
 * numbers in the cells where they fit. `title` goes above. It stands alone as a file; a page that holds it may colour the
 * classes `ground` and `ink` anew.
 */
export function heatMap(
  texts: readonly string[],
  similarity: readonly (readonly number[])[],
  title: string,
): string {
  const cell = texts.length <= 12 ? 52 : texts.length <= 40 ? 30 : 14;
  const labels = texts.map((text, index) => `${index + 1}  ${fitToWidth(text, labelColumns)}`);
  const labelWidth = Math.ceil(Math.max(...labels.map(displayWidth)) * columnWidth);
  const left = labelWidth + 2 * gap;
  const top = 4 * fontSize + gap;
  const side = cell * texts.length;
  const legendWidth = 160;
  const width = Math.max(left + side, left + legendWidth) + 2 * gap;
  const legendTop = top + side + 2 * gap;
  const height = legendTop + 3 * fontSize;

  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'Noto Sans', 'Noto Sans CJK JP', sans-serif" font-size="${fontSize}" role="img" aria-label="${escapeText(`Similarity of ${texts.length} texts, ${title}`)}">`,
    `<rect width="100%" height="100%" fill="#ffffff" class="ground"/>`,
    `<text x="${gap}" y="${fontSize + gap}" font-weight="bold" class="ink">${escapeText(fitToWidth(title, Math.floor((width - gap) / columnWidth)))}</text>`,
  ];
  labels.forEach((label, index) => {
    const middle = cell * (index + 0.5);
    const baseline = top + middle + fontSize * 0.35;
    parts.push(
      `<text x="${left - gap}" y="${baseline}" text-anchor="end" class="ink">${escapeText(label)}</text>`,
      `<text x="${left + middle}" y="${top - gap}" text-anchor="middle" class="ink"${small(cell)}>${index + 1}</text>`,
    );
  });
  similarity.forEach((row, y) => {
    row.forEach((value, x) => {
      const hover = `${y + 1} and ${x + 1}: ${value.toFixed(3)}`;
      parts.push(
        `<rect x="${left + x * cell}" y="${top + y * cell}" width="${cell}" height="${cell}" fill="${color(value)}"><title>${hover}</title></rect>`,
      );
      if (cell < 30) return;
      const ink = luminance(value) < 0.5 ? "#ffffff" : "#1f2933";
      parts.push(
        `<text x="${left + (x + 0.5) * cell}" y="${top + (y + 0.5) * cell + fontSize * 0.35}" text-anchor="middle" fill="${ink}" pointer-events="none"${small(cell)}>${value.toFixed(2)}</text>`,
      );
    });
  });
  parts.push(legend(left, legendTop, legendWidth), "</svg>");
  return `${parts.join("\n")}\n`;
}

function small(cell: number): string {
  return cell < 52 ? ` font-size="${cell >= 30 ? 11 : 8}"` : "";
}

function legend(left: number, top: number, width: number): string {
  const steps = 32;
  const parts: string[] = [];
  for (let step = 0; step < steps; step++) {
    const value = (2 * (step + 0.5)) / steps - 1;
    const x = left + (step * width) / steps;
    parts.push(
      `<rect x="${x}" y="${top}" width="${width / steps}" height="${fontSize}" fill="${color(value)}"/>`,
    );
  }
  for (const value of [-1, 0, 1]) {
    const x = left + ((value + 1) / 2) * width;
    const anchor = value === -1 ? "start" : value === 0 ? "middle" : "end";
    parts.push(
      `<text x="${x}" y="${top + 2 * fontSize + 2}" text-anchor="${anchor}" font-size="11" class="ink">${value}</text>`,
    );
  }
  return parts.join("\n");
}

/** From white to a dark blue and a dark orange, which most colour-blind readers tell apart. */
function color(value: number): string {
  const [red, green, blue] = channels(value).map((channel) => Math.round(channel * 255));
  return `rgb(${red},${green},${blue})`;
}

function channels(value: number): number[] {
  const end = value >= 0 ? [0.03, 0.27, 0.58] : [0.7, 0.33, 0.02];
  const amount = Math.min(1, Math.abs(value));
  return end.map((channel) => 1 + (channel - 1) * amount);
}

function luminance(value: number): number {
  const [red = 0, green = 0, blue = 0] = channels(value);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
