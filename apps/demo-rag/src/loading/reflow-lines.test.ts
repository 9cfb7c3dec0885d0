import { describe, expect, it } from "vitest";
import { longestLine, reflowLines } from "./reflow-lines.js";

const reflow = (text: string) => reflowLines(text, longestLine([text]));

describe("reflowLines", () => {
  it("joins English lines with a space", () => {
    const text = "A line that runs to the margin of its page\nand goes on in the next one.\nA new paragraph.";
    expect(reflow(text)).toBe(
      "A line that runs to the margin of its page and goes on in the next one.\nA new paragraph.",
    );
  });

  it("joins Japanese lines without one", () => {
    const text = "行の終わりまで続く長い文は、そこで切れて次の\n行に移ります。\n次の段落です。";
    expect(reflow(text)).toBe("行の終わりまで続く長い文は、そこで切れて次の行に移ります。\n次の段落です。");
  });

  it("leaves short lines alone", () => {
    expect(reflow("二ページ目\n一つ目\n二つ目の項目")).toBe("二ページ目\n一つ目\n二つ目の項目");
  });
});
