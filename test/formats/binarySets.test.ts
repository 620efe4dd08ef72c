import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { imageSet } from "../../src/core";
import {
  joinParts,
  readCifar10,
  readIdx,
  readIdxImages,
  readStl10,
  readTar,
} from "../../src/formats";
import { damage, refuses, survives, temporaryFolder } from "./helpers";
import { tar } from "./tarFile";

/** An IDX file: two zeros, type, number of sizes, sizes and values, all big-endian. */
function idx(type: number, shape: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4 + 4 * shape.length + values.length);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((size, i) => bytes.writeUInt32BE(size, 4 + 4 * i));
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

const images = idx(8, [3, 1, 2], Uint8Array.of(0, 255, 51, 102, 153, 204));
const labels = idx(8, [3], Uint8Array.of(7, 0, 9));

describe("readIdx", () => {
  it("reads every type, plain and packed", () => {
    const cases: [number, string, Buffer, number[]][] = [
      [0x08, "uint8", Buffer.from([1, 255]), [1, 255]],
      [0x09, "int8", Buffer.from([1, 255]), [1, -1]],
      [0x0b, "int16", Buffer.from([1, 0, 255, 254]), [256, -2]],
      [0x0c, "int32", Buffer.from([0, 1, 0, 0, 255, 255, 255, 255]), [65536, -1]],
      [0x0d, "float32", Buffer.from([0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0]), [1.5, -2]],
      [
        0x0e,
        "float64",
        Buffer.from([0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0]),
        [1.5, -2],
      ],
    ];
    for (const [type, dtype, values, expected] of cases) {
      const file = idx(type, [2, 1], values);
      for (const bytes of [file, gzipSync(file)]) {
        const array = readIdx(bytes);
        assert.equal(array.dtype, dtype);
        assert.deepEqual(array.shape, [2, 1]);
        assert.deepEqual(Array.from(array.data as Float64Array), expected);
      }
    }
  });

  it("refuses what is cut, too long, of another kind, or claims any size", async () => {
    await refuses(
      () => readIdx(images.subarray(0, -1)),
      /\(3, 1, 2\) needs 6 bytes and 5 are there/,
    );
    await refuses(() => readIdx(Buffer.concat([images, Buffer.alloc(1)])), /7 are there/);
    await refuses(() => readIdx(images.subarray(0, 8)), /inside its header/);
    await refuses(() => readIdx(Buffer.from("text")), /not an IDX file/);
    await refuses(() => readIdx(new Uint8Array(0)), /not an IDX file/);
    await refuses(() => readIdx(gzipSync(images).subarray(0, 20)), /cannot be unpacked/);
    await refuses(() => readIdx("/nowhere.gz"), /no such file/);
    const huge = idx(8, [0xffffffff, 0xffffffff, 0xffffffff], new Uint8Array(1));
    await refuses(() => readIdx(huge), /needs Infinity bytes/);
  });

  it("survives any damage", async () => {
    const files = [...damage(images, 200), ...damage(gzipSync(images), 200)];
    const refused = await survives(files, readIdx);
    assert.ok(refused > 200, `${refused} refused`);
  }).timeout(20_000);
});

describe("readIdxImages", () => {
  it("reads images with labels, the digits being the classes", () => {
    const set = readIdxImages({ images, labels, name: "mnist" });
    assert.equal(set.name, "mnist");
    assert.deepEqual(set.shape, [1, 2, 1]);
    assert.deepEqual(set.classNames.join(""), "0123456789");
    assert.deepEqual(Array.from(set.labels), [7, 0, 9]);
    assert.deepEqual(set.pixels.read([1]), Float32Array.of(0.2, 0.4));
    assert.deepEqual(Array.from(readIdxImages({ images }).labels), [-1, -1, -1]);
  });

  it("refuses files that do not belong together", async () => {
    const two = idx(8, [2], Uint8Array.of(0, 1));
    await refuses(() => readIdxImages({ images, labels: two }), /shape \(2\) beside 3 images/);
    await refuses(() => readIdxImages({ images: labels }), /shape \(3\).*images/);
    await refuses(
      () => readIdxImages({ images: idx(9, [1, 1, 1], Uint8Array.of(1)) }),
      /type int8/,
    );
    await refuses(() => readIdxImages({ images, labels, classNames: ["a"] }), /label 7.*1 classes/);
  });
});

