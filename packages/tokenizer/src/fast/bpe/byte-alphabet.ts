/**
 * The characters by which byte-level vocabularies spell bytes: printable Latin-1 stands for itself, the other 68
 * bytes are U+0100 and on (`bytes_to_unicode` of GPT-2's encoder.py).
 */
export const byteCharacters: readonly string[] = spellBytes();

/** The byte of a character of the alphabet. */
export const byteOfCharacter: ReadonlyMap<string, number> = new Map(
  byteCharacters.map((character, byte) => [character, byte]),
);

function spellBytes(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : next++);
  });
}
