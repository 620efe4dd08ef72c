import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Channel, Scan } from "../../src/core";
import { readScan, readScans } from "../../src/formats";
import { refuses } from "./helpers";
import {
  createcFile,
  gsfFile,
  gwyFile,
  matrixDataFile,
  matrixParameterFile,
  rawPlane,
  sm4File,
  sxmFile,
  testHeight,
  testWidth,
  type MatrixSettings,
} from "./instrumentFiles";

/** Float32 keeps seven digits. */
const singlePrecision = 1e-6;

/** Asserts that a channel holds `raw * scale` in display order, NaN for NaN. */
function holds(channel: Channel, raw: readonly number[], scale: number): void {
  assert.equal(channel.data.length, raw.length);
  raw.forEach((value, i) => {
    const [got, wanted] = [channel.data[i], value * scale];
    const close = Math.abs(got - wanted) <= singlePrecision * Math.max(scale, Math.abs(wanted));
    assert.ok(Number.isNaN(value) ? Number.isNaN(got) : close, `pixel ${i}: ${got}, not ${wanted}`);
  });
}

function named({ channels }: Scan): string[] {
  return channels.map(({ name, unit, direction }) => `${name} ${unit} ${direction}`);
}

describe("Nanonis scans", () => {
  it("come out as on the surface, backward lines turned round, big-endian whatever the header says", async () => {
    const scan = await readScan(sxmFile(), { name: "folder/a (1).sxm" });
    assert.deepEqual(named(scan), ["Z m forward", "Z m backward", "LI_X A forward"]);
    scan.channels.forEach((channel, i) => holds(channel, rawPlane(1000 * i), 1e-12));
    assert.deepEqual(scan.sizeMetres, [4e-9, 2e-9]);
    assert.equal(scan.name, "a (1).sxm");
    assert.equal(scan.completedRows, testHeight);
    assert.equal(scan.scanDirection, "down");
    assert.equal(scan.lineSeconds, 0.15);
    assert.equal(scan.biasVolts, -1.5);
    assert.equal(scan.metadata["fewscope.offset_m"], "1e-9 -2e-9");
    assert.equal(scan.metadata["fewscope.angle_deg"], "15");
    assert.equal(scan.metadata["COMMENT"], "T = 77 K, 1 µV\n\x1a is no end");
  });

  it("that were scanned upwards are turned over", async () => {
    const scan = await readScan(sxmFile({ up: true }));
    scan.channels.forEach((channel, i) => holds(channel, rawPlane(1000 * i), 1e-12));
    assert.equal(scan.scanDirection, "up");
  });

  it("that were stopped keep NaN where nothing was measured: at the top of an upward one", async () => {
    const up = await readScan(sxmFile({ up: true, missingRows: 1 }));
    const down = await readScan(sxmFile({ missingRows: 3 }));
    const gapAtTop = rawPlane().map((value, i) => (i < testWidth ? NaN : value));
    const gapAtBottom = rawPlane().map((value, i) => (i < testWidth ? value : NaN));
    holds(up.channels[0], gapAtTop, 1e-12);
    holds(down.channels[0], gapAtBottom, 1e-12);
    assert.equal(up.completedRows, testHeight - 1);
    assert.equal(down.completedRows, 1);
  });

  it("of version 1 give their lines first", async () => {
    const header = { NANONIS_VERSION: "1", SCAN_PIXELS: `${testHeight} ${testWidth}` };
    const scan = await readScan(sxmFile({ header }));
    assert.deepEqual([scan.width, scan.height], [testWidth, testHeight]);
    holds(scan.channels[0], rawPlane(), 1e-12);
  });

  it("that are slices of a volume hold one plane where they say both", async () => {
    const planes = [rawPlane()];
    const scan = await readScan(sxmFile({ planes, dataInfo: ["14\tZ\tm\tboth\t1\t0"] }));
    assert.deepEqual(named(scan), ["Z m forward"]);
  });

  it("are refused where the header and the data differ", async () => {
    await refuses(() => readScan(sxmFile({ planes: [rawPlane()] })), /announces 3 images .* 1\.00/);
    await refuses(
      () => readScan(sxmFile({ header: { SCAN_PIXELS: "999999 999999" } })),
      /64 million/,
    );
    await refuses(() => readScan(sxmFile({ header: { SCAN_PIXELS: "0 4" } })), /0 x 4 pixels/);
    await refuses(() => readScan(sxmFile({ header: { SCAN_RANGE: "-1 4" } })), /-1 x 4 m/);
    await refuses(() => readScan(sxmFile({ dataInfo: [] })), /lists no channels/);
    await refuses(() => readScan(sxmFile().slice(0, 300)), /header has no end/);
  });

  it("in a file are read as they are asked for: the same as from memory, and no longer once the file has changed", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-sxm-"));
    try {
      const file = path.join(folder, "a.sxm");
      // So long a comment that its end lies beyond what is looked at first.
      const header = { COMMENT: "twice annealed ".repeat(20_000) };
      for (const options of [{}, { up: true, missingRows: 1 }, { header }]) {
        const bytes = sxmFile(options);
        fs.writeFileSync(file, bytes);
        const [lazy, whole] = [await readScan(file), await readScan(bytes, { name: file })];
        assert.deepEqual(lazy, whole);
        assert.deepEqual({ ...lazy }, { ...whole });
      }
      const before = await readScan(file);
      const [taken] = before.channels;
      assert.equal(taken.data[0], rawPlane()[0] * 1e-12);
      fs.writeFileSync(file, sxmFile({ up: true, header }));
      fs.utimesSync(file, 1, 1);
      // What was taken once is kept.
      assert.equal(taken.data[0], rawPlane()[0] * 1e-12);
      await refuses(() => before.channels[1].data, /a\.sxm", which has changed/);
      await refuses(() => before.completedRows, /has changed since it was opened/);
      fs.rmSync(file);
      await refuses(() => before.channels[1].data, /no such file/);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("can have the bias of the tip", async () => {
    const scan = await readScan(sxmFile(), { biasSign: -1 });
    assert.equal(scan.biasVolts, 1.5);
  });
});

describe("Gwyddion files", () => {
  it("give each image with its own unit and number, even where titles repeat", async () => {
    const scans = await readScans(gwyFile(), { name: "x.gwy" });
    assert.equal(scans.length, 2);
    assert.deepEqual(named(scans[0]), ["Z m forward", "Z mask  forward"]);
    assert.deepEqual(named(scans[1]), ["Z A forward"]);
    holds(scans[0].channels[0], rawPlane(), 1e-12);
    holds(scans[1].channels[0], rawPlane(1000), 1e-12);
    assert.deepEqual(
      scans[0].sizeMetres.map((size) => Number(size.toPrecision(12))),
      [4e-9, 2e-9],
    );
    assert.equal(scans[0].metadata["Bias"], "-2 V");
    const second = await readScan(gwyFile(), { image: 1 });
    assert.deepEqual(second.channels, scans[1].channels);
    await refuses(() => readScan(gwyFile(), { image: 2 }), /from 0 to 1/);
  });

  it("of the simple kind keep every header line", async () => {
    const scan = await readScan(gsfFile("Odd key = 1=2\n"));
    holds(scan.channels[0], rawPlane(), 1e-12);
    assert.equal(scan.channels[0].name, "topo");
    assert.equal(scan.metadata["Tip"], "W = sharp");
    assert.equal(scan.metadata["Odd key"], "1=2");
  });

  it("of the simple kind are read whatever length their header has", async () => {
    for (const extra of ["", "a=1\n", "ab=1\n", "abc=1\n"]) {
      holds((await readScan(gsfFile(extra))).channels[0], rawPlane(), 1e-12);
    }
    await refuses(() => readScan(gsfFile().slice(0, -4)), /pixels need/);
  });
});

describe("MATRIX scans", () => {
  const read = (settings: MatrixSettings = {}, name = "session--1_2.Z_mtrx"): Promise<Scan[]> =>
    readScans(matrixDataFile(settings), {
      name,
      companions: [{ name: "session_0001.mtrx", bytes: matrixParameterFile(settings) }],
    });

  it("give the up and the down frame, traces and retraces, as on the surface", async () => {
    const [up, down] = await read();
    assert.deepEqual(named(up), ["Z m forward", "Z m backward"]);
    [up, down].forEach(({ channels }, frame) =>
      channels.forEach((channel, side) =>
        holds(channel, rawPlane(2000 * frame + 1000 * side), 1e-12),
      ),
    );
    assert.deepEqual([up.scanDirection, down.scanDirection], ["up", "down"]);
    assert.deepEqual(up.sizeMetres, [4e-9, 2e-9]);
    assert.equal(up.lineSeconds, 0.01 * testWidth);
    assert.equal(up.metadata["SAMPLE_NAME"], "Si(001)-H");
    assert.equal(up.metadata["XYScanner.Width"], "4e-9 Meter");
    assert.equal(up.metadata["fewscope.angle_deg"], "30");
  });

  it("take the parameters of the moment when they were written", async () => {
    const before = await read({}, "before--1_1.Z_mtrx");
    const after = await read();
    assert.equal(before[0].biasVolts, -1);
    assert.equal(after[0].biasVolts, 2);
  });

  it("are found by run, cycle and channel where the file was renamed", async () => {
    const [up] = await read({}, "copy of it--1_2.Z_mtrx");
    assert.equal(up.biasVolts, 2);
    await refuses(() => read({}, "other--8_8.Z_mtrx"), /do not name/);
  });

  it("that were stopped keep NaN where nothing was recorded", async () => {
    const perLine = 2 * testWidth;
    const scans = await read({ captured: perLine * testHeight + perLine + 2 });
    assert.deepEqual(
      scans.map(({ completedRows }) => completedRows),
      [testHeight, 1],
    );
    const started = rawPlane(2000).map((value, i) => (i < testWidth + 2 ? value : NaN));
    holds(scans[1].channels[0], started, 1e-12);
    const [up, ...others] = await read({ captured: 2 * perLine });
    assert.equal(others.length, 0);
    holds(
      up.channels[1],
      rawPlane(1000).map((value, i) => (i < 2 * testWidth ? NaN : value)),
      1e-12,
    );
    assert.equal(up.completedRows, 2);
  });

  it("without retraces, and with the other transfer function, are read too", async () => {
    const [scan, ...others] = await read({ retraceX: false, retraceY: false, multiLinear: true });
    assert.equal(others.length, 0);
    assert.deepEqual(named(scan), ["Z m forward"]);
    holds(scan.channels[0], rawPlane(), 1e-12);
  });

  it("say which parameter file they miss, and refuse parameters of other sizes", async () => {
    const data = matrixDataFile();
    await refuses(
      () => readScan(data, { name: "session--1_2.Z_mtrx" }),
      /"session_0001\.mtrx" of the same session/,
    );
    const companions = [{ name: "p", bytes: matrixParameterFile({ width: 2 }) }];
    await refuses(() => readScan(data, { name: "session--1_2.Z_mtrx", companions }), /80 points/);
    await refuses(() => readScan(matrixParameterFile()), /parameters and no image/);
  });
});

describe("RHK files", () => {
  it("give both pages as channels of one scan, mirrored and flipped as Gwyddion does", async () => {
    for (const flip of [true, false]) {
      const scan = await readScan(sm4File({ flip }));
      assert.deepEqual(named(scan), ["Topography m forward", "Topography m backward"]);
      scan.channels.forEach((channel, i) => holds(channel, rawPlane(1000 * i + 3), 1e-12));
      assert.equal(scan.sizeMetres[0].toPrecision(6), "4.00000e-9");
      assert.equal(scan.sizeMetres[1].toPrecision(6), "2.00000e-9");
      assert.equal(scan.biasVolts, -2);
      assert.equal(scan.metadata["0: date"], "01/02/24");
    }
  });

  it("that were stopped have NaN for the lines that hold nothing", async () => {
    const scan = await readScan(sm4File({ completed: 3 }));
    assert.equal(scan.completedRows, 3);
    assert.ok(Number.isNaN(scan.channels[0].data[0]));
  });
});

describe("Createc files", () => {
  for (const kind of ["[Parameter]", "[Paramet32]", "[Paramco32]"] as const) {
    it(`of the kind ${kind} give heights, currents and bare numbers`, async () => {
      const scan = await readScan(createcFile({ kind }));
      assert.deepEqual(named(scan), [
        "Z m forward",
        "Current A forward",
        "ADC7  forward",
        "Z m backward",
        "Current A backward",
        "ADC7  backward",
      ]);
      const volts = 20 / 2 ** 20;
      const scales = [volts * 10 * 19.2e-10, volts / 1e9, 1];
      scan.channels.forEach((channel, i) => holds(channel, rawPlane(1000 * i), scales[i % 3]));
      const metres = volts * 10 * 96e-10;
      assert.deepEqual(
        scan.sizeMetres.map((size) => size.toPrecision(9)),
        [(testWidth * 32 * metres).toPrecision(9), (testHeight * 16 * metres).toPrecision(9)],
      );
      assert.equal(scan.biasVolts, -0.55);
      assert.equal(scan.lineSeconds, 0.5);
      assert.equal(scan.metadata["BiasVolt.[mV]"], "-550.00");
      assert.equal(scan.metadata["BiasVoltage"], "-550.00");
    });
  }

  it("that were stopped have NaN for the lines that hold nothing", async () => {
    const scan = await readScan(createcFile({ completed: 1 }));
    assert.equal(scan.completedRows, 1);
    holds(
      scan.channels[2],
      rawPlane(2000).map((value, i) => (i < testWidth ? value : NaN)),
      1,
    );
  });

  it("take their size from the header's own line where it has one", async () => {
    const scan = await readScan(createcFile({ header: "Length x[A]=40.5\r\nLength y[A]=20.25" }));
    assert.deepEqual(
      scan.sizeMetres.map((size) => size.toPrecision(6)),
      ["4.05000e-9", "2.02500e-9"],
    );
  });

  it("are refused where the tip moved in a sine, or values are missing", async () => {
    await refuses(() => readScan(createcFile({ header: "ScanmodeSine=1" })), /sine/);
    const cut = createcFile({ kind: "[Paramet32]" }).slice(0, -4);
    await refuses(() => readScan(cut), /6 images need 480 bytes and 476/);
    await refuses(
      () => readScan(createcFile().slice(0, -30)),
      /cannot be unpacked|values are there/,
    );
  });
});

describe("files of other kinds", () => {
  it("are named, with what is read here", async () => {
    await refuses(() => readScan(new Uint8Array(0)), /empty file/);
    await refuses(() => readScan(new Uint8Array([1, 2, 3])), /no known kind.*Nanonis SXM/);
    await refuses(() => readScan("/nowhere/x.sxm"), /no such file/);
  });
});
