import assert from "node:assert/strict";
import type { Scan } from "../../src/core";
import { readScan, readScans, writeGsf, writeGwy, writeNpy, writeScanPng } from "../../src/formats";
import { refuses } from "./helpers";
import { bytesOf, rawPlane, sxmFile, testHeight, testWidth } from "./instrumentFiles";

const whole = (): Promise<Scan> => readScan(sxmFile(), { name: "whole.sxm" });
const stopped = (): Promise<Scan> => readScan(sxmFile({ missingRows: 2 }), { name: "stopped.sxm" });

/** Largest difference of two channels; NaN must meet NaN. */
function difference(a: Float64Array, b: Float64Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((most, value, i) => {
    assert.equal(Number.isNaN(value), Number.isNaN(b[i]), `pixel ${i}`);
    return Number.isNaN(value) ? most : Math.max(most, Math.abs(value - b[i]));
  }, 0);
}

describe("writeGwy", () => {
  it("keeps a whole scan: channels, frame, direction, bias, history, what was not measured", async () => {
    for (const read of [whole, stopped]) {
      const scan = { ...(await read()), history: ['level({"degree":1})', "despike({})"] };
      const { metadata, name, ...again } = await readScan(writeGwy(scan), { name: scan.name });
      const { metadata: before, name: nameBefore, ...expected } = scan;
      assert.deepEqual(again, expected);
      assert.equal(name, nameBefore);
      assert.equal(metadata["COMMENT"], before["COMMENT"]);
      assert.equal(metadata["fewscope.angle_deg"], "15");
    }
  });

  it("keeps a mask beside what was not measured", async () => {
    const scan = await stopped();
    const mask = rawPlane().map((value) => (value % 2 === 0 ? 1 : 0));
    const again = await readScan(writeGwy(scan, { mask }));
    assert.deepEqual(
      again.channels.map(({ name }) => name),
      ["Z", "Z mask", "Z", "Z mask", "LI_X", "LI_X mask"],
    );
    assert.deepEqual(Array.from(again.channels[1].data), mask);
    assert.equal(difference(again.channels[0].data, scan.channels[0].data), 0);
    assert.equal(again.completedRows, testHeight - 2);
  });

  it("believes its note of gaps only where the data are as they were written", async () => {
    const scan = await stopped();
    const file = Buffer.from(writeGwy({ ...scan, channels: scan.channels.slice(0, 1) }));
    const at = file.indexOf("data\0D") + 6 + 4 + 8 * (testWidth * testHeight - 1);
    file.writeDoubleLE(1e-9, at);
    const again = await readScan(file);
    assert.ok(again.channels[0].data.every((value) => Number.isFinite(value)));
    assert.equal(again.channels[1].name, "Z mask");
  });

  it("refuses a mask of another size and a scan without channels", async () => {
    const scan = await whole();
    await refuses(() => writeGwy(scan, { mask: [1] }), /mask of 1 pixels for a scan of 5 x 4/);
    await refuses(() => writeGwy({ ...scan, channels: [] }), /without channels/);
  });

  it("comes back as one scan with all its channels, not as one scan an image", async () => {
    const scan = await whole();
    const [again, ...others] = await readScans(writeGwy(scan));
    assert.equal(others.length, 0);
    assert.equal(again.channels.length, 3);
  });
});

