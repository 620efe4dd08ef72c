import assert from "node:assert/strict";
import * as fs from "node:fs";
import type { Channel } from "../../src/core";
import { readCurves, readScan, readScans, type ReadScanOptions } from "../../src/formats";
import { parseMatrixData } from "../../src/formats/instruments/parseMatrix";
import { needData } from "./helpers";

/** Relative error against values that were noted with nine digits. */
const tolerance = 1e-6;

type Expected = readonly [
  channel: number,
  name: string,
  unit: string,
  direction: string,
  min: number,
  max: number,
  mean: number,
  topLeft: number,
  topRight: number,
  bottomLeft: number,
];

function close(got: number, wanted: number, what: string): void {
  const same = Number.isNaN(wanted)
    ? Number.isNaN(got)
    : Math.abs(got - wanted) <= tolerance * Math.abs(wanted);
  assert.ok(same, `${what}: ${got}, not ${wanted}`);
}

/** Checks a channel against noted values; `scale` turns them into what the channel holds. */
function check(channels: readonly Channel[], width: number, expected: Expected, scale = 1): void {
  const [index, name, unit, direction, ...noted] = expected;
  const { data, ...found } = channels[index];
  assert.deepEqual(found, { name, unit, direction });
  const measured = data.filter((value) => !Number.isNaN(value));
  const got = [
    measured.reduce((a, b) => Math.min(a, b), Infinity),
    measured.reduce((a, b) => Math.max(a, b), -Infinity),
    measured.reduce((a, b) => a + b, 0) / measured.length,
    data[0],
    data[width - 1],
    data[data.length - width],
  ];
  const names = ["min", "max", "mean", "top left", "top right", "bottom left"];
  got.forEach((value, i) => close(value, noted[i] * scale, `${name} ${direction} ${names[i]}`));
}

