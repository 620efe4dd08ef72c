import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { encode } from "fast-png";
import type { ImageSet } from "../../src/core";
import { open } from "../../src/catalog";
import { readImageFolder, readImageZip, writeGsf, writeNpy, readScan } from "../../src/formats";
import { tiffFiles } from "../fixtures/tiffFiles";
import { refuses, temporaryFolder } from "./helpers";
import { rawPlane, sxmFile, testHeight, testWidth } from "./instrumentFiles";
import { zipSync } from "fflate";

const npy = (data: Uint8Array | Uint16Array | Float32Array): Uint8Array =>
  writeNpy({ shape: [testHeight, testWidth], data });
const values = (set: ImageSet): number[] => Array.from(set.pixels.read(Array.from(set.ids.keys())));

describe("folders of images of other kinds", () => {
  const folder = temporaryFolder();
  let count = 0;
  function make(files: Readonly<Record<string, Uint8Array | string>>): string {
    const root = `kinds-${++count}`;
    for (const [name, content] of Object.entries(files)) folder.file(`${root}/${name}`, content);
    return path.join(folder.path, root);
  }

  it("take numpy arrays of bytes, 16 bits and floats", async () => {
    const bytes = Uint8Array.from(rawPlane(), (value) => value % 256);
    const eight = await readImageFolder(make({ "a/1.npy": npy(bytes), "b/2.npy": npy(bytes) }));
    assert.deepEqual(eight.shape, [testHeight, testWidth, 1]);
    assert.deepEqual([eight.unit, values(eight)[1]], ["byte", Math.fround(1 / 255)]);
    const sixteen = npy(Uint16Array.from(rawPlane()));
    const wide = await readImageFolder(make({ "a/1.npy": sixteen, "b/2.npy": sixteen }));
    assert.equal(values(wide)[19], Math.fround(304 / 65535));
    const float = npy(Float32Array.from(rawPlane(), (value) => value / 8));
    const floats = await readImageFolder(make({ "a/1.npy": float, "b/2.npy": float }));
    assert.deepEqual([floats.unit, values(floats)[19]], ["arbitrary", 38]);
    const gap = npy(Float32Array.from(rawPlane(), (value) => (value === 0 ? NaN : value)));
    await refuses(() => readImageFolder(make({ "a/1.npy": gap, "b/2.npy": gap })), /1\.npy.*NaN/);
  });

  it("take TIFF files of 8, 16 and 32 bits and floats, and of colours", async () => {
    const stored = tiffFiles.files;
    for (const [name, unit] of [
      ["<u1 plain", "byte"],
      [">u2 plain", "byte"],
      ["<i4 plain", "arbitrary"],
      [">f4 plain", "arbitrary"],
      ["<u2 lzw predictor 2", "byte"],
    ] as const) {
      const { file, values: planes } = stored[name];
      const set = await readImageFolder(make({ "a/1.tif": file, "b/2.tiff": file }));
      assert.equal(set.unit, unit, name);
      const scale = unit === "arbitrary" ? 1 : name.includes("u1") ? 255 : 65535;
      const wanted = planes[0].map((value) => Math.fround(value / scale));
      assert.deepEqual(values(set).slice(0, wanted.length), wanted, name);
    }
    const colour = await readImageFolder(
      make({ "a/1.tif": tiffFiles.colour, "b/2.tif": tiffFiles.colour }),
    );
    assert.equal(colour.shape[2], 3);
    const pages = stored["<i2 pages"].file;
    await refuses(() => readImageFolder(make({ "a/1.tif": pages, "b/2.tif": pages })), /pages/);
  });

  it("take the heights of scans, in pm about their mean, with the size of a pixel", async () => {
    const scan = sxmFile();
    const set = await readImageFolder(make({ "a/1.sxm": scan, "b/2.sxm": scan, "3.sxm": scan }));
    assert.deepEqual([set.unit, set.nmPerPixel], ["pm", 0.8]);
    assert.deepEqual(Array.from(set.labels), [-1, 0, 1]);
    const got = values(set);
    assert.ok(Math.abs(got[19] - (304 - 152)) < 1e-3, String(got[19]));
    const mixed = make({ "a/1.sxm": scan, "b/2.npy": npy(Float32Array.from(rawPlane())) });
    await refuses(() => readImageFolder(mixed), /in pm.*in floats.*one size and kind/);
    const torn = sxmFile({ missingRows: 1 });
    await refuses(() => readImageFolder(make({ "a/1.sxm": torn, "b/2.sxm": torn })), /row 3/);
    const gsf = writeGsf(await readScan(scan));
    const zip = zipSync({ "a/1.gsf": gsf, "b/2.gsf": gsf });
    assert.equal((await readImageZip(zip)).unit, "pm");
  });

  it("have one class where its letters are composed in two ways, and no hidden files", async () => {
    const png = encode({ width: 2, height: 1, channels: 1, depth: 8, data: Uint8Array.of(1, 2) });
    const root = make({
      "train/H\u00f6cker/1.png": png,
      "train/b/1.png": png,
      "test/Ho\u0308cker/1.png": png,
      "test/b/1.png": png,
      "test/b/._1.png": "no image",
      "__MACOSX/x/1.png": "no image",
    });
    const set = await readImageFolder(root);
    assert.deepEqual(set.classNames, ["Höcker", "b"]);
    assert.equal(set.ids.length, 4);
  });

  it("are listed once where links lead to them, and told where a link leads nowhere", async () => {
    const png = encode({ width: 2, height: 1, channels: 1, depth: 8, data: Uint8Array.of(1, 2) });
    const root = make({ "a/1.png": png, "b/1.png": png });
    fs.symlinkSync("../a/1.png", path.join(root, "b", "2.png"));
    fs.symlinkSync(".", path.join(root, "loop"));
    assert.equal((await readImageFolder(root)).ids.length, 3);
    fs.symlinkSync("nowhere.png", path.join(root, "b", "3.png"));
    await refuses(() => readImageFolder(root), /"b\/3\.png".*link that leads nowhere/);
  });

  it("keep images of one scan together by a rule on names, and say so where one seems to be missing", async () => {
    const png = encode({ width: 2, height: 1, channels: 1, depth: 8, data: Uint8Array.of(1, 2) });
    const root = make({
      "a/s1_1.png": png,
      "a/s2_1.png": png,
      "b/s1_2.png": png,
      "b/s2_2.png": png,
    });
    const notes: string[] = [];
    const on = { note: (text: string): void => void notes.push(text) };
    const alone = await open({ folder: root }, on);
    assert.equal(new Set(alone.groups).size, 4);
    assert.equal(notes.length, 1);
    const pattern = /"pattern": (".*?") /.exec(notes[0])?.[1] ?? '""';
    assert.match(notes[0], /4 images .* 2 sources/);
    const text = JSON.parse(pattern) as string;
    const together = await open({ folder: root, group: { pattern: text } }, on);
    assert.deepEqual(together.groups, ["s1", "s2", "s1", "s2"]);
    await open({ folder: root, group: "file" }, on);
    assert.equal(notes.length, 1);
    const table = folder.file("groups.csv", "id,label,scan\na/s1_1,x,1\nb/s1_2,x,1\n");
    const grouped = await open({ folder: root, labels: table, groupColumn: "scan" }, on);
    assert.deepEqual(grouped.groups, ["1", "a/s2_1", "1", "b/s2_2"]);
    await refuses(() => open({ folder: root, group: { pattern: "(" } }), /pattern "\("/);
    await refuses(() => open({ folder: root, group: { pattern: "zzz" } }), /fits no name/);
    await refuses(() => open({ folder: root, groupColumn: "scan" }), /without a table/);
  });
});
