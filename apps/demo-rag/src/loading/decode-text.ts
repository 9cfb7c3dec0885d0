import { DemoError } from "../demo-error.js";

/** UTF-8 with or without a byte order mark; line ends become "\n". Throws DemoError "unreadable-file". */
export function decodeText(name: string, bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DemoError(
      "unreadable-file",
      `${name} is not UTF-8 text`,
      "save it as UTF-8 and add it again",
      cause,
    );
  }
  if (text.includes("\0")) {
    throw new DemoError("unreadable-file", `${name} holds binary data`, "add a text file");
  }
  return text.replace(/\r\n?/g, "\n");
}