// nanonispy 1.1.0 with its flips, equal to Gwyddion 2.62 to the last bit.
const nanonis: Readonly<Record<string, readonly Expected[]>> = {
  A151216_gen4_afm: [
    [
      0,
      "Z",
      "m",
      "forward",
      -2.18616112e-8,
      -2.18616112e-8,
      -2.18616112e-8,
      -2.18616112e-8,
      -2.18616112e-8,
      -2.18616112e-8,
    ],
    [
      2,
      "Input_4",
      "V",
      "forward",
      -0.00117342593,
      0.00150481437,
      3.43464426e-5,
      -0.000687076536,
      0.000727242616,
      0.000464443699,
    ],
    [
      3,
      "Input_4",
      "V",
      "backward",
      -0.00121490203,
      0.00142339582,
      3.58470703e-5,
      0.00100112415,
      0.00012592983,
      0.000779213209,
    ],
    [
      4,
      "Current",
      "A",
      "forward",
      -2.59438518e-14,
      3.41183272e-13,
      1.45129287e-13,
      2.84480745e-13,
      2.01275723e-13,
      -1.73500486e-14,
    ],
    [
      5,
      "Current",
      "A",
      "backward",
      -3.60030236e-14,
      3.65292757e-13,
      1.46312465e-13,
      2.86293504e-13,
      2.05067449e-13,
      -9.50889944e-15,
    ],
    [
      6,
      "Phase",
      "deg",
      "forward",
      -1.47667539,
      2.03349805,
      0.0549517146,
      -0.40319559,
      0.232722461,
      0.00253475201,
    ],
    [
      7,
      "Phase",
      "deg",
      "backward",
      -3.2381916,
      2.77219701,
      -0.225125499,
      -0.530557692,
      0.350125313,
      0.544860899,
    ],
    [
      8,
      "Amplitude",
      "m",
      "forward",
      9.91674104e-11,
      1.00694314e-10,
      1.00000097e-10,
      1.0026046e-10,
      1.00028347e-10,
      1.00303724e-10,
    ],
    [
      9,
      "Amplitude",
      "m",
      "backward",
      9.78011908e-11,
      1.01834548e-10,
      9.99993353e-11,
      1.00206551e-10,
      1.00337724e-10,
      1.00627943e-10,
    ],
    [
      10,
      "Frequency_Shift",
      "Hz",
      "forward",
      -4.84073019,
      -1.46652615,
      -3.23275181,
      -3.7242229,
      -3.50225401,
      -1.90274155,
    ],
    [
      11,
      "Frequency_Shift",
      "Hz",
      "backward",
      -5.01725197,
      -1.24595368,
      -3.23783889,
      -3.7441256,
      -3.45481658,
      -1.75658119,
    ],
    [
      12,
      "Excitation",
      "V",
      "forward",
      -0.00205578003,
      0.0173971672,
      0.00779630762,
      0.00459090434,
      0.00770692201,
      0.00650076754,
    ],
    [
      13,
      "Excitation",
      "V",
      "backward",
      -0.0141858673,
      0.0334845707,
      0.00782552103,
      0.00817613211,
      0.00917047821,
      -0.00747969979,
    ],
    [
      14,
      "LIX_1_omega",
      "A",
      "forward",
      -8.73882706e-15,
      7.78188566e-15,
      8.93704484e-18,
      2.20968555e-15,
      -3.9470756e-16,
      3.49040678e-15,
    ],
    [
      15,
      "LIX_1_omega",
      "A",
      "backward",
      -2.37014862e-14,
      1.98630107e-14,
      -1.00063088e-17,
      -3.13396748e-15,
      -8.569268e-15,
      -6.42740628e-15,
    ],
    [
      16,
      "LIY_1_omega",
      "A",
      "forward",
      -8.03629878e-15,
      7.15348038e-15,
      6.32945013e-18,
      2.62106045e-15,
      -5.64286361e-16,
      -8.4712665e-16,
    ],
    [
      17,
      "LIY_1_omega",
      "A",
      "backward",
      -2.16594507e-14,
      2.15301816e-14,
      -6.56287038e-18,
      2.77447823e-15,
      7.82856067e-16,
      -3.88837124e-15,
    ],
  ],
  Au_mica_gen5: [
    [
      1,
      "Z",
      "m",
      "backward",
      1.72438609e-11,
      1.72438609e-11,
      1.72438609e-11,
      1.72438609e-11,
      1.72438609e-11,
      1.72438609e-11,
    ],
    [
      2,
      "Current",
      "A",
      "forward",
      -9.6784758e-9,
      -1.51390012e-11,
      -6.02051448e-10,
      -3.03282885e-11,
      -2.70635719e-11,
      -2.97885536e-11,
    ],
    [
      3,
      "Current",
      "A",
      "backward",
      -9.00530317e-9,
      -1.4435648e-11,
      -5.36626808e-10,
      -3.289179e-11,
      -2.84373376e-11,
      -3.01919982e-11,
    ],
  ],
  STM_nanonis_generic_4_5: [
    [
      0,
      "Z",
      "m",
      "forward",
      9.14465836e-9,
      9.33975564e-9,
      9.2927285e-9,
      9.32260136e-9,
      9.26716215e-9,
      9.1499528e-9,
    ],
    [
      1,
      "Z",
      "m",
      "backward",
      9.14340514e-9,
      9.339713e-9,
      9.29316844e-9,
      9.32435817e-9,
      9.26578636e-9,
      9.149832e-9,
    ],
    [
      2,
      "Current",
      "A",
      "forward",
      3.53095636e-10,
      7.34792893e-10,
      5.04831702e-10,
      5.48066259e-10,
      4.65663619e-10,
      4.97421826e-10,
    ],
    [
      3,
      "Current",
      "A",
      "backward",
      3.24752086e-10,
      6.85225099e-10,
      4.98629029e-10,
      5.21999277e-10,
      4.75574302e-10,
      4.96160113e-10,
    ],
  ],
};

// The values in units of the converter that Gwyddion 2.62 and ProbeFlow agree on, ProbeFlow's shift by one pixel undone.
const createc: Readonly<Record<string, readonly Expected[]>> = {
  createc_afm: [
    [
      0,
      "Z",
      "m",
      "forward",
      -341327.281,
      -339611,
      -340401.621,
      -341315.594,
      -341279.125,
      -339662.031,
    ],
    [
      1,
      "Current",
      "A",
      "forward",
      -97.5317078,
      -3.282547,
      -44.27037,
      -41.3525391,
      -36.6153107,
      -50.1631012,
    ],
    [
      2,
      "ADC7",
      "",
      "forward",
      -7.38513088,
      -6.68688488,
      -7.00230067,
      -6.91199017,
      -6.95313025,
      -7.25227499,
    ],
    [
      3,
      "ADC8",
      "",
      "forward",
      13736.6865,
      14919.6816,
      14336.1848,
      14327.9326,
      14112.0176,
      14330.2188,
    ],
    [
      4,
      "ADC9",
      "",
      "forward",
      671.157471,
      783.255249,
      681.571354,
      684.244568,
      684.28186,
      678.774109,
    ],
    [
      5,
      "Z",
      "m",
      "backward",
      -341344.125,
      -339626.938,
      -340428.597,
      -341328.656,
      -341283.906,
      -339686.844,
    ],
    [
      6,
      "Current",
      "A",
      "backward",
      -102.391769,
      0.541683197,
      -44.513632,
      -52.6750336,
      -44.9804993,
      -47.9839134,
    ],
    [
      7,
      "ADC7",
      "",
      "backward",
      -7.27031994,
      -6.602911,
      -6.99787989,
      -6.99880648,
      -6.8792963,
      -7.03714943,
    ],
    [
      8,
      "ADC8",
      "",
      "backward",
      13782.96,
      14866.334,
      14336.5199,
      14406.1084,
      14116.6904,
      14140.6943,
    ],
    [
      9,
      "ADC9",
      "",
      "backward",
      669.665894,
      691.683838,
      681.579651,
      684.135803,
      683.284485,
      684.786499,
    ],
  ],
  createc_scan_11nm: [
    [
      0,
      "Z",
      "m",
      "forward",
      -117780.875,
      -116274,
      -117039.564,
      -116276.281,
      -116290.344,
      -117768.531,
    ],
    [
      1,
      "Current",
      "A",
      "forward",
      -19030.9375,
      -12433.3438,
      -15800.0105,
      -15950.875,
      -15332.0938,
      -16232.9062,
    ],
    [2, "Z", "m", "backward", -117784.469, -116278, -117042.637, -116286.719, -116291.75, -117776],
    [
      3,
      "Current",
      "A",
      "backward",
      -19729.5,
      -12584.875,
      -15809.2459,
      -15734.4062,
      -15380,
      -15714.5938,
    ],
  ],
};

