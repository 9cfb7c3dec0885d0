import type { Context } from "hono";
import { DemoError } from "../demo-error.js";

export const uploadLimits = {
  /** Files a request. */
  files: 50,
  /** Bytes a file. */
  fileBytes: 20_000_000,
  /** Bytes a request, over all its files. */
  requestBytes: 100_000_000,
};

export interface UploadedFile {
  name: string;
  read(): Promise<Uint8Array>;
}

/** The files of a multipart form, whatever their field is called. Throws DemoError "invalid-request" or "too-large". */
export async function uploadedFiles(context: Context): Promise<UploadedFile[]> {
  const type = context.req.header("content-type") ?? "";
  if (!/^multipart\/form-data\b/i.test(type)) {
    throw new DemoError(
      "invalid-request",
      `the body is ${type || "of no stated type"}`,
      "send the files as multipart/form-data",
    );
  }
  const form = await context.req.raw.formData().catch((cause: unknown) => {
    throw new DemoError("invalid-request", "the multipart body is broken", "send the files again", cause);
  });
  const files = [...form.values()].filter((value) => value instanceof File);
  if (files.length === 0) {
    throw new DemoError("invalid-request", "the form holds no file", "send at least one file");
  }
  if (files.length > uploadLimits.files) {
    throw new DemoError(
      "too-large",
      `${files.length} files came at once`,
      `send at most ${uploadLimits.files}`,
    );
  }
  return files.map((file) => ({
    name: plainName(file.name),
    async read() {
      if (file.size > uploadLimits.fileBytes) {
        throw new DemoError(
          "too-large",
          `${plainName(file.name)} has ${file.size.toLocaleString("en")} bytes`,
          `add files of at most ${uploadLimits.fileBytes.toLocaleString("en")} bytes`,
        );
      }
      return new Uint8Array(await file.arrayBuffer());
    },
  }));
}

/** The last part of the path, composed (macOS decomposes kana), without control or direction characters. */
function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  return (
    last
      .normalize("NFC")
      .replace(/[\p{Cc}\p{Cf}]/gu, "")
      .trim()
      .slice(-200) || "unnamed"
  );
}
