import assert from "node:assert/strict";
import { readCurves, readScan } from "../../src/formats";
import { scanFiles } from "../fixtures/scanFiles";
import { refuses } from "./helpers";
import { bytesOf, nanonisDatFile, sxmFile } from "./instrumentFiles";

describe("curves of Nanonis", () => {
  it("have unit, direction, filter and sweep from their titles, in either order", () => {
    const { columns } = readCurves(nanonisDatFile());
    assert.deepEqual(
      columns.map(({ data, ...column }) => ({ ...column, values: Array.from(data) })),
      [
        { name: "Bias calc", unit: "V", direction: "forward", filtered: false, values: [-1, 0, 1] },
        {
          name: "Current",
          unit: "A",
          direction: "forward",
          filtered: false,
          values: [-10e-12, 0, 10e-12],
        },
        {
          name: "Current",
          unit: "A",
          direction: "backward",
          filtered: false,
          values: [-11e-12, 0, 11e-12],
        },
        {
          name: "Input 3",
          unit: "V",
          direction: "backward",
          filtered: true,
          values: [NaN, NaN, NaN],
        },
        {
          name: "Current",
          unit: "A",
          direction: "forward",
          filtered: false,
          sweep: 2,
          values: [-12e-12, 0, 12e-12],
        },
      ],
    );
  });

  it("know where they were measured, and keep lines that repeat", () => {
    const curves = readCurves(nanonisDatFile(), { name: "folder/b.dat" });
    assert.equal(curves.name, "b.dat");
    assert.deepEqual(curves.positionMetres, [1e-9, -2e-9, NaN]);
    assert.equal(curves.metadata["Experiment"], "bias spectroscopy");
    assert.equal(curves.metadata["Experiment_2"], "again");
  });

  for (const [name, { file, parts, columns, bias }] of Object.entries(scanFiles.dats)) {
    it(`swept in ${name} have the values and parts that nanonis-xarray reads`, () => {
      const curves = readCurves(Buffer.from(file, "base64"));
      const wanted = [bias, columns.fw, columns.bw];
      assert.deepEqual(
        curves.columns.map(({ data }) => Array.from(data)),
        wanted,
      );
      const starts = parts.map((_, i) => parts.slice(0, i).reduce((sum, [, , n]) => sum + n, 0));
      assert.deepEqual(curves.segments, starts);
      parts.forEach(([first, last, points], i) =>
        assert.deepEqual(
          [0, points - 1].map((at) => curves.columns[0].data[starts[i] + at]),
          [first, last],
        ),
      );
    });
  }

  it("are refused where a value is no number, and where the file holds an image", async () => {
    const bad = bytesOf("A\t1\n[DATA]\nBias (V)\tI (A)\n1\t2\n3\tfour\n");
    await refuses(() => readCurves(bad), /row 2 .* "four"/);
    await refuses(() => readCurves(bytesOf("A\t1\n[DATA]\nBias (V)\tI (A)\n1\n")), /row 1/);
    await refuses(() => readCurves(sxmFile()), /holds an image.*readScan/);
    await refuses(() => readScan(nanonisDatFile()), /readCurves/);
  });
});