describe("joinParts", () => {
  it("keeps each part's images, labels and pixels", () => {
    const part = (
      value: number,
      classNames: string[],
      label: number,
    ): ReturnType<typeof imageSet> =>
      imageSet({
        name: "x",
        pixels: Float32Array.of(value, value + 1),
        shape: [1, 1, 1],
        labels: [label, -1],
        classNames,
      });
    const set = joinParts("set", [
      { part: "train", set: part(1, ["a", "b"], 1) },
      { part: "test", set: part(5, ["c", "b"], 1) },
      { part: "unlabelled", set: part(8, [], -1) },
    ]);
    assert.deepEqual(set.classNames, ["a", "b", "c"]);
    assert.deepEqual(Array.from(set.labels), [1, -1, 1, -1, -1, -1]);
    assert.deepEqual(set.pixels.read([5, 0, 2, 2]), Float32Array.of(9, 1, 5, 5));
    assert.deepEqual(set.ids.slice(1, 3), ["train/1", "test/0"]);
    assert.deepEqual(set.parts?.slice(3), ["test", "unlabelled", "unlabelled"]);
  });
});

/** Images in CIFAR-10's binary form: label, then red, green and blue planes row by row. */
function cifarBatch(labels: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(labels.length * 3073);
  labels.forEach((label, i) => {
    bytes[i * 3073] = label;
    for (let c = 0; c < 3; c++)
      for (let row = 0; row < 32; row++)
        for (let column = 0; column < 32; column++)
          bytes[i * 3073 + 1 + c * 1024 + row * 32 + column] = 80 * c + 2 * row + (column % 2);
  });
  return bytes;
}

describe("readCifar10", () => {
  const folder = temporaryFolder();
  const batches = { "data_batch_2.bin": cifarBatch([3, 9]), "test_batch.bin": cifarBatch([0]) };

  it("reads the archive as published, its folder and its files alike", async () => {
    const archive = tar(
      Object.fromEntries(
        Object.entries({ "readme.html": new Uint8Array(700), ...batches }).map(([name, bytes]) => [
          `cifar-10-batches-bin/${name}`,
          bytes,
        ]),
      ),
    );
    for (const [name, bytes] of Object.entries(batches)) folder.file(`bin/${name}`, bytes);
    const inputs = [
      folder.file("c.tar", archive),
      folder.file("c.tar.gz", gzipSync(archive)),
      path.join(folder.path, "bin"),
      new Map(Object.entries(batches)),
    ];
    for (const input of inputs) {
      const set = await readCifar10(input);
      assert.deepEqual(set.ids, ["data_batch_2/0000", "data_batch_2/0001", "test_batch/0000"]);
      assert.deepEqual(set.parts, ["train", "train", "test"]);
      assert.deepEqual(Array.from(set.labels), [3, 9, 0]);
      assert.equal(set.classNames[9], "truck");
      const image = set.pixels.read([1]);
      const at = (row: number, column: number, c: number): number =>
        Math.round(image[(row * 32 + column) * 3 + c] * 255);
      assert.deepEqual([at(0, 0, 0), at(3, 1, 0), at(31, 0, 2)], [0, 7, 222]);
    }
    assert.deepEqual((await readCifar10(inputs[3], { part: "test" })).ids, ["test_batch/0000"]);
  });

  it("refuses what is not there, cut, or labelled wrongly", async () => {
    await refuses(() => readCifar10("/nowhere"), /no such file/);
    await refuses(() => readCifar10(folder.path), /without any batch.*cifar-10-binary\.tar\.gz/);
    await refuses(
      () => readCifar10(new Map(Object.entries(batches)), { part: "unlabelled" }),
      /without unlabelled/,
    );
    const cut = new Map([["test_batch.bin", cifarBatch([1]).subarray(1)]]);
    await refuses(() => readCifar10(cut), /3072 bytes are no whole number/);
    await refuses(
      () => readCifar10(new Map([["test_batch.bin", cifarBatch([10])]])),
      /image 0 has the label 10/,
    );
    await refuses(() => readCifar10(folder.file("t.tar.gz", "text")), /not a tar archive/);
  });
});

