import { cosineSimilarity, InvalidArgumentError } from "@kokeshi/core";
import { Document } from "@langchain/core/documents";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { RunnablePassthrough, RunnableSequence } from "@langchain/core/runnables";
import { FakeEmbeddings, FakeListChatModel } from "@langchain/core/utils/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordHashModel } from "./fixtures/word-hash-model.js";
import { KokeshiEmbeddings } from "./kokeshi-embeddings.js";
import { KokeshiVectorStore } from "./kokeshi-vector-store.js";

const animals = [
  new Document({ id: "cat", pageContent: "the cat eats fish", metadata: { kind: "pet" } }),
  new Document({ id: "dog", pageContent: "the dog eats bones", metadata: { kind: "pet" } }),
  new Document({ id: "owl", pageContent: "an owl hunts at night", metadata: { kind: "wild" } }),
];

function embeddings(): KokeshiEmbeddings {
  return new KokeshiEmbeddings({ model: wordHashModel() });
}

describe("KokeshiVectorStore", () => {
  it("finds the nearest documents with their cosine, nearest first", async () => {
    const store = await KokeshiVectorStore.fromDocuments(animals, embeddings());
    const hits = await store.similaritySearchWithScore("the cat eats", 2);
    expect(hits.map(([document]) => document.id)).toEqual(["cat", "dog"]);
    // Three of four words in common: 3 / (√3 · √4).
    expect(hits[0]?.[1]).toBeCloseTo(3 / Math.sqrt(12), 6);
    expect(hits[1]?.[1]).toBeCloseTo(2 / Math.sqrt(12), 6);
    expect(hits[0]?.[0].metadata).toEqual({ kind: "pet" });
  });

  it("agrees with a sorted list of every cosine", async () => {
    const vector = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(vector, { minLength: 1, maxLength: 40 }),
        vector,
        fc.integer({ min: 1, max: 50 }),
        async (vectors, query, k) => {
          const store = new KokeshiVectorStore(new FakeEmbeddings());
          await store.addVectors(
            vectors,
            vectors.map((_, i) => new Document({ pageContent: String(i) })),
          );
          const hits = await store.similaritySearchVectorWithScore(query, k);
          const sorted = vectors.map((row) => cosineSimilarity(row, query)).sort((a, b) => b - a);
          expect(hits).toHaveLength(Math.min(k, vectors.length));
          hits.forEach(([document, score], rank) => {
            expect(score).toBeCloseTo(sorted[rank] as number, 5);
            expect(score).toBeCloseTo(
              cosineSimilarity(vectors[Number(document.pageContent)] as number[], query),
              5,
            );
          });
        },
      ),
    );
  });

  it("searches only what the filter lets through", async () => {
    const store = await KokeshiVectorStore.fromDocuments(animals, embeddings());
    const wild = (document: { metadata: Record<string, unknown> }) => document.metadata["kind"] === "wild";
    const hits = await store.similaritySearch("the cat eats fish", 5, wild);
    expect(hits.map((document) => document.id)).toEqual(["owl"]);
    expect(await store.similaritySearch("the cat", 5, () => false)).toEqual([]);
  });

  it("deletes by id and keeps the other rows in their places", async () => {
    const store = new KokeshiVectorStore(embeddings());
    const ids = await store.addDocuments(
      Array.from({ length: 50 }, (_, i) => new Document({ pageContent: `word${"x".repeat(i)}` })),
    );
    expect(new Set(ids).size).toBe(50);
    await store.delete({ ids: [...ids.filter((_, i) => i % 3 === 0), "unknown"] });
    expect(store.size).toBe(33);
    for (const i of [1, 2, 47, 49]) {
      const [best] = await store.similaritySearchWithScore(`word${"x".repeat(i)}`, 1);
      expect(best?.[0].id).toBe(ids[i]);
      expect(best?.[1]).toBeCloseTo(1, 6);
    }
    await store.delete({ ids });
    expect(await store.similaritySearch("word", 3)).toEqual([]);
    await expect(store.delete({} as never)).rejects.toThrow(/delete\(\) was given no list of ids/);
  });

  it("replaces the document of a known id", async () => {
    const store = await KokeshiVectorStore.fromDocuments(animals, embeddings());
    const ids = await store.addDocuments([new Document({ pageContent: "a whale sings" })], { ids: ["cat"] });
    expect(ids).toEqual(["cat"]);
    expect(store.size).toBe(3);
    const [best] = await store.similaritySearch("whale", 1);
    expect(best).toMatchObject({ id: "cat", pageContent: "a whale sings" });
  });

  it("adds none of a list with one bad vector", async () => {
    const store = new KokeshiVectorStore(new FakeEmbeddings());
    const documents = animals.slice(0, 2);
    for (const bad of [[1, 2], [1, Number.NaN, 3], [1, Infinity, 3], []]) {
      await expect(store.addVectors([[1, 2, 3], bad], documents)).rejects.toThrow(/vector 1/);
    }
    await expect(store.addVectors([[1, 2, 3]], documents)).rejects.toThrow(InvalidArgumentError);
    await expect(store.addVectors([[1], [2]], documents, { ids: ["a"] })).rejects.toThrow(
      /1 ids were given for 2/,
    );
    expect(store.size).toBe(0);
    await store.addVectors([[1, 2, 3]], documents.slice(0, 1));
    await expect(store.addVectors([[1, 2]], documents.slice(1))).rejects.toThrow(/2 dimensions where 3/);
    await expect(store.similaritySearchVectorWithScore([1, 2], 1)).rejects.toThrow(
      /the query has 2 dimensions/,
    );
  });

  it("ranks by length too when the similarity is the dot product", async () => {
    const documents = [
      new Document({ id: "short", pageContent: "" }),
      new Document({ id: "long", pageContent: "" }),
    ];
    const vectors = [
      [1, 0],
      [2, 2],
    ];
    const cosine = new KokeshiVectorStore(new FakeEmbeddings());
    const dot = new KokeshiVectorStore(new FakeEmbeddings(), { similarity: "dot" });
    for (const store of [cosine, dot]) await store.addVectors(vectors, documents);
    expect((await cosine.similaritySearchVectorWithScore([1, 0], 1))[0]?.[0].id).toBe("short");
    expect((await dot.similaritySearchVectorWithScore([1, 0], 1))[0]).toMatchObject([{ id: "long" }, 2]);
  });

  it("cannot be changed through the documents it returns", async () => {
    const store = await KokeshiVectorStore.fromTexts(["one", "two"], [{ n: 1 }, { n: 2 }], embeddings());
    const [first] = await store.similaritySearch("one", 1);
    (first as Document).metadata["n"] = 99;
    expect((await store.similaritySearch("one", 1))[0]?.metadata).toEqual({ n: 1 });
  });

  it("prefers variety when asked for maximal marginal relevance", async () => {
    const store = await KokeshiVectorStore.fromTexts(
      ["small index int8", "small index int8 codes", "small model"],
      {},
      embeddings(),
    );
    const plain = await store.similaritySearch("small index int8", 2);
    const varied = await store.maxMarginalRelevanceSearch("small index int8", { k: 2, lambda: 0.3 });
    expect(plain.map((document) => document.pageContent)).toEqual([
      "small index int8",
      "small index int8 codes",
    ]);
    expect(varied.map((document) => document.pageContent)).toEqual(["small index int8", "small model"]);
  });

  it("finds by words, too, where it is hybrid, whatever came and went", async () => {
    const words = ["alpha", "beta", "gamma", "delta", "E1234"];
    const page = fc
      .array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 })
      .map((list) => list.join(" "));
    const change = fc.oneof(
      fc.record({ add: fc.array(fc.tuple(fc.nat(9), page), { maxLength: 6 }) }),
      fc.record({ remove: fc.array(fc.nat(9), { maxLength: 4 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 8 }), page, async (changes, query) => {
        const store = new KokeshiVectorStore(embeddings(), { hybrid: true });
        for (const step of changes) {
          if ("remove" in step) await store.delete({ ids: step.remove.map(String) });
          else {
            const added = step.add.map(([id, pageContent]) => new Document({ id: String(id), pageContent }));
            await store.addDocuments(added);
          }
        }
        const all = (
          await store.similaritySearchVectorWithScore(await embeddings().embedQuery(query), 99)
        ).map(([document]) => document);
        const fresh = await KokeshiVectorStore.fromDocuments(all, embeddings(), { hybrid: true });
        const scores = async (one: KokeshiVectorStore) =>
          new Map((await one.similaritySearchWithScore(query, 99)).map(([{ id }, score]) => [id, score]));
        const [own, others] = [await scores(store), await scores(fresh)];
        expect(own.size).toBe(store.size);
        for (const [id, score] of own) expect(score).toBeCloseTo(others.get(id) as number, 5);
      }),
      { numRuns: 60 },
    );
  });

  it("ranks words over vectors as it is told, and leaves out what the filter leaves out", async () => {
    const documents = ["error E1234", "error E9999", "error handling, in general"].map(
      (pageContent, i) => new Document({ id: String(i), pageContent }),
    );
    const ids = async (options: object, ...rest: [number?, ((document: { id?: string }) => boolean)?]) => {
      const store = await KokeshiVectorStore.fromDocuments(documents, embeddings(), options);
      return (await store.similaritySearch("what is E9999?", ...rest)).map(({ id }) => id);
    };
    expect((await ids({ hybrid: true }))[0]).toBe("1");
    expect(await ids({ hybrid: { method: "scores", lexicalWeight: 1 } }, 1)).toEqual(["1"]);
    expect(await ids({ hybrid: true }, 3, ({ id }) => id !== "1")).not.toContain("1");
    const store = await KokeshiVectorStore.fromDocuments(documents, embeddings(), { hybrid: true });
    const [found] = await store.maxMarginalRelevanceSearch("E9999", { k: 1, fetchK: 1 });
    expect(found?.id).toBe("1");
    const rate = store.lexicalScorer("E9999");
    expect(rate("nothing")).toBe(0);
    expect(rate("E9999 again")).toBeGreaterThan(0.3);
    expect(rate("E9999 again")).toBeLessThan(1);
  });

  it("refuses fusion that cannot be, and rates no words without it", () => {
    expect(() => new KokeshiVectorStore(embeddings(), { hybrid: { lexicalWeight: 3 } })).toThrow(
      /lexicalWeight is 3/,
    );
    expect(() => new KokeshiVectorStore(embeddings()).lexicalScorer("x")).toThrow(InvalidArgumentError);
  });

  it("serves a retriever in a LangChain chain", async () => {
    const store = await KokeshiVectorStore.fromDocuments(animals, embeddings());
    const retriever = store.asRetriever({ k: 1 });
    let prompt = "";
    const chain = RunnableSequence.from([
      {
        context: retriever.pipe((documents) => documents.map((document) => document.pageContent).join("\n")),
        question: new RunnablePassthrough<string>(),
      },
      ChatPromptTemplate.fromTemplate("Answer from: {context}\n\n{question}"),
      (value) => {
        prompt = value.toString();
        return value;
      },
      new FakeListChatModel({ responses: ["It hunts at night."] }),
      new StringOutputParser(),
    ]);
    expect(await chain.invoke("when does an owl hunt?")).toBe("It hunts at night.");
    expect(prompt).toContain("Answer from: an owl hunts at night");
  });
});
