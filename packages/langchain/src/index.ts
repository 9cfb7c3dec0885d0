export {
  KokeshiEmbeddings,
  type KokeshiEmbeddingsLoadOptions,
  type KokeshiEmbeddingsOptions,
} from "./kokeshi-embeddings.js";
export {
  KokeshiVectorStore,
  type KokeshiDocumentFilter,
  type KokeshiVectorStoreOptions,
} from "./kokeshi-vector-store.js";