describe("readTar", () => {
  const files = {
    "a.bin": Buffer.alloc(1000, 1),
    "b.bin": Buffer.alloc(0),
    "c.bin": Buffer.alloc(512, 3),
  };
  const read = async (bytes: Uint8Array): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    await readTar(bytes, (name) => {
      let size = 0;
      return { write: (piece) => (size += piece.length), end: () => (found[name] = size) };
    });
    return found;
  };

  it("gives every file its bytes, in whatever pieces they come", async () => {
    const expected = { "a.bin": 1000, "b.bin": 0, "c.bin": 512 };
    assert.deepEqual(await read(tar(files)), expected);
    assert.deepEqual(await read(gzipSync(tar(files))), expected);
  });

  it("refuses a cut archive, packed or not, and a damaged header", async () => {
    await refuses(() => read(tar(files).subarray(0, 1200)), /ends inside a file/);
    await refuses(() => read(gzipSync(tar(files)).subarray(0, 60)), /cannot be unpacked/);
    const bytes = tar(files);
    bytes[512 + 1024] ^= 1;
    await refuses(() => read(bytes), /checksum differs/);
    await refuses(() => read(new Uint8Array(0)), /not a tar archive/);
  });

  it("survives any damage", async () => {
    const damaged = [...damage(tar(files), 150), ...damage(gzipSync(tar(files)), 150)];
    const refused = await survives(damaged, read);
    assert.ok(refused > 100, `${refused} refused`);
  }).timeout(20_000);

  it("stops when asked", async () => {
    const stop = new AbortController();
    stop.abort(new Error("stopped"));
    await assert.rejects(
      readTar(tar(files), () => undefined, { signal: stop.signal }),
      /stopped/,
    );
  });
});

describe("readStl10", () => {
  const folder = temporaryFolder();

  /** An image in STL-10's form: three planes, column by column. */
  const image = (offset: number): Uint8Array =>
    Uint8Array.from({ length: 27648 }, (_, i) => {
      const [row, column, c] = [i % 96, Math.floor(i / 96) % 96, Math.floor(i / 9216)];
      return offset + 50 * c + (row === 2 ? 7 : 0) + (column === 5 ? 11 : 0);
    });

  it("reads images from its files when they are asked for", () => {
    folder.file("train_X.bin", Buffer.concat([image(0), image(1)]));
    folder.file("train_y.bin", Uint8Array.of(10, 1));
    folder.file("unlabeled_X.bin", image(2));
    const set = readStl10(folder.path);
    assert.deepEqual(set.ids, ["train/0", "train/1", "unlabelled/0"]);
    assert.deepEqual(Array.from(set.labels), [9, 0, -1]);
    const pixels = set.pixels.read([2, 0]);
    const at = (i: number, row: number, column: number, c: number): number =>
      Math.round(pixels[i * 27648 + (row * 96 + column) * 3 + c] * 255);
    assert.deepEqual(
      [at(0, 0, 0, 0), at(0, 2, 0, 1), at(1, 0, 5, 2), at(1, 2, 5, 0)],
      [2, 59, 111, 18],
    );
    assert.deepEqual(readStl10(folder.path, { part: "unlabelled" }).ids, ["unlabelled/0"]);
  });

  it("refuses a folder without it, cut images and wrong labels", async () => {
    await refuses(() => readStl10(folder.path, { part: "test" }), /without test images/);
    await refuses(() => readStl10("/nowhere"), /without any images of STL-10/);
    const bad = (name: string, bytes: Uint8Array): string => {
      const sub = path.join(folder.path, `bad-${name}`);
      fs.cpSync(path.join(folder.path, "train_X.bin"), path.join(sub, "train_X.bin"));
      fs.writeFileSync(path.join(sub, name), bytes);
      return sub;
    };
    const two = path.join(folder.path, "bad-train_y.bin");
    bad("train_y.bin", Uint8Array.of(1));
    await refuses(() => readStl10(two), /1 labels for 2 images/);
    await refuses(() => readStl10(bad("train_y.bin", Uint8Array.of(1, 11))), /label 11/);
    await refuses(() => readStl10(bad("train_X.bin", image(0).subarray(1))), /no whole number/);
  });
});
