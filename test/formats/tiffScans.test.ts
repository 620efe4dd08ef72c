import assert from "node:assert/strict";
import { readScan, readScans } from "../../src/formats";
import { tiffFiles } from "../fixtures/tiffFiles";
import { refuses } from "./helpers";

describe("TIFF files of tifffile", () => {
  for (const [name, { file, values }] of Object.entries(tiffFiles.files)) {
    it(`give its values: ${name}`, async () => {
      const scans = await readScans(file, { nmPerPixel: 0.5 });
      const channels = scans.flatMap((scan) => scan.channels);
      assert.deepEqual(
        channels.map(({ data }) => Array.from(data)),
        values,
      );
      if (!name.includes("full table")) {
        assert.deepEqual([scans[0].width, scans[0].height], [tiffFiles.width, tiffFiles.height]);
      }
    });
  }

  it("give one scan a page, and one channel a sample", async () => {
    const pages = await readScans(tiffFiles.files["<i2 pages"].file, {
      nmPerPixel: 1,
      name: "s.tif",
    });
    assert.deepEqual(
      pages.map(({ name }) => name),
      ["s.tif: page 0", "s.tif: page 1"],
    );
    const planes = await readScans(tiffFiles.files["<f4 planes"].file, { nmPerPixel: 1 });
    assert.deepEqual(
      planes.map(({ channels }) => channels.map(({ name }) => name)),
      [["sample 0", "sample 1"]],
    );
    const second = await readScan(tiffFiles.files["<i2 pages"].file, {
      nmPerPixel: 1,
      name: "s.tif",
      image: "page 1",
    });
    assert.deepEqual(second, pages[1]);
  });

  it("leave the caller's bytes as they are", async () => {
    const { file } = tiffFiles.files["<u2 plain"];
    const given = Buffer.from(file);
    await readScan(given, { nmPerPixel: 1 });
    assert.deepEqual(Array.from(given), Array.from(file));
  });

  it("take their size from ImageJ or OME, and their unit from the caller", async () => {
    const { width, height } = tiffFiles;
    const imagej = await readScan(tiffFiles.imagej, { unit: "pm" });
    assert.ok(Math.abs(imagej.sizeMetres[0] - width * 0.1e-9) < 1e-18);
    assert.ok(Math.abs(imagej.sizeMetres[1] - height * 0.2e-9) < 1e-18);
    assert.equal(imagej.channels[0].unit, "m");
    assert.ok(Math.abs(imagej.channels[0].data[1] - 1e-12 * 7) < 1e-15);
    const ome = await readScan(tiffFiles.ome);
    assert.ok(Math.abs(ome.sizeMetres[0] - width * 0.25e-9) < 1e-18);
    assert.ok(Math.abs(ome.sizeMetres[1] - height * 0.5e-9) < 1e-18);
  });

  it("are refused where no one says the size, and where they hold colours", async () => {
    const { file } = tiffFiles.files["<u2 plain"];
    await refuses(() => readScan(file), /nothing of its size.*nmPerPixel/);
    await refuses(() => readScan(file, { nmPerPixel: 0 }), /nmPerPixel 0/);
    await refuses(() => readScan(tiffFiles.colour, { nmPerPixel: 1 }), /colours/);
  });
});
