"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { Transform } = require("node:stream");
const { pipeline } = require("node:stream/promises");
const zlib = require("node:zlib");

// The numbers of the format: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const longestEnd = 22 + 0xffff;
const deflated = 8;

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {number} method
 * @property {number} crc
 * @property {number} packedSize
 * @property {number} size
 * @property {number} headerStart
 */

/**
 * Unpacks some members of a zip file as streams, so that a library of 800 MB needs no memory, and checks their sums.
 * @param {string} file
 * @param {(name: string) => string | undefined} target the file to write a member to; none leaves it out
 * @throws Error if the file is damaged
 */
async function unzipMembers(file, target) {
  const handle = await fs.promises.open(file);
  try {
    for (const member of await readDirectory(handle)) {
      const to = target(member.name);
      if (to === undefined) continue;
      fs.mkdirSync(path.dirname(to), { recursive: true });
      await unpackMember(handle, file, member, to);
    }
  } finally {
    await handle.close();
  }
}

/** @param {fs.promises.FileHandle} handle @returns {Promise<Member[]>} */
async function readDirectory(handle) {
  const { size } = await handle.stat();
  const tail = await readAt(handle, Math.max(0, size - longestEnd), Math.min(size, longestEnd));
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end--;
  if (end < 0) throw new Error("not a whole zip file: it has no directory");
  const count = tail.readUInt16LE(end + 10);
  const directory = await readAt(handle, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const members = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (directory.readUInt32LE(at) !== entrySignature) throw new Error("damaged zip directory");
    const nameLength = directory.readUInt16LE(at + 28);
    members.push({
      name: directory.toString("utf8", at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      headerStart: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return members;
}

/** @param {fs.promises.FileHandle} handle @param {string} file @param {Member} member @param {string} to */
async function unpackMember(handle, file, member, to) {
  const header = await readAt(handle, member.headerStart, 30);
  const start = member.headerStart + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (member.packedSize === 0) {
    fs.writeFileSync(to, "");
    return;
  }
  let crc = 0;
  let size = 0;
  const sums = new Transform({
    transform(chunk, _encoding, done) {
      crc = zlib.crc32(chunk, crc);
      size += chunk.length;
      done(undefined, chunk);
    },
  });
  const packed = fs.createReadStream(file, { start, end: start + member.packedSize - 1 });
  const written = fs.createWriteStream(to);
  if (member.method === deflated) {
    await pipeline(packed, zlib.createInflateRaw(), sums, written);
  } else {
    await pipeline(packed, sums, written);
  }
  if (crc !== member.crc || size !== member.size) {
    throw new Error(`${member.name} in ${file} is damaged: its checksum is wrong`);
  }
}

/** @param {fs.promises.FileHandle} handle @param {number} start @param {number} length @returns {Promise<Buffer>} */
async function readAt(handle, start, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, start);
  if (bytesRead < length) throw new Error("not a whole zip file: it ends too early");
  return buffer;
}

module.exports = { unzipMembers };
