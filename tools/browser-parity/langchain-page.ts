import { memoryFolder } from "@kokeshi/core";
import { KokeshiEmbeddings, KokeshiVectorStore } from "@kokeshi/langchain";
import { loadStaticModel } from "@kokeshi/static-model";

declare global {
  interface Window {
    /** The texts by their likeness to the query, with scores, from LangChain's vector store in this page. */
    searchWithLangChain(
      files: readonly string[],
      texts: readonly string[],
      query: string,
    ): Promise<[text: string, score: number][]>;
    /** Message of the error that `KokeshiEmbeddings.load` gives in this page. */
    loadWithLangChain(): Promise<string>;
  }
}

window.searchWithLangChain = async (files, texts, query) => {
  const contents: Record<string, Uint8Array> = {};
  for (const file of files) {
    contents[file] = new Uint8Array(await (await fetch(`model/${file}`)).arrayBuffer());
  }
  const model = await loadStaticModel(memoryFolder("in-page", contents));
  const store = await KokeshiVectorStore.fromTexts([...texts], [], new KokeshiEmbeddings({ model }));
  const found = await store.similaritySearchWithScore(query, texts.length);
  return found.map(([{ pageContent }, score]) => [pageContent, score]);
};

window.loadWithLangChain = () =>
  KokeshiEmbeddings.load().then(
    () => "loaded",
    (error: Error) => error.message,
  );
