import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { InvalidFileError, KokeshiError, NotFoundError } from "@kokeshi/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cacheContents,
  cacheFolder,
  expectWeights,
  failing,
  files,
  first,
  hub,
  leftovers,
  pull,
  pullFromStandIn,
  weights,
} from "./fixtures/pull-from-stand-in.js";
import { gitHash, listingOf, sha256, type Interception } from "@kokeshi/stand-in-hub";
import { temporaryFolder } from "./fixtures/temporary-folder.js";

pullFromStandIn();

describe("a server that lies", () => {
  it("finds a wrong checksum, fetches once more, and then refuses", async () => {
    const changed = weights.slice();
    changed[1 << 20] = (changed[1 << 20] ?? 0) ^ 1;
    const corrupt: Interception = (_, response) => {
      response.end(changed);
      return true;
    };
    hub.intercept = failing("storage", "", corrupt);
    await expectWeights(await pull());

    rmSync(cacheFolder, { recursive: true });
    hub.intercept = failing("storage", "", corrupt, corrupt, corrupt);
    const attempt = pull();
    await expect(attempt).rejects.toThrow(InvalidFileError);
    await expect(attempt).rejects.toThrow(
      `arrived twice with the sha256 ${sha256(changed)} instead of ${sha256(weights)}`,
    );
    expect(leftovers()).toEqual([]);
    expect(cacheContents().some((path) => path.endsWith(sha256(weights)))).toBe(false);
  });

  it("checks small files as git does", async () => {
    const wrong: Interception = (_, response) => {
      response.end("[]");
      return true;
    };
    hub.intercept = failing("hub", "/tokenizer.json", wrong, wrong);
    await expect(pull()).rejects.toThrow(
      `tokenizer.json of acme/model arrived twice with the git-sha1 ${gitHash(Buffer.from("[]"))}`,
    );
  });

  it("cuts off a body that is longer than listed", async () => {
    let sent = 0;
    hub.intercept = failing("hub", "/tokenizer.json", (_, response) => {
      const send = () => {
        sent++;
        if (!response.destroyed) response.write(Buffer.alloc(1 << 16), () => setImmediate(send));
      };
      send();
      return true;
    });
    const attempt = pull(undefined, { files: (path) => path === "tokenizer.json" });
    await expect(attempt).rejects.toThrow(InvalidFileError);
    await expect(attempt).rejects.toThrow("tokenizer.json of acme/model is longer than the 2 bytes listed");
    expect(leftovers()).toEqual([]);
    expect(sent).toBeGreaterThan(0);
  });

  it("does not begin a download that the disk cannot hold", async () => {
    const listing = listingOf(files);
    const entry = listing.find(({ path }) => path === "model.safetensors");
    Object.assign(entry ?? {}, { lfs: { oid: sha256(weights), size: Number.MAX_SAFE_INTEGER } });
    hub.repositories.set("acme/model", { refs: { main: first }, commits: { [first]: files }, listing });
    await expect(pull()).rejects.toThrow(/the download takes 9007199254\d+ bytes, but the disk of/);
    expect(hub.asked("storage")).toEqual([]);
  });

  it.each([
    "../evil.json",
    "a/../../evil.json",
    "/tmp/evil.json",
    "..\\evil.json",
    "C:/evil.json",
    "evil\0.json",
    "a//evil.json",
    "./evil.json",
    "",
  ])("refuses the whole listing for the path %j", async (path) => {
    const evil = { type: "file", size: 2, oid: gitHash(Buffer.from("{}")), path };
    hub.repositories.set("acme/model", {
      refs: { main: first },
      commits: { [first]: files },
      listing: [...listingOf(files), evil],
    });
    const attempt = pull();
    await expect(attempt).rejects.toThrow(InvalidFileError);
    await expect(attempt).rejects.toThrow(JSON.stringify(path));
    expect(cacheContents()).toEqual([]);
    expect(hub.requests.some(({ path: asked }) => asked.includes("/resolve/"))).toBe(false);
  });

  it.each<[string, object, string]>([
    ["a link", { type: "symlink", size: 5, oid: "a".repeat(40) }, 'listed as "symlink", not as a file'],
    ["a submodule", { type: "commit", size: 0, oid: "a".repeat(40) }, 'listed as "commit"'],
    ["no size", { type: "file", oid: "a".repeat(40) }, "its size is not listed"],
    ["a negative size", { type: "file", size: -1, oid: "a".repeat(40) }, "its size is not listed"],
    ["no checksum", { type: "file", size: 5 }, "its git hash is not listed"],
    [
      "a path for a checksum",
      { type: "file", size: 5, oid: `../${"a".repeat(37)}` },
      "its git hash is not listed",
    ],
    [
      "no sha256",
      { type: "file", size: 5, oid: "a".repeat(40), lfs: { size: 5 } },
      "its sha256 is not listed",
    ],
    [
      "no large size",
      { type: "file", size: 5, oid: "a".repeat(40), lfs: { oid: "a".repeat(64) } },
      "its size is",
    ],
  ])(
    "refuses a wanted entry that is %s, and leaves out one that is not wanted",
    async (_, entry, message) => {
      const listing = [...listingOf(files), { ...entry, path: "extra.json" }];
      hub.repositories.set("acme/model", { refs: { main: first }, commits: { [first]: files }, listing });
      const attempt = pull();
      await expect(attempt).rejects.toThrow(InvalidFileError);
      await expect(attempt).rejects.toThrow("extra.json of acme/model");
      await expect(attempt).rejects.toThrow(message);
      expect((await pull(undefined, { files: (path) => path === "config.json" })).modelId).toContain(first);
    },
  );

  it.each<[string, unknown[], string]>([
    [
      "one path twice",
      [{ type: "file", path: "config.json", size: 1, oid: "a".repeat(40) }],
      "config.json twice",
    ],
    [
      "a file as a folder",
      [{ type: "file", path: "config.json/x", size: 1, oid: "a".repeat(40) }],
      "as a file and as a folder",
    ],
    ["a number", [7], "no object as entry"],
    ["no path", [{ type: "file" }], "no path in entry"],
  ])("refuses a listing with %s", async (_, extra, message) => {
    const listing = [...listingOf(files), ...extra];
    hub.repositories.set("acme/model", { refs: { main: first }, commits: { [first]: files }, listing });
    await expect(pull()).rejects.toThrow(InvalidFileError);
    await expect(pull()).rejects.toThrow(message);
    expect(cacheContents()).toEqual([]);
  });

  it("refuses one checksum for two sizes", async () => {
    const entry = { type: "file", oid: gitHash(Buffer.from("{}")) };
    const listing = [
      { ...entry, path: "a.json", size: 2 },
      { ...entry, path: "b.json", size: 3 },
    ];
    hub.repositories.set("acme/model", { refs: { main: first }, commits: { [first]: files }, listing });
    await expect(pull()).rejects.toThrow("b.json the checksum of a file of another size");
  });

  it("refuses a commit that is none", async () => {
    for (const sha of ["../../x", "main", 7, null, undefined, ["1"]]) {
      hub.intercept = (_, response) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ sha }));
        return true;
      };
      await expect(pull()).rejects.toThrow("names no commit for acme/model at main");
    }
    expect(cacheContents()).toEqual([]);
  });

  it("refuses answers of another kind of server", async () => {
    for (const body of ["<html>hello</html>", "", "null", "7", "[]", '{"a":']) {
      hub.intercept = (_, response) => {
        response.end(body);
        return true;
      };
      await expect(pull()).rejects.toThrow(InvalidFileError);
      await expect(pull(`hf:acme/model@${first}`)).rejects.toThrow(KokeshiError);
    }
    expect(cacheContents().filter((path) => path.includes("snapshots"))).toEqual([]);
  });

  it("does not read an answer or turn pages without end", async () => {
    hub.intercept = (_, response) => {
      const send = () => {
        if (!response.destroyed) response.write(" ".repeat(1 << 20), () => setImmediate(send));
      };
      send();
      return true;
    };
    await expect(pull()).rejects.toThrow("its answer is longer than 16777216 bytes");
    hub.intercept = (request, response) => {
      if (!request.path.includes("/tree/")) return false;
      response.setHeader("link", `<${hub.endpoint}${request.path}>; rel="next"`);
      response.end("[]");
      return true;
    };
    await expect(pull()).rejects.toThrow("it lists more than 1000 pages");
  });

  it("says where a repository holds nothing of use", async () => {
    hub.repositories.set("acme/data", { refs: { main: first }, commits: { [first]: { "a.csv": "1,2" } } });
    await expect(pull("hf:acme/data")).rejects.toThrow(NotFoundError);
    await expect(pull("hf:acme/data")).rejects.toThrow("holds no file that was asked for (of 1)");
  });

  it("gives a folder or a KokeshiError and writes nothing elsewhere, whatever is listed", async () => {
    const text = fc.oneof(
      fc.constantFrom("config.json", "a/b.json", "..", "../x.json", "tokenizer.json/..", "a"),
      fc.string({ unit: "binary", maxLength: 10 }),
    );
    const value = fc.oneof(
      text,
      fc.integer(),
      fc.double(),
      fc.constant(null),
      fc.constant({}),
      fc.constant([]),
    );
    const entry = fc.record(
      {
        type: fc.oneof(fc.constantFrom("file", "directory"), value),
        path: fc.oneof(text, value),
        size: fc.oneof(fc.constantFrom(0, 2), value),
        oid: fc.oneof(fc.constant(gitHash(Buffer.from("{}"))), fc.constant(gitHash(Buffer.alloc(0))), value),
        lfs: fc.oneof(
          value,
          fc.record({ oid: fc.oneof(fc.constant(sha256(Buffer.from("{}"))), value), size: value }),
        ),
      },
      { requiredKeys: [] },
    );
    const outside = temporaryFolder();
    const inside = join(outside, "cache");
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.array(fc.oneof(entry, value), { maxLength: 5 }), fc.json()),
        async (listing) => {
          rmSync(inside, { recursive: true, force: true });
          hub.repositories.set("acme/model", {
            refs: { main: first },
            commits: { [first]: { "config.json": "{}" } },
            listing,
          });
          try {
            await pull(undefined, { cacheFolder: inside, files: () => true, retry: { attempts: 1 } });
          } catch (error) {
            if (!(error instanceof KokeshiError)) throw error;
          }
          expect(readdirSync(outside).filter((name) => name !== "cache")).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
