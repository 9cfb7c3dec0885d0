import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readWorkspaces, violations, type Workspace } from "./floors.js";

const root = join(import.meta.dirname, "../..");

describe("the house of packages", () => {
  it("has no arrow that points up or sideways, and no undeclared import", () => {
    const workspaces = [...readWorkspaces(join(root, "packages")), ...readWorkspaces(join(root, "apps"))];
    expect(workspaces.length).toBeGreaterThan(5);
    expect(violations(workspaces)).toEqual([]);
  });
});

describe("the floor check itself", () => {
  const house = (
    name: string,
    dependencies: Record<string, string>,
    path: string,
    imports: string[],
  ): Workspace[] => [{ manifest: { name, dependencies }, sources: [{ path, imports, isTest: false }] }];

  it.each([
    ["upward", house("@kokeshi/tokenizer", { "@kokeshi/static-model": "*" }, "src/index.ts", []), "floor 2"],
    ["sideways", house("@kokeshi/tokenizer", { "@kokeshi/hub": "*" }, "src/index.ts", []), "floor 1"],
    ["on an app", house("@kokeshi/langchain", { "@kokeshi/demo-rag": "*" }, "src/index.ts", []), "floor 5"],
    ["undeclared", house("@kokeshi/hub", {}, "src/index.ts", ["@kokeshi/core"]), "does not declare"],
    [
      "out of its folder",
      house("@kokeshi/hub", {}, "src/a/b.ts", ["../../../core/src/index.js"]),
      "leaves its package",
    ],
    ["on Node in the browser", house("@kokeshi/core", {}, "src/index.ts", ["node:fs"]), "runs in browsers"],
    ["from no floor", house("@kokeshi/attic", {}, "src/index.ts", []), "on no floor"],
  ])("reports an arrow %s", (_, workspaces, message) => {
    expect(violations(workspaces).join()).toContain(message);
  });

  it("accepts an arrow down", () => {
    const workspaces = house("@kokeshi/tokenizer", { "@kokeshi/core": "*" }, "src/index.ts", [
      "@kokeshi/core",
    ]);
    expect(violations(workspaces)).toEqual([]);
  });
});
