import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import type { Scan } from "../../src/core";
import {
  readCurves,
  readScan,
  readScans,
  writeGsf,
  writeGwy,
  writeNexus,
  writeNpy,
  writeScanPng,
} from "../../src/formats";
import { decodeText } from "../../src/formats/decodeText";
import { parseDecimal } from "../../src/formats/parseDecimal";
import { siUnit } from "../../src/formats/instruments/siUnit";
import { refuses, temporaryFolder } from "./helpers";
import {
  bytesOf,
  createcFile,
  float32,
  float64,
  gsfFile,
  gwyField,
  gwyObject,
  int16,
  int32,
  matrixDataFile,
  matrixParameterFile,
  rawPlane,
  sxmFile,
  testHeight,
  testWidth,
  type GwyPart,
} from "./instrumentFiles";

const named = ({ channels }: Scan): string[] =>
  channels.map(({ name, unit, direction }) => `${name} ${unit} ${direction}`);
const short = (values: readonly number[]): string[] => values.map((v) => v.toPrecision(6));
const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf8"));

describe("text of people's files", () => {
  it("is read in every usual encoding, composed", () => {
    const text = "Höcker, Å, 5 µm, é";
    const wide = Buffer.from(text, "utf16le");
    const swapped = Buffer.from(wide).swap16();
    for (const bytes of [
      Buffer.from(text, "utf8"),
      Buffer.from(text.normalize("NFD"), "utf8"),
      Buffer.from(`\ufeff${text}`, "utf8"),
      Buffer.from(text, "latin1"),
      Buffer.concat([Buffer.from([0xff, 0xfe]), wide]),
      Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]),
      wide,
      swapped,
    ]) {
      assert.equal(decodeText(bytes), text);
    }
    assert.equal(decodeText(Uint8Array.of(0x80, 0x31)), "€1");
  });

  it("has numbers with a point or a comma, and units after them", () => {
    assert.equal(parseDecimal("1,23E-9"), 1.23e-9);
    assert.equal(parseDecimal(" -4.5e-9 m"), -4.5e-9);
    assert.equal(parseDecimal("20bit"), 20);
    assert.equal(parseDecimal("−.5"), -0.5);
    for (const text of ["", "N/A", "-", undefined]) assert.ok(Number.isNaN(parseDecimal(text)));
  });

  it("has units however their letters are composed", () => {
    for (const text of ["Å", "Å", "A\u030a", "Angstrom"])
      assert.deepEqual(siUnit(text), { unit: "m", factor: 1e-10 });
    for (const text of ["µm", "μm", "um", "Âµm", "micron"])
      assert.deepEqual(
        [siUnit(text).unit, siUnit(text).factor.toPrecision(3)],
        ["m", "0.00000100"],
      );
    assert.deepEqual(siUnit("cm"), { unit: "m", factor: 1e-2 });
    assert.deepEqual(siUnit("nm²").unit, "m^2");
  });

  it("of a scan's header may be in two encodings at once", async () => {
    const header = { COMMENT: Buffer.from("Höhe Å", "utf8").toString("latin1"), USER: "J\xfcrgen" };
    const scan = await readScan(sxmFile({ header }));
    assert.equal(scan.metadata["COMMENT"], "Höhe Å");
    assert.equal(scan.metadata["USER"], "Jürgen");
    const marked = await readScan(bytesOf("\xef\xbb\xbf", sxmFile()));
    assert.equal(marked.width, testWidth);
    const gsf = await readScan(gsfFile("Name = J\xfcrgen\n"));
    assert.equal(gsf.metadata["Name"], "Jürgen");
  });

  it("of curves may be UTF-16, as spreadsheets save it", () => {
    const text =
      "Höhe (m)\t1,5E-9\t\r\nX (m)\t2,5E-9\t\r\n\r\n[DATA]\r\nBias (V)\tI (A)\r\n1,5\t2\r\n";
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    for (const bytes of [wide, Buffer.from(`\ufeff${text}`), Buffer.from(text, "latin1")]) {
      const curves = readCurves(bytes);
      assert.equal(curves.metadata["Höhe (m)"], "1,5E-9");
      assert.equal(curves.positionMetres[0], 2.5e-9);
      assert.deepEqual(Array.from(curves.columns[0].data), [1.5]);
    }
  });
});

