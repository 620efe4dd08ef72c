import { crc32, inflateRawSync } from "node:zlib";
import { checkBudget } from "../core";
import type { ByteSource } from "./byteSource";
import { damaged, unsuitable } from "./damaged";
import { fileHeader, type ZipEntry } from "./listZip";

/** Deflate packs at most 1032 to one, so that a file that claims more is a lie. */
const mostDeflation = 1032;

/**
 * Unpacks one file of a zip archive and checks it.
 * @throws InputError if it is damaged, encrypted, or packed in another way than stored or deflated
 */
export function readZipEntry(source: ByteSource, entry: ZipEntry): Uint8Array {
  const name = `${source.name}: ${entry.name}`;
  if (entry.encrypted) {
    throw unsuitable(name, "which is encrypted", "a file without password", "Unpack it first.");
  }
  const header = source.read(entry.at, 30);
  const view = new DataView(header.buffer);
  if (view.getUint32(0, true) !== fileHeader) throw damaged(name, "its header is missing");
  const start = entry.at + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  // A size that no deflated file has is told below, before anything of it is taken.
  if (entry.size <= entry.packedSize * mostDeflation)
    checkBudget(name, entry.packedSize + entry.size);
  const packed = source.read(start, entry.packedSize);
  const bytes = unpack(packed, entry, name);
  if (crc32(bytes) !== entry.crc) throw damaged(name, "its checksum differs");
  return bytes;
}

function unpack(packed: Uint8Array, entry: ZipEntry, name: string): Uint8Array {
  if (entry.method === 0) {
    if (entry.size !== packed.length) throw damaged(name, "its two sizes differ");
    return packed;
  }
  if (entry.method !== 8) {
    throw unsuitable(
      name,
      `which is packed by method ${entry.method}`,
      "files stored or deflated",
      "Pack the archive again in the usual way.",
    );
  }
  if (entry.size === 0) return new Uint8Array(0);
  if (entry.size > packed.length * mostDeflation) {
    throw damaged(name, `${packed.length} bytes claim to unpack to ${entry.size}`);
  }
  const bytes = inflate(packed, entry.size, name);
  if (bytes.length !== entry.size) {
    throw damaged(name, `it unpacks to ${bytes.length} bytes instead of ${entry.size}`);
  }
  // An own buffer, so that typed arrays can lie over it.
  return bytes.byteOffset === 0 && bytes.buffer.byteLength === bytes.length
    ? new Uint8Array(bytes.buffer)
    : new Uint8Array(bytes);
}

function inflate(packed: Uint8Array, size: number, name: string): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: size });
  } catch (error) {
    throw damaged(name, "it cannot be unpacked", error);
  }
}
