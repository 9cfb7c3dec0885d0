import { describe, expect, it } from "vitest";
import { attribution } from "./attribution.js";

const readme = `# Training pairs
## How the pairs were formed
| group | pairs |
|---|---|
| qa | questions |

## Sources

| group | source | commit | licence | en | ja | attribution |
|---|---|---|---|---:|---:|---|
| qa | b/trivia | 222 | CC BY 4.0 | 10 | | B |
| docs | a/docs | 111 | MIT | | 20 | A |
| docs-ja | a/docs | 111 | MIT | | 30 | A |
| optional/more | c/more | 333 | CC0 | 5 | | C |

The English originals are elsewhere.
`;

describe("attribution", () => {
  it("names each source of the groups used once, with the notes below the table", () => {
    const lines = attribution(readme, new Set(["qa", "docs", "docs-ja"])).split("\n");
    expect(lines.filter((line) => line.startsWith("| ")).slice(2)).toEqual([
      "| a/docs | 111 | MIT | A |",
      "| b/trivia | 222 | CC BY 4.0 | B |",
    ]);
    expect(lines).toContain("The English originals are elsewhere.");
  });

  it("fails where the table has changed its shape", () => {
    expect(() => attribution("# nothing", new Set())).toThrow(/no section Sources/);
    expect(() => attribution(readme.replaceAll("licence", "terms"), new Set())).toThrow(
      /columns group, source, commit, terms/,
    );
  });
});