describe("curves of several parts", () => {
  const settings =
    "Bias Spectroscopy>MultiLine Settings\tSegment Start (V), Segment End (V), Settling (s), Integration (s), Steps (xn)\t\r\n";
  const rows = (...values: number[]): string => values.map((v) => `${v}\t${2 * v}\r\n`).join("");

  it("tell where each begins that the header lists", () => {
    const head = `${settings}\t-1,0,1E-3,1E-3,2\t\r\n\t0,1,1E-3,1E-3,3\t\r\n\r\n[DATA]\r\nBias (V)\tI (A)\r\n`;
    const curves = readCurves(utf8(head + rows(-1, 0, 0, 0.5, 1)));
    assert.deepEqual(curves.segments, [0, 2]);
    assert.deepEqual(readCurves(utf8(head + rows(-1, 0, 0.5, 1))).segments, [0, 1]);
    assert.deepEqual(readCurves(utf8(head + rows(-1, 0))).segments, [0]);
  });

  it("may stand under marks of their own, with the same columns", async () => {
    const one = `[DATA]\r\nBias (V)\tI (A)\r\n${rows(0, 1)}`;
    const curves = readCurves(utf8(`A\t1\r\n${one}\r\n${one}`));
    assert.deepEqual(curves.segments, [0, 2]);
    assert.deepEqual(Array.from(curves.columns[1].data), [0, 2, 0, 2]);
    await refuses(
      () => readCurves(utf8(`${one}[DATA]\r\nZ (m)\tI (A)\r\n1\t2\r\n`)),
      /other columns/,
    );
  });

  it("leave a column without a title where it stands", () => {
    const { columns } = readCurves(utf8("[DATA]\r\nBias (V)\t\tI (A)\r\n1\t7\t3\r\n"));
    assert.deepEqual(
      columns.map(({ name, data }) => [name, data[0]]),
      [
        ["Bias", 1],
        ["I", 3],
      ],
    );
  });
});

describe("channel tables of Nanonis", () => {
  it("may be parted by blanks", async () => {
    const text = Buffer.from(sxmFile()).toString("latin1");
    const at = text.indexOf(":DATA_INFO:");
    const end = text.indexOf(":SCANIT_END:");
    const blanks = text.slice(0, at) + text.slice(at, end).replaceAll("\t", "  ") + text.slice(end);
    const scan = await readScan(Buffer.from(blanks, "latin1"));
    assert.deepEqual(named(scan), ["Z m forward", "Z m backward", "LI_X A forward"]);
  });

  it("give values when they are asked for, and the same ones however the file came", async () => {
    const bytes = sxmFile({ up: true });
    const scan = await readScan(bytes);
    const before = scan.channels.map(({ data }) => Array.from(data));
    bytes.fill(0);
    assert.deepEqual(
      scan.channels.map(({ data }) => Array.from(data)),
      before,
    );
    assert.equal(scan.channels[0].data, scan.channels[0].data);
  });
});

