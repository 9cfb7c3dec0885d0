import type { ProtobufField } from "./protobuf-reader.js";

/** Collects the fields of a message that are not modelled, so that writing gives them back. */
export class OtherFields {
  private readonly fields: Uint8Array[] = [];

  add(field: ProtobufField): void {
    this.fields.push(field.whole());
  }

  ifAny(): { otherFields?: Uint8Array } {
    if (this.fields.length === 0) return {};
    const length = this.fields.reduce((sum, field) => sum + field.length, 0);
    const otherFields = new Uint8Array(length);
    let offset = 0;
    for (const field of this.fields) {
      otherFields.set(field, offset);
      offset += field.length;
    }
    return { otherFields };
  }
}
