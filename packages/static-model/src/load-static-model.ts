import { InvalidArgumentError, InvalidFileError, type LoadOptions, type ModelFolder } from "@kokeshi/core";
import { readConfig, readConfigIfPresent, readLicence } from "@kokeshi/model-files";
import { kokeshiConfig, model2VecConfig, modulesConfig, sentenceTransformersConfig } from "./config-files.js";
import { firstColumns } from "./embedding-table.js";
import { findFamily, findTable, isStaticEmbedding, type StaticFamily } from "./folder-family.js";
import { openTokenizer } from "./open-tokenizer.js";
import { readTable } from "./read-table.js";
import { createTokenMeans } from "./token-means.js";
import { StaticModel } from "./static-model.js";
import { model2VecRules, staticEmbeddingRules, type TermFrequency } from "./text-rules.js";

/**
 * Opens a static embedding model: a sentence-transformers StaticEmbedding, a Model2Vec model, or Kokeshi's own int8
 * layout. Vectors follow the rules of the family that wrote the folder.
 *
 * Throws InvalidFileError for a file that is not what it claims to be, NotFoundError for one that is missing.
 */
export async function loadStaticModel(folder: ModelFolder, options: LoadOptions = {}): Promise<StaticModel> {
  const { maxTokens, dimensions, signal } = options;
  if (maxTokens !== undefined && (!Number.isInteger(maxTokens) || maxTokens < 1)) {
    throw new InvalidArgumentError({
      part: "static-model",
      problem: `maxTokens is ${maxTokens}`,
      remedy: "use a whole number of at least 1",
    });
  }
  const family = await findFamily(folder);
  if (family === undefined) throw notStatic(folder);
  const { subfolder, normalize, prompts, licence, ownMaxTokens, termFrequency } =
    await readers[family](folder);

  signal?.throwIfAborted();
  const tokenizerPath = `${subfolder}tokenizer.json`;
  const tablePath = `${subfolder}model.safetensors`;
  const triePath = `${subfolder}tokenizer.trie`;
  // Read while the tokenizer is opened. Should that fail, nobody waits for the table.
  const tableBytes = folder.read(tablePath);
  tableBytes.catch(() => {});
  const [tokenizerJson, trie] = await Promise.all([
    folder.read(tokenizerPath),
    folder.has(triePath).then((has) => (has ? folder.read(triePath) : undefined)),
  ]);
  const tokenizer = await openTokenizer(tokenizerJson, trie, `${tokenizerPath} of ${folder.modelId}`);
  signal?.throwIfAborted();
  const { table: whole, precision } = readTable(await tableBytes, `${tablePath} of ${folder.modelId}`);
  const table = dimensions === undefined ? whole : firstColumns(whole, dimensions);
  signal?.throwIfAborted();
  if (tokenizer.vocabularySize > table.tokens) {
    throw new InvalidFileError({
      part: "static-model",
      problem: `${tokenizerPath} of ${folder.modelId} has ids up to ${tokenizer.vocabularySize - 1}, but ${tablePath} has vectors for ${table.tokens} tokens`,
      remedy: "use the tokenizer and the table of the same model",
    });
  }

  const limit = smaller(maxTokens, ownMaxTokens);
  const rules = (family === "model2vec" ? model2VecRules : staticEmbeddingRules)(tokenizer, limit);
  return new StaticModel({
    modelId: folder.modelId,
    family,
    tokenMeans: await createTokenMeans(table),
    precision,
    tokenizer,
    tokenizerJson,
    trie,
    rules: { ...rules, termFrequency },
    normalize,
    prompts,
    licence: licence ?? (await readLicence(folder)),
  });
}

/** What the configuration files of a folder say. */
interface FolderSettings {
  /** Where the table and the tokenizer are: "" or a path that ends in `/`. */
  subfolder: string;
  normalize: boolean;
  prompts: Record<string, string>;
  licence?: string;
  ownMaxTokens?: number;
  termFrequency?: TermFrequency;
}

const readers: Record<StaticFamily, (folder: ModelFolder) => Promise<FolderSettings>> = {
  "kokeshi-static": async (folder) => {
    const config = await readConfig(folder, "config.json", kokeshiConfig);
    return {
      subfolder: "",
      normalize: config.normalize,
      prompts: config.prompts ?? {},
      licence: config.license,
      ownMaxTokens: config.max_tokens,
      termFrequency: config.term_frequency,
    };
  },

  model2vec: async (folder) => {
    const config = await readConfigIfPresent(folder, "config.json", model2VecConfig);
    const more = await readConfigIfPresent(
      folder,
      "config_sentence_transformers.json",
      sentenceTransformersConfig,
    );
    return {
      subfolder: (await findTable(folder)) ?? "",
      normalize: (config ?? more)?.normalize ?? false,
      prompts: more?.prompts ?? {},
      licence: config?.license,
    };
  },

  "sentence-transformers": async (folder) => {
    const [table, ...others] = await readConfig(folder, "modules.json", modulesConfig);
    const unknown = others.find(({ type }) => !type.endsWith(".Normalize"));
    if (table === undefined || !isStaticEmbedding(table.type) || unknown !== undefined) {
      throw new InvalidFileError({
        part: "static-model",
        problem: `modules.json of ${folder.modelId} asks for the module ${unknown?.type ?? table?.type}`,
        remedy: "the static backend opens a StaticEmbedding, followed by a Normalize or nothing",
      });
    }
    const config = await readConfigIfPresent(
      folder,
      "config_sentence_transformers.json",
      sentenceTransformersConfig,
    );
    return {
      subfolder: readSubfolder(table.path, folder),
      normalize: others.length > 0,
      prompts: config?.prompts ?? {},
    };
  },
};

function readSubfolder(path: string, folder: ModelFolder): string {
  if (path === "" || path === ".") return "";
  // Foreign text that becomes part of a path stays inside the folder.
  if (/^[\w-][\w.-]*$/.test(path)) return `${path}/`;
  throw new InvalidFileError({
    part: "static-model",
    problem: `modules.json of ${folder.modelId} places the table in ${JSON.stringify(path)}`,
    remedy: "use the name of a folder beside modules.json",
  });
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function notStatic(folder: ModelFolder): InvalidFileError {
  return new InvalidFileError({
    part: "static-model",
    problem: `${folder.modelId} is not a static embedding model`,
    remedy: "open it with the backend for its kind of model",
  });
}