describe("images of Createc", () => {
  /** A packed file of so many images, with a header of other lines. */
  function packed(header: readonly string[], planes: readonly (readonly number[])[]): Uint8Array {
    const lines = Buffer.from(createcFile()).toString("latin1").split("DATA x")[0].split("\r\n");
    const replaced = lines.filter(
      (line) =>
        !header.some((own) => line.startsWith(own.split("=")[0])) && !line.startsWith("memo"),
    );
    const kept = header.filter((line) => !line.endsWith("=-"));
    return bytesOf(
      [...replaced, ...kept, ""].join("\r\n"),
      "DATA",
      deflateSync(float32([0, ...planes.flat()])),
    );
  }
  const two = "Channelselectval / Channelselectval=3";
  const count = (n: number): string => `Channels / Channels=${n}`;
  const planes = (n: number): number[][] => Array.from({ length: n }, (_, i) => rawPlane(1000 * i));

  it("in one direction, in both, and at several voltages are told by the header", async () => {
    const names = async (header: string[], n: number): Promise<string[]> =>
      named(await readScan(packed(header, planes(n))));
    const [z, current] = ["Z m", "Current A"];
    assert.deepEqual(await names([two, count(2)], 2), [`${z} forward`, `${current} forward`]);
    const both = [`${z} forward`, `${current} forward`, `${z} backward`, `${current} backward`];
    assert.deepEqual(await names([two, count(4)], 4), both);
    // Without a number of images the mode of the scan tells, and where that is missing the values that are there.
    const missing = "Channels / Channels=-";
    assert.deepEqual(await names([two, missing, "Scanmode / ScanXMode=2"], 4), both);
    assert.deepEqual(await names([two, missing, "Scanmode / ScanXMode=1"], 2), both.slice(0, 2));
    assert.deepEqual(await names([two, missing], 2), both.slice(0, 2));
    const volts = ["MVoltnumber11 / MVoltnumber11=2", "MVolt_1=100", "MVolt_2=-200"];
    const several = await readScan(packed([two, count(8), ...volts], planes(8)));
    assert.deepEqual(named(several), [
      ...both.slice(0, 2),
      ...both.slice(0, 2),
      ...both.slice(2),
      ...both.slice(2),
    ]);
    assert.equal(
      several.metadata["fewscope.channel_bias_V"],
      "0.1 0.1 -0.2 -0.2 0.1 0.1 -0.2 -0.2",
    );
  });

  it("whose number fits no selection have no units but the first", async () => {
    const scan = await readScan(packed([two, count(3)], planes(3)));
    assert.deepEqual(named(scan), ["Z m forward", "plane 2  forward", "plane 3  forward"]);
  });

  it("whose first plane is zero are whole where the header says so, or another plane is", async () => {
    const header = [two, count(2), `ImageYPosMax=${testHeight + 1}`];
    const zero = rawPlane().map(() => 0);
    for (const lines of [header, [two, count(2), "ImageYPosMax=-"]]) {
      const scan = await readScan(packed(lines, [zero, rawPlane(1)]));
      assert.equal(scan.completedRows, testHeight);
      assert.ok(scan.channels[1].data.every((value) => Number.isFinite(value)));
    }
    const stopped = await readScan(packed([two, count(2), "ImageYPosMax=3"], [zero, rawPlane(1)]));
    assert.equal(stopped.completedRows, 2);
  });
});

const tagged = (
  tags: readonly (readonly [number, number, number, Uint8Array | number])[],
): Buffer[] =>
  tags.map(([tag, type, many, value]) => {
    const entry = Buffer.alloc(12);
    entry.writeUInt16LE(tag, 0);
    entry.writeUInt16LE(type, 2);
    entry.writeUInt32LE(many, 4);
    if (typeof value === "number") entry.writeUInt32LE(value, 8);
    return entry;
  });

interface TiffSettings {
  readonly description?: string;
  readonly slices?: number;
  readonly preview?: number;
  readonly colour?: boolean;
}

