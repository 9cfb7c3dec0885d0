import { TokenRowsBuilder, type TokenRows } from "./token-rows.js";

/** What training needs of a tokenizer: that of `@kokeshi/tokenizer` does, and so does one that answers later. */
export interface PairTokenizer {
  encodeBatch(
    texts: readonly string[],
    options: { addSpecialTokens: boolean },
  ): TokenRows | Promise<TokenRows>;
}

const rowsAtOnce = 4096;

/** Tokenises some texts of each of a stream of rows, without special tokens: one list of token rows a column. */
export async function tokenizeColumns<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  columns: readonly ((row: Row) => string)[],
  tokenizer: PairTokenizer,
): Promise<TokenRows[]> {
  const builders = columns.map(() => new TokenRowsBuilder());
  let waiting: Row[] = [];

  async function tokenizeWaiting(): Promise<void> {
    for (const [index, column] of columns.entries()) {
      const tokens = await tokenizer.encodeBatch(waiting.map(column), { addSpecialTokens: false });
      builders[index]?.append(tokens);
    }
    waiting = [];
  }

  for await (const row of rows) {
    waiting.push(row);
    if (waiting.length === rowsAtOnce) await tokenizeWaiting();
  }
  await tokenizeWaiting();
  return builders.map((builder) => builder.finish());
}
