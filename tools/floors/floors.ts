import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

/** The house of packages: arrows only point down. Every workspace must be named here. */
export const floors: Readonly<Record<string, number>> = {
  "@kokeshi/core": 0,
  "@kokeshi/kernels": 0,
  "@kokeshi/plots": 0,
  "@kokeshi/tokenizer": 1,
  "@kokeshi/lexical": 1,
  "@kokeshi/quantization": 1,
  "@kokeshi/matryoshka": 1,
  "@kokeshi/onnx": 1,
  "@kokeshi/model-files": 1,
  "@kokeshi/hub": 1,
  "@kokeshi/model-en-ja": 1,
  "@kokeshi/model-en-ja-encoder": 1,
  "@kokeshi/static-model": 2,
  "@kokeshi/transformer-int8": 2,
  "@kokeshi/search": 3,
  "@kokeshi/evaluation": 3,
  "@kokeshi/training": 3,
  "@kokeshi/onnx-quantizer": 3,
  kokeshi: 4,
  "@kokeshi/server": 4,
  "@kokeshi/langchain": 4,
  "@kokeshi/jobs": 4,
  "@kokeshi/demo-rag": 5,
};

/** Packages that run in a browser, and therefore import nothing of Node's. */
const browserPackages = new Set([
  "@kokeshi/core",
  "@kokeshi/kernels",
  "@kokeshi/lexical",
  "@kokeshi/model-files",
  "@kokeshi/plots",
  "@kokeshi/tokenizer",
  "@kokeshi/quantization",
  "@kokeshi/matryoshka",
  "@kokeshi/static-model",
]);

/** Folders of theirs that only Node loads, by an entry of their own. */
const nodeFolders = ["@kokeshi/static-model src/threads/"];

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

export interface Workspace {
  manifest: Manifest;
  sources: readonly SourceFile[];
}

export interface SourceFile {
  /** Relative to the workspace, with `/`. */
  path: string;
  imports: readonly string[];
  isTest: boolean;
}

/** Reads the workspaces of a folder such as `packages` or `apps`. */
export function readWorkspaces(folder: string): Workspace[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => readWorkspace(join(folder, entry.name)));
}

function readWorkspace(folder: string): Workspace {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const sources = readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => /\.[cm]?tsx?$/.test(path) && !/(^|\/)(node_modules|dist|\.work)\//.test(path))
    .map((path) => ({
      path,
      imports: ts
        .preProcessFile(readFileSync(join(folder, path), "utf8"), true, true)
        .importedFiles.map((file) => file.fileName),
      isTest: /\.test\.ts$|^test\/|\/fixtures\//.test(path),
    }));
  return { manifest, sources };
}

/** One sentence for each arrow that does not point down; empty when the house stands. */
export function violations(workspaces: readonly Workspace[]): string[] {
  return workspaces.flatMap((workspace) => [
    ...manifestViolations(workspace),
    ...sourceViolations(workspace),
  ]);
}

function manifestViolations({ manifest }: Workspace): string[] {
  const own = floors[manifest.name];
  if (own === undefined) return [`${manifest.name} is on no floor: add it to tools/floors/floors.ts`];
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).flatMap((dependency) => {
    const floor = floors[dependency];
    if (floor === undefined)
      return isOurs(dependency) ? [`${manifest.name} depends on ${dependency}, which is on no floor`] : [];
    return floor < own ? [] : [`${manifest.name} (floor ${own}) depends on ${dependency} (floor ${floor})`];
  });
}

function sourceViolations({ manifest, sources }: Workspace): string[] {
  const runtime = { ...manifest.dependencies, ...manifest.peerDependencies };
  return sources.flatMap(({ path, imports, isTest }) => {
    const declared =
      isTest || !path.startsWith("src/") ? { ...runtime, ...manifest.devDependencies } : runtime;
    return imports.flatMap((specifier) => {
      const where = `${manifest.name} ${path}`;
      if (path.startsWith("src/") && specifier.startsWith(".")) {
        const depth = path.split("/").length - 2;
        const climbs = specifier.split("/").filter((part) => part === "..").length;
        return climbs > depth ? [`${where} leaves its package by ${specifier}`] : [];
      }
      if (specifier.startsWith("node:")) {
        const forNode = nodeFolders.some((folder) => where.startsWith(folder));
        return browserPackages.has(manifest.name) && !forNode && !isTest && path.startsWith("src/")
          ? [`${where} imports ${specifier}, but ${manifest.name} runs in browsers`]
          : [];
      }
      const name = packageName(specifier);
      return isOurs(name) && name !== manifest.name && !Object.hasOwn(declared, name)
        ? [`${where} imports ${name}, which its package.json does not declare`]
        : [];
    });
  });
}

function isOurs(name: string): boolean {
  return name === "kokeshi" || name.startsWith("@kokeshi/");
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
