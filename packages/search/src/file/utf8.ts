const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Up to so many letters of ASCII are put together faster than a TextDecoder begins. */
const mostLetters = 24;

/** The text of UTF-8 bytes, a byte order mark included. Throws a TypeError where they are none. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (bytes.length > mostLetters) return decoder.decode(bytes);
  let text = "";
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    if (byte > 127) return decoder.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}