/** A TIFF of whole numbers of 16 bits, 2 pixels a unit across and 4 along; perhaps with a preview page behind it. */
function tiffFile({ description = "", slices = 1, preview, colour = false }: TiffSettings): Buffer {
  const text = Buffer.from(`${description}\0`, "utf8");
  const data = Buffer.from(
    int16(Array.from({ length: slices }, (_, i) => rawPlane(1000 * i)).flat()),
  );
  const half = Buffer.alloc(colour ? 3 : 2);
  const rationals = Buffer.from(int32(2, 1, 4, 1));
  const from = 8;
  const textAt = from + data.length;
  const ratiosAt = textAt + text.length + (text.length % 2);
  const halfAt = ratiosAt + rationals.length;
  const first = tagged([
    [254, 4, 1, 0],
    [256, 3, 1, testWidth],
    [257, 3, 1, testHeight],
    [258, 3, 1, 16],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [270, 2, text.length, textAt],
    [273, 4, 1, from],
    [277, 3, 1, 1],
    [278, 3, 1, testHeight],
    [279, 4, 1, 2 * testWidth * testHeight],
    [282, 5, 1, ratiosAt],
    [283, 5, 1, ratiosAt + 8],
  ]);
  const second = tagged([
    [254, 4, 1, preview ?? 0],
    [256, 3, 1, 1],
    [257, 3, 1, 1],
    [258, 3, 1, colour ? 8 : 16],
    [259, 3, 1, 1],
    [262, 3, 1, colour ? 2 : 1],
    [273, 4, 1, halfAt],
    [277, 3, 1, colour ? 3 : 1],
    [278, 3, 1, 1],
    [279, 4, 1, half.length],
  ]);
  const number = (value: number, size: 2 | 4): Buffer => {
    const bytes = Buffer.alloc(size);
    bytes.writeUIntLE(value, 0, size);
    return bytes;
  };
  const directoryAt = halfAt + half.length + (half.length % 2);
  const directory = Buffer.concat([number(first.length, 2), ...first]);
  const nextAt = preview === undefined && !colour ? 0 : directoryAt + directory.length + 4;
  return Buffer.concat([
    Buffer.from("II*\0", "latin1"),
    number(directoryAt, 4),
    data,
    text,
    Buffer.alloc(text.length % 2),
    rationals,
    half,
    Buffer.alloc(half.length % 2),
    directory,
    number(nextAt, 4),
    number(second.length, 2),
    ...second,
    number(0, 4),
  ]);
}

describe("TIFF files of other programs", () => {
  const imagej = "ImageJ=1.54f\nunit=nm\n";

  it("have the values that ImageJ's calibration gives", async () => {
    const read = (more: string): Promise<Scan> =>
      readScan(tiffFile({ description: imagej + more }));
    const linear = await read("cf=0\nc0=-2\nc1=0.001\nvunit=nm\n");
    const [channel] = linear.channels;
    assert.equal(channel.unit, "m");
    assert.ok(Math.abs(channel.data[6] - (-2 + 0.101) * 1e-9) < 1e-20);
    const square = await read("cf=1\nc0=1\nc1=2\nc2=3\nvunit=Gray Value\n");
    assert.equal(square.channels[0].data[1], 1 + 2 + 3);
    assert.equal(square.channels[0].unit, "");
    assert.equal((await read("cf=20\n")).channels[0].data[6], 101);
    await refuses(() => read("cf=4\nc0=1\nc1=2\n"), /function 4/);
  });

  it("have units of their own along each axis", async () => {
    const scan = await readScan(tiffFile({ description: `${imagej}yunit=\\u00B5m\n` }));
    assert.deepEqual(short(scan.sizeMetres), short([2.5e-9, 1e-6]));
    const ome =
      '<OME><Pixels PhysicalSizeX="2" PhysicalSizeXUnit="nm" PhysicalSizeY="3" PhysicalSizeYUnit="pm"/></OME>';
    const other = await readScan(tiffFile({ description: ome }));
    assert.deepEqual(short(other.sizeMetres), short([10e-9, 12e-12]));
  });

  it("of a stack with one directory give every image", async () => {
    const scans = await readScans(tiffFile({ description: `${imagej}images=3\n`, slices: 3 }));
    assert.deepEqual(
      scans.map(({ channels }) => channels[0].data[0]),
      [0, 1000, 2000],
    );
    // What the file does not hold is not there, whatever it says.
    assert.equal((await readScans(tiffFile({ description: `${imagej}images=99\n` }))).length, 1);
  });

  it("are read without their previews and pages in colour, with a word on them", async () => {
    const description = imagej;
    for (const settings of [{ preview: 1 }, { colour: true }, { preview: 4 }]) {
      const [scan, ...others] = await readScans(tiffFile({ description, ...settings }));
      assert.equal(others.length, 0);
      assert.equal(scan.channels[0].data[19], 304);
      assert.match(
        scan.metadata["fewscope.passed_over"],
        /^page 1: (a preview|which holds colours)/,
      );
      const written = await readScan(writeGwy(scan));
      assert.equal(written.metadata["fewscope.passed_over"], undefined);
    }
  });
});

