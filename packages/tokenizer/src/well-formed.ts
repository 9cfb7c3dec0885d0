/**
 * Replaces lone surrogates by U+FFFD, as encoding to UTF-8 does: the Rust library, which fixes what the right ids
 * are, cannot hold anything else.
 */
export function wellFormed(text: string): string {
  // Far faster, where the engine has it (ES2024).
  if ((text as { isWellFormed?: () => boolean }).isWellFormed?.()) return text;
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}
