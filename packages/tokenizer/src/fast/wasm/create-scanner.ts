import { BatchScanner, type AddedTokenSearch, type ScannerTables } from "./batch-scanner.js";

/** `undefined` where there is no WebAssembly with SIMD, or a page's policy forbids it: texts are encoded one by one. */
export function createScanner(
  tables: ScannerTables | undefined,
  addedTokens: AddedTokenSearch,
): BatchScanner | undefined {
  if (tables === undefined) return undefined;
  try {
    return new BatchScanner(tables, addedTokens);
  } catch {
    return undefined;
  }
}
