import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "@kokeshi/core";
import { part } from "./part.js";
import { pathProblem } from "./relative-path.js";

export type ModelReference =
  | { kind: "folder"; path: string }
  | { kind: "package"; name: string }
  | { kind: "hub"; repository: string; revision: string | undefined };

/**
 * What a reference says by its form alone, without looking at the disk:
 *
 * - `hf:owner/name` or `hf:owner/name@revision`: a model of the Hugging Face Hub;
 * - `@scope/name` or `name`: an npm package (a folder of that name counts too, see `resolveModel`);
 * - anything else, and every `file:` URL: a folder.
 *
 * Throws InvalidArgumentError for a reference that can be none of these.
 */
export function parseModelReference(reference: string): ModelReference {
  if (typeof reference !== "string" || reference.trim() === "") {
    throw new InvalidArgumentError({
      part,
      problem: `the model reference is ${typeof reference === "string" ? "empty" : typeof reference}`,
      remedy: "give a folder, the name of an npm package, or hf:owner/name",
    });
  }
  if (reference.startsWith("hf:")) return parseHubReference(reference);
  if (/^https?:\/\//i.test(reference)) throw webAddress(reference);
  if (reference.startsWith("file:")) return { kind: "folder", path: folderOfUrl(reference) };
  if (packageName.test(reference)) return { kind: "package", name: reference };
  return { kind: "folder", path: reference };
}

/** The form npm allows for new packages (npm's validate-npm-package-name). */
const packageName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** One half of `owner/name` as the Hub allows it: huggingface_hub's `validate_repo_id`. */
const repositoryPart = /^(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;

/** Branches, tags, `refs/pr/1`, full and short commits. */
const revisionForm = /^(?!.*\.\.)[\w][\w.+/-]{0,249}$/;

function parseHubReference(reference: string): ModelReference {
  const address = reference.slice("hf:".length);
  const at = address.indexOf("@");
  const repository = at === -1 ? address : address.slice(0, at);
  const revision = at === -1 ? undefined : address.slice(at + 1);
  if (!isRepositoryName(repository)) {
    throw new InvalidArgumentError({
      part,
      problem: `"${reference}" does not name a model of the Hugging Face Hub`,
      remedy: "write hf:owner/name or hf:owner/name@revision",
    });
  }
  if (revision !== undefined && (!revisionForm.test(revision) || pathProblem(revision) !== undefined)) {
    throw new InvalidArgumentError({
      part,
      problem: `"${revision}" in "${reference}" is no branch, tag or commit`,
      remedy: "write the revision as the Hub shows it, for example hf:owner/name@main",
    });
  }
  return { kind: "hub", repository, revision };
}

export function isRepositoryName(repository: string): boolean {
  const parts = repository.split("/");
  return parts.length === 2 && parts.every((name) => repositoryPart.test(name));
}

function folderOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new InvalidArgumentError({
      part,
      problem: `"${url}" is not the URL of a local folder`,
      remedy: "give the path of the folder",
      cause,
    });
  }
}

function webAddress(address: string): InvalidArgumentError {
  const [, owner, name, revision] =
    /^https?:\/\/huggingface\.co\/([^/?#]+)\/([^/?#]+)(?:\/(?:tree|commit)\/([^?#]+))?/i.exec(address) ?? [];
  const repository = `${owner}/${name}`;
  return new InvalidArgumentError({
    part,
    problem: `"${address}" is a web address`,
    remedy: isRepositoryName(repository)
      ? `write hf:${repository}${revision === undefined ? "" : `@${revision}`}`
      : "give a folder, the name of an npm package, or hf:owner/name",
  });
}
