import assert from "node:assert/strict";
import fc from "fast-check";
import { readNpy, writeNpy, type NpyData } from "../../src/formats";
import { bytesOf, formatFiles } from "../fixtures/formatFiles";
import { damage, needData, refuses, survives, temporaryFolder } from "./helpers";

/** A NPY file with any header. */
function withHeader(text: string, body = new Uint8Array(0), version = 1): Uint8Array {
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + text.length + body.length);
  bytes.set([0x93, ...Buffer.from("NUMPY"), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(Buffer.from(text, "latin1"), start);
  bytes.set(body, start + text.length);
  return bytes;
}

const header = (descr: string, shape: string): string =>
  `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;

describe("readNpy", () => {
  const folder = temporaryFolder();

  for (const [name, { file, shape, values }] of Object.entries(formatFiles.arrays)) {
    it(`reads what numpy wrote: ${name}`, () => {
      const array = readNpy(bytesOf(file));
      assert.deepEqual(array.shape, shape);
      const read =
        array.dtype === "str"
          ? array.data
          : Array.from(array.data as ArrayLike<number | bigint>, Number);
      const expected =
        array.dtype === "str"
          ? values
          : values.map((value) => Number(String(value).replace("inf", "Infinity")));
      assert.deepEqual(read, expected);
    });
  }

  it("keeps 64-bit integers beyond 2^53 exact", () => {
    const { data } = readNpy(
      writeNpy({ shape: [2], data: new BigInt64Array([2n ** 62n + 1n, -1n]) }),
    );
    assert.deepEqual(data, new BigInt64Array([2n ** 62n + 1n, -1n]));
  });

  it("reads from a file as from bytes", () => {
    const bytes = writeNpy({ shape: [3], data: new Float32Array([1, 2, 3]) });
    assert.deepEqual(readNpy(folder.file("a.npy", bytes)), readNpy(bytes));
  });

  it("refuses objects, records and types without a place here, and says what to do", async () => {
    const { objects, records, complex, dates } = formatFiles.refused;
    await refuses(() => readNpy(bytesOf(objects)), /Python objects.*run code/);
    await refuses(() => readNpy(bytesOf(records)), /records.*each field/);
    await refuses(() => readNpy(bytesOf(complex)), /<c16.*astype/);
    await refuses(() => readNpy(bytesOf(dates)), /<M8.*astype/);
  });

  it("refuses a missing file, a folder and a file of another kind", async () => {
    await refuses(() => readNpy(`${folder.path}/none.npy`), /no such file.*Check the path/);
    await refuses(() => readNpy(folder.path), /a folder.*Name a file/);
    await refuses(() => readNpy(folder.file("t.npy", "text")), /not a numpy array file/);
    await refuses(() => readNpy(folder.file("e.npy", "")), /not a numpy array file/);
  });

  it("says how much of a cut file is missing", async () => {
    const bytes = writeNpy({ shape: [10], data: new Float64Array(10) });
    await refuses(() => readNpy(bytes.subarray(0, -1)), /\(10\) needs 80 bytes and 79 are there/);
    await refuses(() => readNpy(bytes.subarray(0, 40)), /inside its header/);
    await refuses(() => readNpy(bytes.subarray(0, 9)), /inside its header/);
  });

  it("makes nothing of the size that a damaged header claims", async () => {
    const huge = [
      "(1000000000000,)",
      "(4294967296, 4294967296, 4294967296)",
      "(99999999999999999999,)",
    ];
    for (const shape of huge) {
      await refuses(() => readNpy(withHeader(header("<f8", shape))), /damaged/);
      await refuses(() => readNpy(withHeader(header("<U4", shape))), /damaged/);
      await refuses(() => readNpy(withHeader(header("<U0", shape))), /damaged/);
    }
    await refuses(() => readNpy(withHeader(header("<U999999999", "(1,)"))), /damaged/);
    await refuses(() => readNpy(withHeader("{}")), /does not give type, order and shape/);
    await refuses(() => readNpy(withHeader(header("<f4", "(-1,)"))), /damaged/);
    await refuses(
      () => readNpy(withHeader(header("<f4", "(1,)"), new Uint8Array(4), 9)),
      /version 9/,
    );
  });

  it("refuses text that is no text", async () => {
    const bytes = withHeader(header("<U1", "(1,)"), Uint8Array.of(0, 0, 0x11, 0));
    await refuses(() => readNpy(bytes), /no character/);
  });

  it("survives any damage", async () => {
    const names = ["<f4 C", ">i8 F", "text F", "version 3"];
    for (const name of names) {
      const refused = await survives(damage(bytesOf(formatFiles.arrays[name].file), 200), readNpy);
      assert.ok(refused > 40, `${refused} refused`);
    }
  }).timeout(20_000);

  it("reads the sample arrays", function () {
    for (const name of ["f32_c", "f64_fortran", "i2_be"]) {
      const { shape, data } = readNpy(needData(this, "spm", "npy", `synth_${name}.npy`));
      assert.deepEqual(shape, [12, 16]);
      // The index of the samples: 100 * row + column.
      assert.deepEqual(
        Array.from(data as Float32Array),
        Array.from({ length: 192 }, (_, i) => 100 * Math.floor(i / 16) + (i % 16)),
      );
    }
  });
});

describe("writeNpy", () => {
  it("gives back what it wrote, for every type", () => {
    const kinds = [
      Uint8Array,
      Int8Array,
      Uint16Array,
      Int16Array,
      Uint32Array,
      Int32Array,
      Float32Array,
      Float64Array,
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.array(fc.double(), { maxLength: 30 }),
        (Kind, values) => {
          const data = Kind.from(values);
          const array = readNpy(writeNpy({ shape: [data.length], data }));
          assert.deepEqual(array, { ...array, shape: [data.length], data });
          assert.equal(array.dtype, Kind.name.replace("Array", "").toLowerCase());
        },
      ),
      { seed: 1 },
    );
  });

  it("gives back text of any letters, but for zeros at the end", () => {
    const letters = fc.constantFrom("a", "ü", "表", "\u{1f600}", "\u{10ffff}", "\0", " ");
    const words = fc.string({ unit: letters }).map((text) => text.replace(/\0+$/, ""));
    const texts = fc.array(words);
    fc.assert(
      fc.property(texts, (data) => {
        assert.deepEqual(readNpy(writeNpy({ shape: [data.length], data })).data, data);
      }),
      { seed: 1 },
    );
  });

  it("begins the values at a multiple of 64 bytes, as numpy does", () => {
    for (const shape of [[1], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]) {
      assert.equal(writeNpy({ shape, data: new Uint8Array(1) }).length % 64, 1);
    }
  });

  it("refuses a shape that does not fit", async () => {
    const data: NpyData = new Float32Array(5);
    await refuses(() => writeNpy({ shape: [2, 3], data }), /5 values for the shape \(2, 3\)/);
  });
});
