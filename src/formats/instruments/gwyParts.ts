import { byteWriter } from "./byteWriter";

/** One part of an object of a Gwyddion file: its key, its type letter and its value as bytes. */
export type GwyPart = readonly [key: string, type: string, value: Uint8Array];

/** An object with its parts. */
export function gwyObject(type: string, parts: readonly GwyPart[]): Uint8Array {
  const payload = byteWriter();
  for (const [key, letter, value] of parts) {
    payload.text(key);
    payload.bytes(Buffer.from(letter, "latin1"));
    payload.bytes(value);
  }
  const content = payload.done();
  const whole = byteWriter();
  whole.text(type);
  whole.u32(content.length);
  whole.bytes(content);
  return whole.done();
}

/** A whole file around its parts. */
export function gwyFileOf(parts: readonly GwyPart[]): Uint8Array {
  const file = byteWriter();
  file.bytes(Buffer.from("GWYP", "latin1"));
  file.bytes(gwyObject("GwyContainer", parts));
  return file.done();
}

/** A unit. */
export function gwyUnit(unit: string): Uint8Array {
  return gwyObject("GwySIUnit", [["unitstr", "s", gwyText(unit)]]);
}

/** Texts by key. */
export function gwyTexts(entries: Readonly<Record<string, string>>): Uint8Array {
  return gwyObject(
    "GwyContainer",
    Object.entries(entries).map(([key, value]) => [key, "s", gwyText(value)]),
  );
}

/** Text with a zero at its end. */
export function gwyText(value: string): Uint8Array {
  const writer = byteWriter();
  writer.text(value);
  return writer.done();
}

/** A whole number. */
export function gwyInt(value: number): Uint8Array {
  const writer = byteWriter();
  writer.i32(value);
  return writer.done();
}

/** A number. */
export function gwyDouble(value: number): Uint8Array {
  const writer = byteWriter();
  writer.f64(value);
  return writer.done();
}

/** Numbers with their count before them. */
export function gwyDoubles(values: Float64Array): Uint8Array {
  const writer = byteWriter();
  writer.u32(values.length);
  writer.doubles(values);
  return writer.done();
}