describe("files of real instruments", () => {
  for (const [name, expected] of Object.entries(nanonis)) {
    it(`have the values that other readers agree on: ${name}`, async function () {
      const scan = await readScan(needData(this, "spm", "sxm", `${name}.sxm`));
      assert.equal(scan.completedRows, scan.height);
      for (const channel of expected) check(scan.channels, scan.width, channel);
    });
  }

  it("know the direction, bias and place of a Nanonis scan", async function () {
    const scan = await readScan(needData(this, "spm", "sxm", "A151216_gen4_afm.sxm"));
    assert.deepEqual([scan.scanDirection, scan.biasVolts], ["up", -0.0009]);
    assert.deepEqual(scan.sizeMetres, [2e-9, 2e-9]);
    assert.equal(scan.metadata["fewscope.offset_m"], "-3.335099e-7 -3.124986e-7");
  });

  for (const [name, expected] of Object.entries(createc)) {
    it(`have the converter's values: ${name}`, async function () {
      const scan = await readScan(needData(this, "spm", "createc", `${name}.dat`));
      const scales: Readonly<Record<string, number>> = {
        Z: Number(scan.metadata["fewscope.m_per_unit"]),
        Current: Number(scan.metadata["fewscope.A_per_unit"]),
      };
      for (const channel of expected) {
        check(scan.channels, scan.width, channel, scales[channel[1]] ?? 1);
      }
      // The header prints the scale of heights in two digits.
      close(Number(scales.Z.toPrecision(2)), 3.7e-13, "metres of one unit");
      // The regulator held this current on the other file; on the AFM file it held something else.
      if (name === "createc_scan_11nm") assert.ok(Math.abs(15800 * scales.Current - 3e-10) < 3e-12);
    });
  }

  it("know the size of a Createc scan", async function () {
    const scan = await readScan(needData(this, "spm", "createc", "createc_afm.dat"));
    close(scan.sizeMetres[0], 150.0046e-10, "width");
    assert.equal(scan.biasVolts, 0.0002);
  });

  it("have the value that tells the place, in files made for that", async function () {
    const place = (row: number, column: number): number => 100 * row + column;
    const files: readonly (readonly [string[], ReadScanOptions, number, number])[] = [
      [["sxm", "synth_down.sxm"], {}, 1e-12, 0],
      [["sxm", "synth_up.sxm"], {}, 1e-12, 0],
      [["gsf", "synth.gsf"], {}, 1e-12, 0],
      [["sm4", "synth_xneg.sm4"], {}, 1e-12, 3e-12],
      [["mtrx", "synth_full", "synth_full--1_1.Z_mtrx"], {}, 5e-13, -2.5e-11],
      [["mtrx", "synth_partial", "synth_partial--1_1.Z_mtrx"], {}, 5e-13, -2.5e-11],
      [["tiff", "synth_u16.tif"], { nmPerPixel: 1 }, 1, 0],
      [["tiff", "synth_f32.tif"], { nmPerPixel: 1 }, 1e-12, 0],
      [["tiff", "synth_stack_u16.tif"], { nmPerPixel: 1 }, 1, 0],
      [["png", "synth_gray16.png"], {}, (50 * 5.575e-10) / 65535, 0],
      [["npy", "synth_f64_fortran.npy"], { nmPerPixel: 1 }, 1, 0],
      [["npy", "synth_f32_c.npy"], { nmPerPixel: 1 }, 1, 0],
      [["npy", "synth_i2_be.npy"], { nmPerPixel: 1 }, 1, 0],
      [["npy", "synth_f16_3d.npy"], { nmPerPixel: 1 }, 1, 0],
    ];
    for (const [steps, options, scale, offset] of files) {
      const scan = await readScan(needData(this, "spm", ...steps), options);
      assert.deepEqual([scan.height, scan.width], [12, 16]);
      const { data } = scan.channels[0];
      // RHK stores the sign of its axes; the file's values run the other way in both.
      const turned = steps[0] === "sm4";
      for (let row = 0; row < 12; row++) {
        for (let column = 0; column < 16; column++) {
          const raw = turned ? place(11 - row, 15 - column) : place(row, column);
          const wanted = raw * scale + offset;
          const got = data[row * 16 + column];
          assert.ok(
            Math.abs(got - wanted) <= tolerance * Math.max(scale, Math.abs(wanted)),
            `${steps.join("/")} ${row} ${column}: ${got}, not ${wanted}`,
          );
        }
      }
    }
  });

  it("keep what was not measured apart", async function () {
    const up = await readScan(needData(this, "spm", "sxm", "synth_up_unfinished.sxm"));
    assert.equal(up.completedRows, 8);
    assert.ok(Number.isNaN(up.channels[0].data[63]) && !Number.isNaN(up.channels[0].data[64]));
    const partial = needData(this, "spm", "mtrx", "synth_partial", "synth_partial--1_1.Z_mtrx");
    const [first, second] = await readScans(partial);
    assert.deepEqual([first.completedRows, second.completedRows], [12, 3]);
    assert.ok(second.channels[0].data.slice(3 * 16).every((value) => Number.isNaN(value)));
  });

  it("give all four images of a MATRIX file", async function () {
    const full = needData(this, "spm", "mtrx", "synth_full", "synth_full--1_1.Z_mtrx");
    const channels = (await readScans(full)).flatMap((scan) => scan.channels);
    // access2theMatrix 0.4.4 and Gwyddion 2.62
    [0, 5e-9, 1e-8, 1.5e-8].forEach((offset, i) => {
      close(channels[i].data[0], -2.5e-11 + offset, `image ${i} top left`);
      close(channels[i].data[191], 5.325e-10 + offset, `image ${i} bottom right`);
    });
  });

  it("give the raw values of a MATRIX file whose parameters are lost", function () {
    const name = "20230228-122033_Croxley-Si(001)H-STM_AtomManipulation--22_1.I_mtrx";
    const file = needData(this, "spm", "mtrx", name);
    const { intended, captured, raw } = parseMatrixData(fs.readFileSync(file), file);
    let [min, max, sum] = [Infinity, -Infinity, 0];
    for (let i = 0; i < captured; i++) {
      const value = raw.getInt32(4 * i, true);
      [min, max, sum] = [Math.min(min, value), Math.max(max, value), sum + value];
    }
    assert.deepEqual([intended, captured, min, max], [1048576, 386882, -395481190, -1550336]);
    close(sum / captured, -20312256.5, "mean");
    assert.deepEqual(
      [0, 4, 8].map((at) => raw.getInt32(at, true)),
      [-18722611, -17562521, -17008640],
    );
  });

  it("have the values of gwyfile and Gwyddion in a Gwyddion file", async function () {
    const scan = await readScan(needData(this, "spm", "gwy", "test.gwy"), { nmPerPixel: 1 });
    check(scan.channels, scan.width, [
      0,
      "Test",
      "",
      "forward",
      0,
      0.001,
      0.000515296846,
      0.000824938545,
      0.000613961945,
      0.000547775746,
    ]);
  });

  it("have the rows, sweeps and means of their curves", function () {
    // nanonispy 1.1.0
    const expected: readonly (readonly [string, number, number, number, number, number])[] = [
      ["STS_generic_4_5", 600, 6, -3, 3, 7.26197279e-11],
      ["STS_generic_5e_1", 4096, 21, -0.30000001, 0.30000001, -4.29245793e-14],
      ["duplicate_headers", 1024, 5, -0.2, 0.2, NaN],
    ];
    for (const [name, rows, columns, first, last, mean] of expected) {
      const curves = readCurves(needData(this, "spm", "nanonis-dat", `${name}.dat`));
      const [sweep, current] = curves.columns.map(({ data }) => data);
      assert.deepEqual([sweep.length, curves.columns.length], [rows, columns]);
      close(sweep[0], first, "first");
      close(sweep[rows - 1], last, "last");
      if (!Number.isNaN(mean)) close(current.reduce((a, b) => a + b, 0) / rows, mean, "mean");
    }
  });
});
