import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { encode } from "fast-png";
import { decodeImage } from "../../src/formats";
import { bytesOf, formatFiles } from "../fixtures/formatFiles";
import { damage, needData, refuses, survives } from "./helpers";

const fileOf = (name: string): Uint8Array => bytesOf(formatFiles.images[name].file);

/** A PNG whose checksums are right again after a change, so that the change is seen. */
function mendChecksums(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  for (let at = 8; at + 12 <= copy.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > copy.length) break;
    view.setUint32(end, crc32(copy.subarray(at + 4, end)));
    at = end + 4;
  }
  return copy;
}

/** A PNG with another size in its header. */
function resized(bytes: Uint8Array, width: number, height: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return mendChecksums(copy);
}

describe("decodeImage", () => {
  for (const [name, { channels, values, width = 5 }] of Object.entries(formatFiles.images)) {
    it(`gives the values that Pillow gives: ${name}`, async () => {
      const image = await decodeImage(fileOf(name), name);
      assert.equal(image.channels, channels);
      assert.equal(image.width, width);
      assert.equal(image.height, values.length / channels / width);
      assert.ok(name.includes("16 bits") === image.data instanceof Uint16Array);
      assert.deepEqual(Array.from(image.data), values);
    });
  }

  it("reads interlaced images", async () => {
    const data = Uint16Array.from({ length: 63 }, (_, i) => i * 1000);
    const png = encode(
      { width: 9, height: 7, data, depth: 16, channels: 1 },
      { interlace: "Adam7" },
    );
    assert.deepEqual((await decodeImage(png, "x")).data, data);
  });

  it("refuses transparency, since what lies behind is a guess", async () => {
    for (const [name, file] of Object.entries(formatFiles.transparent))
      await refuses(
        () => decodeImage(bytesOf(file), `${name}.png`),
        /\.png", parts of which are transparent/,
      );
  });

  it("refuses four colour components", async () => {
    await refuses(() => decodeImage(bytesOf(formatFiles.cmyk), "x"), /4 colour components.*RGB/);
  });

  it("refuses what is no image, whatever it is called", async () => {
    await refuses(() => decodeImage(new Uint8Array(0), "a.png"), /"a.png", an empty file/);
    await refuses(() => decodeImage(Buffer.from("GIF89a"), "a.png"), /neither PNG nor JPEG/);
  });

  it("refuses every truncation", async () => {
    for (const name of [
      "grey",
      "colour 16 bits",
      "palette 2 bits",
      "JPEG colour",
      "JPEG progressive",
    ]) {
      const bytes = fileOf(name);
      for (let length = 2; length < bytes.length; length += 1 + (length >> 4))
        await refuses(() => decodeImage(bytes.subarray(0, length), "cut"), /"cut"/);
    }
  }).timeout(20_000);

  it("refuses sizes that the file cannot hold, before it makes anything of that size", async () => {
    const png = fileOf("grey");
    await refuses(() => decodeImage(resized(png, 100_000, 100_000), "x"), /100000 x 100000 pixels/);
    await refuses(() => decodeImage(resized(png, 7000, 7000), "x"), /cannot hold 7000 x 7000/);
    await refuses(() => decodeImage(resized(png, 0, 3), "x"), /0 x 3/);
    await refuses(() => decodeImage(resized(png, 5, 4), "x"), /damaged/);
    const jpeg = Buffer.from(fileOf("JPEG colour"));
    jpeg.writeUInt32BE(0xffffffff, jpeg.indexOf(Uint8Array.of(0xff, 0xc0)) + 5);
    await refuses(() => decodeImage(jpeg, "x"), /65535 x 65535/);
    jpeg.writeUInt32BE(0x0fff0fff, jpeg.indexOf(Uint8Array.of(0xff, 0xc0)) + 5);
    await refuses(() => decodeImage(jpeg, "x"), /cannot hold 4095 x 4095/);
  });

  it("survives any damage to a PNG, with its checksums mended as well", async () => {
    for (const name of [
      "grey",
      "colour 16 bits",
      "palette 2 bits",
      "grey with alpha",
      "grey 4 bits",
    ]) {
      const files = damage(fileOf(name), 150).flatMap((bytes) => [bytes, mendChecksums(bytes)]);
      const refused = await survives(files, (bytes) => decodeImage(bytes, "x"));
      assert.ok(refused > 150, `${refused} refused`);
    }
  }).timeout(20_000);

  it("survives any damage to a JPEG", async () => {
    for (const name of ["JPEG colour", "JPEG progressive", "JPEG grey"]) {
      const refused = await survives(damage(fileOf(name), 150), (bytes) => decodeImage(bytes, "x"));
      assert.ok(refused > 20, `${refused} refused`);
    }
  }).timeout(20_000);

  it("reads the sample with 16 bits", async function () {
    const file = needData(this, "spm", "png", "synth_gray16.png");
    const { readFileSync } = await import("node:fs");
    const { data } = await decodeImage(readFileSync(file), file);
    // The index of the samples: 50 * (100 * row + column).
    assert.deepEqual(
      data,
      Uint16Array.from({ length: 192 }, (_, i) => 50 * (100 * Math.floor(i / 16) + (i % 16))),
    );
  });
});
