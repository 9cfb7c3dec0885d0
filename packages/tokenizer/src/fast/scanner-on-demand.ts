import type { RowReceiver, TextScanner } from "../text-scanner.js";
import type { TextSequence } from "../text-sequence.js";

/** Text that is worth a scanner, in UTF-16 units. */
const worthLoading = 65_536;

/** Loads a scanner when it pays, and leaves texts to JavaScript until then: a page that embeds queries needs none. */
export class ScannerOnDemand implements TextScanner {
  private scanner: TextScanner | undefined;
  private seen = 0;

  constructor(private readonly load: () => Promise<TextScanner | undefined>) {}

  encode(texts: TextSequence, into: RowReceiver): void {
    if (this.scanner !== undefined) return this.scanner.encode(texts, into);
    const before = this.seen;
    for (let index = 0; index < texts.count; index++) {
      const text = texts.text(index);
      this.seen += text.length;
      into.row(text);
    }
    if (before < worthLoading && this.seen >= worthLoading) void this.start();
  }

  private async start(): Promise<void> {
    // Where it cannot be loaded, JavaScript gives the same ids.
    this.scanner = await this.load().catch(() => undefined);
  }
}