describe("Gwyddion files of whole sessions", () => {
  const container = (...parts: GwyPart[]): Uint8Array =>
    bytesOf("GWYP", gwyObject("GwyContainer", parts));
  const text = (value: string | Uint8Array): Uint8Array =>
    bytesOf(typeof value === "string" ? utf8(value) : value, "\0");
  const field = (unit: string | Uint8Array, values = rawPlane()): Uint8Array =>
    gwyObject("GwyDataField", [
      ["xres", "i", int32(testWidth)],
      ["yres", "i", int32(testHeight)],
      ["xreal", "d", float64(4)],
      ["yreal", "d", float64(2)],
      ["si_unit_xy", "o", gwyObject("GwySIUnit", [["unitstr", "s", text(unit)]])],
      ["data", "D", bytesOf(int32(values.length), float64(...values))],
    ]);

  it("are read without their odd images, with a word on each", async () => {
    const scans = await readScans(
      container(
        ["/0/data", "o", gwyField(rawPlane(), "pm")],
        ["/0/data/title", "s", text("Z")],
        ["/1/data", "o", field("1/m")],
        ["/1/data/title", "s", text("FFT Modulus")],
        ["/2/data", "o", field("nm", [1, 2, 3])],
        ["/3/data", "o", gwyField(rawPlane(1000), "pA")],
      ),
      { name: "a.gwy", nmPerPixel: 5 },
    );
    assert.deepEqual(scans.map(named), [["Z m forward"], ["image 3 A forward"]]);
    const word = scans[0].metadata["fewscope.passed_over"];
    assert.match(
      word,
      /image 1 "FFT Modulus": .*1\/m.*image 2: .*5 x 4 pixels and holds other data|image 2/,
    );
    assert.match(word, /image 1 "FFT Modulus": whose frame is 4 x 2 in 1\/m/);
    assert.deepEqual(short(scans[0].sizeMetres), short([4e-9, 2e-9]));
    await refuses(
      () => readScans(container(["/1/data", "o", field("1/m")]), { nmPerPixel: 5 }),
      /no picture of a surface/,
    );
  });

  it("have lengths in cm, and micro signs of any encoding", async () => {
    for (const [unit, metres] of [
      ["cm", 4e-2],
      ["\u03bcm", 4e-6],
      [Uint8Array.of(0xb5, 0x6d), 4e-6],
    ] as const) {
      const scan = await readScan(container(["/0/data", "o", field(unit)]));
      assert.deepEqual(short(scan.sizeMetres), short([metres, metres / 2]));
    }
  });

  it("that were written here have titles of their own, and come back with their names", async () => {
    const scan = await readScan(sxmFile());
    const twice = { ...scan, channels: [...scan.channels, scan.channels[0]] };
    const file = writeGwy(twice);
    const titles = Array.from(
      Buffer.from(file)
        .toString("latin1")
        .matchAll(/data\/title\0s([^\0]*)\0/g),
      ([, title]) => title,
    );
    assert.deepEqual(titles, ["Z (Forward)", "Z (Backward)", "LI_X", "Z (Forward) 2"]);
    assert.deepEqual(named(await readScan(file)), named(twice));
  });
});

