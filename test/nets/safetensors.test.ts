import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../src/core";
import { readSafetensors, writeSafetensors, type StoredTensor } from "../../src/nets";

// safetensors 0.8.0: save({"f32": [[1.5, -2.25], [0, 3]], "f16": [0.1, -65504, 6e-8], "bf16": [0.1, -3e38],
// "i64": [-5, 2**31 - 1], "i32": [[-7]], "u8": [0, 255]}, {"made": "by safetensors"})
const written = Buffer.from(
  `iAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJtYWRlIjoiYnkgc2FmZXRlbnNvcnMifSwiaTY0Ijp7ImR0eXBlIjoiSTY0Iiwi
c2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMCwxNl19LCJmMzIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsMl0sImRh
dGFfb2Zmc2V0cyI6WzE2LDMyXX0sImkzMiI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbMSwxXSwiZGF0YV9vZmZzZXRzIjpb
MzIsMzZdfSwiYmYxNiI6eyJkdHlwZSI6IkJGMTYiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOlszNiw0MF19LCJmMTYi
OnsiZHR5cGUiOiJGMTYiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOls0MCw0Nl19LCJ1OCI6eyJkdHlwZSI6IlU4Iiwi
c2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbNDYsNDhdfX0gICAgIPv/////////////fwAAAAAAAMA/AAAQwAAAAAAAAEBA
+f///809Yv9mLv/7AQAA/w==`,
  "base64",
);

describe("nets/safetensors", () => {
  it("reads what the Python package wrote, in every type of number", () => {
    const { tensors, metadata } = readSafetensors(written);
    assert.deepEqual(metadata, { made: "by safetensors" });
    const values = (name: string): number[] => Array.from(tensors.get(name)?.data ?? []);
    assert.deepEqual(tensors.get("f32")?.shape, [2, 2]);
    assert.deepEqual(values("f32"), [1.5, -2.25, 0, 3]);
    assert.deepEqual(values("f16"), [0.0999755859375, -65504, 5.960464477539063e-8]);
    assert.deepEqual(values("bf16"), [0.10009765625, -3.00405527047391e38].map(Math.fround));
    assert.deepEqual(values("i64"), [-5, 2 ** 31 - 1]);
    assert.deepEqual(values("i32"), [-7]);
    assert.deepEqual(values("u8"), [0, 255]);
  });

  it("gives back every bit of what it wrote", () => {
    const data = fc.oneof(fc.float32Array({ maxLength: 9 }), fc.int32Array({ maxLength: 9 }));
    const names = fc.string({ minLength: 1 }).filter((name) => name !== "__proto__");
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(names, data), { selector: ([n]) => n }), (entries) => {
        const tensors = new Map<string, StoredTensor>(
          entries.map(([name, values]) => [name, { shape: [values.length], data: values }]),
        );
        const back = readSafetensors(writeSafetensors(tensors, { key: "ü" }));
        assert.equal(back.metadata["key"], "ü");
        assert.equal(back.tensors.size, tensors.size);
        for (const [name, stored] of tensors) assert.deepEqual(back.tensors.get(name), stored);
      }),
      { seed: 1 },
    );
  });

  it("refuses a file cut off anywhere, or with any damaged byte, or reads it", () => {
    for (let length = 0; length < written.length; length++) {
      assert.throws(() => readSafetensors(written.subarray(0, length)), InputError, String(length));
    }
    const anyByte = fc.tuple(
      fc.integer({ min: 0, max: written.length - 1 }),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(anyByte, ([at, byte]) => {
        const damaged = Buffer.from(written);
        damaged[at] = byte;
        try {
          readSafetensors(damaged);
        } catch (error) {
          assert.ok(error instanceof InputError, String(error));
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it("takes no memory for a header or an array that the file cannot hold", () => {
    const huge = Buffer.alloc(16);
    huge.writeBigUInt64LE(2n ** 60n);
    assert.throws(() => readSafetensors(huge), InputError);
    const header = { x: { dtype: "F32", shape: [2 ** 40], data_offsets: [0, 2 ** 42] } };
    assert.throws(() => readSafetensors(withHeader(header)), InputError);
  });

  it("refuses a type of number that it does not know, and names those it does", () => {
    const header = { x: { dtype: "F64", shape: [0], data_offsets: [0, 0] } };
    assert.throws(() => readSafetensors(withHeader(header)), /F64 in "x".*one of F32, F16, BF16/);
  });
});

function withHeader(header: object): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text]);
}