describe("writeGsf", () => {
  it("keeps one channel to seven digits, with its frame and metadata", async () => {
    for (const read of [whole, stopped]) {
      const scan = await read();
      const again = await readScan(writeGsf(scan, { channel: "Z backward" }));
      assert.equal(difference(again.channels[0].data, scan.channels[1].data), 0);
      assert.deepEqual(again.sizeMetres, scan.sizeMetres);
      assert.equal(again.completedRows, scan.completedRows);
      assert.equal(again.metadata["BIAS"], "-1.5E+0");
    }
  });

  it("names the channels where the one asked for is not there", async () => {
    const scan = await whole();
    await refuses(() => writeGsf(scan, { channel: "Q" }), /"Z forward", "Z backward", "LI_X/);
    await refuses(() => writeGsf(scan, { channel: 3 }), /from 0 to 2/);
  });
});

describe("writeScanPng", () => {
  it("keeps heights to half a step of 16 bits, frame and unit; what was not measured stays NaN", async () => {
    for (const read of [whole, stopped]) {
      const scan = await read();
      const again = await readScan(await writeScanPng(scan));
      const values = scan.channels[0].data.filter((value) => Number.isFinite(value));
      const range = Math.max(...values) - Math.min(...values);
      const most = difference(again.channels[0].data, scan.channels[0].data);
      assert.ok(most > 0 && most < (0.51 * range) / 65534, String(most / range));
      assert.deepEqual(again.sizeMetres, scan.sizeMetres);
      assert.equal(again.channels[0].unit, "m");
      assert.equal(again.channels[0].name, "Z");
      assert.equal(again.completedRows, scan.completedRows);
    }
  });

  it("writes a flat channel, and refuses one where nothing was measured", async () => {
    const scan = await whole();
    const flat = (value: number): Scan => ({
      ...scan,
      channels: [{ ...scan.channels[0], data: new Float64Array(20).fill(value) }],
    });
    const again = await readScan(await writeScanPng(flat(5e-9)));
    assert.ok(again.channels[0].data.every((value) => value === 5e-9));
    await refuses(() => writeScanPng(flat(NaN)), /nothing was measured/);
  });

  it("asks for the size of a PNG without a scale, and refuses colours and too few bits", async () => {
    const { encode } = await import("fast-png");
    const image = (channels: number, depth: 8 | 16): Uint8Array => {
      const data = depth === 8 ? new Uint8Array(4 * channels) : new Uint16Array(4 * channels);
      return encode({ width: 2, height: 2, channels, depth, data: data.fill(7) });
    };
    await refuses(() => readScan(image(1, 16)), /nothing of its size/);
    await refuses(() => readScan(image(3, 8), { nmPerPixel: 1 }), /in colour/);
    const grey = await readScan(image(1, 8), { nmPerPixel: [1, 2], unit: "nm" });
    assert.deepEqual(
      grey.sizeMetres.map((size) => size.toPrecision(6)),
      ["2.00000e-9", "4.00000e-9"],
    );
    assert.ok(grey.channels[0].data.every((value) => Math.abs(value - 7e-9) < 1e-20));
    assert.match(grey.metadata["fewscope.warning"], /coarse/);
  });

  it("refuses a packed bomb before it is unpacked", async () => {
    const { deflateSync } = await import("node:zlib");
    const { crc32 } = await import("node:zlib");
    const chunk = (type: string, content: Uint8Array): Uint8Array => {
      const body = bytesOf(type, content);
      const numbers = Buffer.alloc(8);
      numbers.writeUInt32BE(content.length, 0);
      numbers.writeUInt32BE(crc32(body), 4);
      return bytesOf(numbers.subarray(0, 4), body, numbers.subarray(4));
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(4, 0);
    header.writeUInt32BE(4, 4);
    header[8] = 16;
    const bomb = bytesOf(
      "\x89PNG\r\n\x1a\n",
      chunk("IHDR", header),
      chunk("IDAT", deflateSync(new Uint8Array(50e6))),
      chunk("IEND", new Uint8Array(0)),
    );
    await refuses(() => readScan(bomb, { nmPerPixel: 1 }), /cannot be decoded/);
  });
});

describe("numpy arrays as scans", () => {
  it("come in two or three dimensions, in the unit that the caller gives", async () => {
    const data = Float32Array.from(rawPlane());
    const flat = writeNpy({ shape: [testHeight, testWidth], data });
    const scan = await readScan(flat, { nmPerPixel: 0.5, unit: "nm", name: "a.npy" });
    assert.equal(scan.channels[0].unit, "m");
    assert.ok(Math.abs(scan.channels[0].data[6] - 101e-9) < 1e-20);
    assert.ok(Math.abs(scan.sizeMetres[0] - testWidth * 0.5e-9) < 1e-20);
    const stack = writeNpy({ shape: [2, 2, 5], data });
    const scans = await readScans(stack, { nmPerPixel: 0.5, name: "a.npy" });
    assert.deepEqual(
      scans.map(({ name, width, height }) => [name, width, height]),
      [
        ["a.npy: image 0", 5, 2],
        ["a.npy: image 1", 5, 2],
      ],
    );
    assert.equal(scans[1].channels[0].data[0], 200);
  });

  it("are refused in other shapes, and without a size", async () => {
    const data = Float32Array.from(rawPlane());
    await refuses(() => readScan(writeNpy({ shape: [20], data })), /shape \(20\)/);
    await refuses(() => readScan(writeNpy({ shape: [4, 5], data })), /nmPerPixel/);
  });
});