describe("what a caller adds", () => {
  it("fills gaps and never replaces what a file says", async () => {
    const options = { nmPerPixel: 5, unit: "nm" };
    const scan = await readScan(sxmFile(), { name: "a.sxm" });
    for (const file of [
      writeGwy(scan),
      writeGsf(scan),
      await writeScanPng(scan),
      await writeNexus(scan),
    ]) {
      const again = await readScan(file, options);
      assert.deepEqual(short(again.sizeMetres), short([4e-9, 2e-9]));
      const z = again.channels.find(
        ({ name, direction }) => name === "Z" && direction === "forward",
      );
      assert.equal(z?.unit, "m");
      assert.ok(Math.abs((z?.data[6] ?? 0) - 101e-12) < 1e-14);
    }
    const bare = bytesOf("Gwyddion Simple Field 1.0\nXRes=5\nYRes=4\n\0\0\0", float32(rawPlane()));
    const padded =
      bare.length % 4 === 0
        ? bare
        : bytesOf(
            "Gwyddion Simple Field 1.0\nXRes=5\nYRes=4\n",
            "\0".repeat(4 - (40 % 4)),
            float32(rawPlane()),
          );
    const filled = await readScan(padded, options);
    assert.deepEqual(short(filled.sizeMetres), short([25e-9, 20e-9]));
    assert.equal(filled.channels[0].unit, "m");
    assert.ok(Math.abs(filled.channels[0].data[6] - 101e-9) < 1e-15);
    await refuses(() => readScan(padded), /nothing of its size/);
  });
});

describe("place and settings of a scan", () => {
  it("are kept through every conversion", async () => {
    const scan = {
      ...(await readScan(sxmFile({ up: true }), { name: "a.sxm" })),
      history: ["despike {}"],
    };
    const backward = { channel: "Z backward" };
    const files: readonly (readonly [string, Uint8Array])[] = [
      ["gwy", writeGwy(scan)],
      ["gsf", writeGsf(scan, backward)],
      ["png", await writeScanPng(scan, backward)],
      ["nxs", await writeNexus(scan)],
    ];
    for (const [kind, file] of files) {
      const again = await readScan(file);
      const offset = again.metadata["fewscope.offset_m"].split(" ").map(Number);
      assert.deepEqual(short(offset), short([1e-9, -2e-9]), kind);
      assert.equal(Number(again.metadata["fewscope.angle_deg"]), 15, kind);
      assert.equal(again.scanDirection, "up", kind);
      assert.equal(again.lineSeconds, 0.15, kind);
      assert.equal(again.biasVolts, -1.5, kind);
      assert.deepEqual(again.history, ["despike {}"], kind);
      assert.ok(named(again).includes("Z m backward"), `${kind}: ${named(again).join()}`);
      // Gwyddion keeps the corner of a frame where instruments keep its middle.
      if (kind === "gsf") assert.match(Buffer.from(file).toString("latin1"), /XOffset = -1e-9\n/);
    }
  });
});

describe("MATRIX sessions of other kinds", () => {
  const read = (data: Uint8Array, parameters: Uint8Array): Promise<Scan[]> =>
    readScans(data, {
      name: "session--1_2.Z_mtrx",
      companions: [{ name: "session_0001.mtrx", bytes: parameters }],
    });

  it("are images only where they were to hold as many points as the frames have", async () => {
    const parameters = matrixParameterFile();
    await refuses(() => read(matrixDataFile({ retraceX: false }), parameters), /40 points/);
    await refuses(() => read(matrixDataFile({ retraceY: false }), parameters), /40 points/);
    assert.equal((await read(matrixDataFile({ captured: 30 }), parameters)).length, 1);
  });
});

describe("memory", () => {
  const folder = temporaryFolder();
  afterEach(() => {
    delete process.env["FEWSCOPE_MEMORY"];
  });

  it("is asked for before it is taken, by every reader", async () => {
    const scan = await readScan(sxmFile());
    const file = folder.file("a.npy", writeNpy({ shape: [4, 5], data: new Float64Array(20) }));
    process.env["FEWSCOPE_MEMORY"] = "0.0001";
    const files = [sxmFile(), gsfFile(), createcFile(), writeGwy(scan), tiffFile({})];
    await refuses(() => readScan(file), /would take .* of memory.*FEWSCOPE_MEMORY/);
    for (const bytes of [files[0], files[2], files[4]])
      await refuses(() => readScan(bytes, { nmPerPixel: 1 }), /would take .* of memory/);
  });
});
