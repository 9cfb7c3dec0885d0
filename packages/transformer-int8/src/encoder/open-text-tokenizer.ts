import { InvalidArgumentError, readJson, type ModelFolder } from "@kokeshi/core";
import type { Tokenizer } from "@kokeshi/tokenizer";
import { loadTokenizer } from "@kokeshi/tokenizer/load";
import { part } from "../invalid-model.js";
import type { TextTokenizer, TokenizedTexts } from "./encoder.js";
import type { EncoderPlan, TokenizerPlan } from "./encoder-plan.js";

/** Opens the tokenizer of a folder. Throws InvalidFileError or NotFoundError for its files. */
export async function openTextTokenizer(
  folder: ModelFolder,
  { tokenizer: plan, pooling }: Pick<EncoderPlan, "tokenizer" | "pooling">,
): Promise<TextTokenizer> {
  const configPath = `${plan.subfolder}tokenizer_config.json`;
  const tokenizerConfig = (await folder.has(configPath)) ? await readJson(folder, configPath) : undefined;
  const json = await readJson(folder, `${plan.subfolder}tokenizer.json`);
  const tokenizer = await loadTokenizer(json, { tokenizerConfig });
  return new FolderTokenizer(tokenizer, plan, pooling.includePrompt);
}

class FolderTokenizer implements TextTokenizer {
  readonly maxTokens: number | undefined;
  readonly tokenizerPath: "fast" | "library";
  /** Ids that the tokenizer puts around every text. */
  readonly #specialIds: ReadonlySet<number>;

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly plan: TokenizerPlan,
    private readonly includePrompt: boolean,
  ) {
    this.maxTokens = plan.maxTokens ?? tokenizer.maxTokensInFile;
    this.tokenizerPath = tokenizer.path;
    const around = tokenizer.encode("");
    this.#specialIds = new Set(around);
    if (this.maxTokens !== undefined && this.maxTokens < around.length) {
      throw new InvalidArgumentError({
        part,
        problem: `the limit is ${this.maxTokens} tokens, of which the tokenizer's own take ${around.length}`,
        remedy: "use a greater maxTokens",
      });
    }
  }

  tokenize(texts: readonly string[]): TokenizedTexts {
    const { ids, starts, truncated } = this.tokenizer.encodeBatch(this.#prepare(texts), {
      maxTokens: this.maxTokens,
    });
    // Ids are below 2^31: the same bytes, as the graph's inputs hold them.
    return { ids: new Int32Array(ids.buffer, ids.byteOffset, ids.length), offsets: starts, truncated };
  }

  /** As sentence-transformers counts them: the prompt as a text of its own, without what stands at its end. */
  countPromptTokens(prompt: string): number {
    if (this.includePrompt || prompt === "") return 0;
    const { ids } = this.tokenize([prompt]);
    const last = ids.at(-1);
    return last !== undefined && this.#specialIds.has(last) ? ids.length - 1 : ids.length;
  }

  #prepare(texts: readonly string[]): readonly string[] {
    const { strip, lowerCase } = this.plan;
    if (!strip && !lowerCase) return texts;
    return texts.map((text) => {
      const stripped = strip ? text.replace(outerWhiteSpace, "") : text;
      return lowerCase ? stripped.toLowerCase() : stripped;
    });
  }
}

/** What Python's `str.strip` takes away; `trim` knows U+FEFF and not the control characters. */
const pythonSpace = "\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const outerWhiteSpace = new RegExp(`^[${pythonSpace}]+|(?<![${pythonSpace}])[${pythonSpace}]+$`, "g");
