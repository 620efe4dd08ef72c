import assert from "node:assert/strict";
import { readCurves, readScan } from "../../src/formats";
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

  it("are refused where a value is no number, and where the file holds an image", async () => {
    const bad = bytesOf("A\t1\n[DATA]\nBias (V)\tI (A)\n1\t2\n3\tfour\n");
    await refuses(() => readCurves(bad), /row 2 .* "four"/);
    await refuses(() => readCurves(bytesOf("A\t1\n[DATA]\nBias (V)\tI (A)\n1\n")), /row 1/);
    await refuses(() => readCurves(sxmFile()), /holds an image.*readScan/);
    await refuses(() => readScan(nanonisDatFile()), /readCurves/);
  });
});
