import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { encode } from "fast-png";
import { strToU8, zipSync } from "fflate";
import { readImageFolder, readImageZip, type ImageFilesOptions } from "../../src/formats";
import type { ImageSet, ProgressEvent } from "../../src/core";
import { bytesOf, formatFiles } from "../fixtures/formatFiles";
import { damage, needData, refuses, survives, temporaryFolder } from "./helpers";

interface PngSize {
  readonly width?: number;
  readonly height?: number;
  readonly channels?: number;
  readonly depth?: 8 | 16;
}

/** A PNG of one value. */
function png(
  value: number,
  { width = 3, height = 2, channels = 1, depth = 8 }: PngSize = {},
): Uint8Array {
  const length = width * height * channels;
  const data = depth === 16 ? new Uint16Array(length) : new Uint8Array(length);
  return encode({ width, height, channels, depth, data: data.fill(value) });
}

type Files = Readonly<Record<string, Uint8Array>>;

const classes: Files = {
  "b/2.png": png(3),
  "b/10.png": png(2),
  "a/x.png": png(1),
};

describe("images in class folders", () => {
  const folder = temporaryFolder();
  let count = 0;

  /** The same files as a folder and as a zip archive. */
  async function readBoth(
    files: Files,
    check: (read: () => Promise<ImageSet>) => Promise<void> | void,
    options: ImageFilesOptions = {},
  ): Promise<void> {
    const name = `set-${++count}`;
    for (const [file, bytes] of Object.entries(files)) folder.file(`${name}/${file}`, bytes);
    const root = path.join(folder.path, name);
    fs.mkdirSync(root, { recursive: true });
    await check(() => readImageFolder(root, options));
    const zip = folder.file(`${name}.zip`, zipSync({ ...files }));
    await check(() => readImageZip(zip, options));
  }

  it("come sorted by the bytes of their names, with their folders as classes", async () => {
    await readBoth(classes, async (read) => {
      const set = await read();
      assert.match(set.name, /^set-\d+$/);
      assert.deepEqual(set.ids, ["a/x", "b/10", "b/2"]);
      assert.deepEqual(set.groups, set.ids);
      assert.deepEqual(set.classNames, ["a", "b"]);
      assert.deepEqual(Array.from(set.labels), [0, 1, 1]);
      assert.deepEqual(set.shape, [2, 3, 1]);
      assert.equal(set.unit, "byte");
      assert.equal(set.parts, undefined);
      assert.deepEqual(set.pixels.read([2]), new Float32Array(6).fill(3 / 255));
    });
  });

  it("lie below parts", async () => {
    const files = {
      "train/a/1.png": png(1),
      "train/b/1.png": png(2),
      "test/a/1.png": png(3),
      "test/b/1.png": png(4),
      "unlabelled/1.png": png(5),
      "unlabelled/deep/2.png": png(6),
    };
    await readBoth(files, async (read) => {
      const set = await read();
      assert.deepEqual(set.parts, ["test", "test", "train", "train", "unlabelled", "unlabelled"]);
      assert.deepEqual(Array.from(set.labels), [0, 1, 0, 1, -1, -1]);
      assert.deepEqual(set.ids.slice(3), ["train/b/1", "unlabelled/1", "unlabelled/deep/2"]);
    });
  });

  it("may be nested: then the path is the class", async () => {
    await readBoth(
      { "wrap/x/one/1.png": png(1), "wrap/x/two/1.png": png(1), "wrap/y/one/1.png": png(1) },
      async (read) => {
        const set = await read();
        assert.deepEqual(set.classNames, ["x/one", "x/two", "y/one"]);
        assert.deepEqual(set.ids[0], "x/one/1");
      },
    );
  });

  it("have no label outside class folders", async () => {
    await readBoth({ "1.png": png(1), "2.png": png(2) }, async (read) => {
      const set = await read();
      assert.deepEqual(Array.from(set.labels), [-1, -1]);
      assert.deepEqual(set.classNames, []);
    });
    await readBoth({ ...classes, "loose.png": png(9) }, async (read) => {
      assert.deepEqual(Array.from((await read()).labels), [0, 1, 1, -1]);
    });
  });

  it("may have a class called train", async () => {
    await readBoth({ "train/1.png": png(1), "bus/1.png": png(1) }, async (read) => {
      assert.deepEqual((await read()).classNames, ["bus", "train"]);
    });
  });

  it("leave out what is hidden or no image", async () => {
    const junk = {
      "a/.hidden.png": strToU8("x"),
      ".git/b/1.png": strToU8("x"),
      "__MACOSX/a/._x.png": strToU8("x"),
      "a/Thumbs.db": strToU8("x"),
      "readme.txt": strToU8("x"),
    };
    await readBoth({ ...classes, ...junk }, async (read) => {
      assert.equal((await read()).ids.length, 3);
    });
  });

  it("keep 16 bits, and mix PNG with JPEG of one size", async () => {
    await readBoth(
      { "a/1.png": png(500, { depth: 16 }), "b/1.png": png(65535, { depth: 16 }) },
      async (read) => {
        const set = await read();
        assert.equal(set.pixels.read([0])[0], Math.fround(500 / 65535));
        assert.equal(set.pixels.read([1])[0], 1);
      },
    );
    const jpeg = bytesOf(formatFiles.images["JPEG grey"].file);
    await readBoth(
      { "a/1.JPG": jpeg, "b/1.png": png(7, { width: 24, height: 16 }) },
      async (read) => {
        assert.deepEqual((await read()).shape, [16, 24, 1]);
      },
    );
  });

  it("can be turned to grey or colour", async () => {
    const colour = encode({ width: 1, height: 1, channels: 3, data: Uint8Array.of(200, 100, 50) });
    const files = { "a/1.png": colour, "b/1.png": png(7, { width: 1, height: 1 }) };
    // Luma of BT.601: 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2.
    await readBoth(
      files,
      async (read) => {
        const set = await read();
        assert.deepEqual(set.pixels.read([0, 1]), Float32Array.of(124 / 255, 7 / 255));
      },
      { channels: 1 },
    );
    await readBoth(
      files,
      async (read) => {
        const set = await read();
        assert.deepEqual(set.pixels.read([1]), Float32Array.of(7 / 255, 7 / 255, 7 / 255));
      },
      { channels: 3 },
    );
  });

  it("can be grouped by folder or by their ids", async () => {
    const files = { "a/s1/1.png": png(1), "a/s1/2.png": png(1), "b/s1/1.png": png(1) };
    await readBoth(
      files,
      async (read) => assert.deepEqual((await read()).groups, ["a/s1", "a/s1", "b/s1"]),
      {
        group: "folder",
      },
    );
    await readBoth(
      files,
      async (read) => assert.deepEqual((await read()).groups, ["1", "2", "1"]),
      {
        group: (id) => id.slice(-1),
      },
    );
  });

  it("are read for the first of each class only, and the others not even decoded", async () => {
    const bad = strToU8("no image");
    const files: Files = {
      ...Object.fromEntries(
        ["train", "test"].flatMap((part) =>
          ["a", "b"].flatMap((name) => ["1", "2"].map((i) => [`${part}/${name}/${i}.png`, png(1)])),
        ),
      ),
      "train/a/3.png": bad,
      "test/b/3.png": bad,
    };
    await readBoth(files, async (read) => assert.equal((await read()).ids.length, 8), {
      firstPerClass: 2,
    });
    await readBoth(
      files,
      async (read) => {
        const { ids } = await read();
        assert.deepEqual(ids, [
          "test/a/1",
          "test/b/1",
          "train/a/1",
          "train/a/2",
          "train/b/1",
          "train/b/2",
        ]);
      },
      { firstPerClass: { train: 2, test: 1 } },
    );
    await readBoth(files, (read) => refuses(read, /neither PNG nor JPEG/), {
      firstPerClass: { train: 2 },
    });
    await readBoth(files, (read) => refuses(read, /firstPerClass 0/), { firstPerClass: 0 });
  });

  it("of different sizes or kinds are refused with two of them named", async () => {
    const cases: [Files, RegExp][] = [
      [
        { "a/1.png": png(1), "b/2.png": png(1, { width: 4 }) },
        /a\/1\.png" \(3 x 2, grey\) and "b\/2\.png" \(4 x 2, grey\).*resize/,
      ],
      [
        { "a/1.png": png(1), "b/2.png": png(1, { channels: 3 }) },
        /grey\) and "b\/2\.png" \(3 x 2, colour\).*Set channels/,
      ],
      [
        { "a/1.png": png(1), "b/2.png": png(1, { depth: 16 }) },
        /grey of 16 bits\).*number of bits/,
      ],
    ];
    for (const [files, message] of cases) await readBoth(files, (read) => refuses(read, message));
  });

  it("that are missing, of one class, or of another kind are refused", async () => {
    const cases: [Files, RegExp][] = [
      [{}, /without any file/],
      [{ "a/readme.txt": strToU8("x") }, /1 files and no image/],
      [{ "only/1.png": png(1) }, /only class folder "only".*two or more/],
      [{ ...classes, "b/3.bmp": strToU8("x") }, /b\/3\.bmp.*Convert it to PNG/],
      [{ "a/1.png": png(1), "a/1.jpg": png(1), "b/1.png": png(1) }, /id "a\/1" twice/],
      [
        { "train/a/1.png": png(1), "val/a/1.png": png(1) },
        /folder "val" beside train.*Move its images into train/,
      ],
      [{ "train/a/1.png": png(1), "1.png": png(1) }, /images beside train/],
      [{ "a/1.png": png(1), "b/2.png": png(1).slice(0, 40) }, /b\/2\.png", which is damaged/],
    ];
    for (const [files, message] of cases) await readBoth(files, (read) => refuses(read, message));
  });

  it("are refused where the folder or archive is not there, or another thing", async () => {
    await refuses(() => readImageFolder(`${folder.path}/none`), /no such file or folder/);
    await refuses(
      () => readImageFolder(folder.file("file.png", png(1))),
      /a file.*folder of images/,
    );
    await refuses(() => readImageZip(`${folder.path}/none.zip`), /no such file or folder/);
    await refuses(() => readImageZip(folder.path), /a folder.*Name a file/);
    await refuses(() => readImageZip(folder.file("bad.zip", "not")), /not a zip archive/);
    await refuses(() => readImageZip(bytesOf(formatFiles.zips["savez"])), /read them as npz/);
  });

  it("follow links, but not in circles", async () => {
    const root = path.join(folder.path, "linked");
    folder.file("linked/a/1.png", png(1));
    folder.file("linked/b/1.png", png(1));
    fs.symlinkSync(root, path.join(root, "a", "again"));
    assert.deepEqual((await readImageFolder(root)).ids, ["a/1", "b/1"]);
  });

  it("report how far they are, and stop when asked", async () => {
    const events: ProgressEvent[] = [];
    const zip = zipSync({ ...classes });
    await readImageZip(zip, {}, { report: (event) => events.push(event) });
    assert.deepEqual(events.at(-1), { task: "Reading images", done: 3, total: 3, unit: "image" });
    const stop = new AbortController();
    stop.abort(new Error("stopped"));
    await assert.rejects(readImageZip(zip, {}, { signal: stop.signal }), /stopped/);
  });

  it("survive any damage to the archive", async () => {
    const files = damage(zipSync({ ...classes }), 200);
    const refused = await survives(files, (bytes) => readImageZip(bytes));
    assert.ok(refused > 100, `${refused} refused`);
  }).timeout(20_000);

  it("are read from the JPEG copy of CIFAR-10 without unpacking it all", async function () {
    this.timeout(60_000);
    const zip = needData(this, "cifar10", "cifar10-jpeg.zip");
    const set = await readImageZip(zip, { firstPerClass: { train: 5, test: 2 } });
    assert.equal(set.ids.length, 70);
    assert.deepEqual(set.shape, [32, 32, 3]);
    assert.deepEqual(set.ids.slice(0, 3), [
      "test/airplane/0000",
      "test/airplane/0001",
      "test/automobile/0000",
    ]);
    assert.equal(set.classNames.length, 10);
  });

  it("are read from Omniglot's archive, 1-bit PNG of many classes", async function () {
    const zip = needData(this, "omniglot", "images_background_small1.zip");
    const set = await readImageZip(zip, { firstPerClass: 1 });
    assert.equal(set.classNames.length, 136);
    assert.deepEqual(set.shape, [105, 105, 1]);
    assert.deepEqual(set.ids[0], "Balinese/character01/0108_01");
    assert.deepEqual([...new Set(set.pixels.read([0, 1, 2]))].sort(), [0, 1]);
  });
});
