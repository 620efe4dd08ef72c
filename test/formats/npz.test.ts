import assert from "node:assert/strict";
import { listZip } from "../../src/formats/listZip";
import { readZipEntry } from "../../src/formats/readZipEntry";
import { withBytes } from "../../src/formats/byteSource";
import { readNpz, writeNpz } from "../../src/formats";
import { bytesOf, formatFiles } from "../fixtures/formatFiles";
import { damage, refuses, survives, temporaryFolder } from "./helpers";

/** Everything in an archive, by name. */
function unpack(bytes: Uint8Array): Record<string, string> {
  return withBytes(bytes, (source) =>
    Object.fromEntries(
      listZip(source).map((entry) => [
        entry.name,
        Buffer.from(readZipEntry(source, entry)).toString(),
      ]),
    ),
  );
}

/** A copy with a number changed wherever a header of this signature has it. */
function patched(bytes: Uint8Array, signature: number, field: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  for (let at = 0; at + 46 < copy.length; at++)
    if (view.getUint32(at, true) === signature) view.setUint32(at + field, value, true);
  return copy;
}

const directoryEntry = 0x02014b50;

describe("zip archives", () => {
  const names = ["stored", "deflated", "zip64", "data descriptors", "zip64 data descriptors"];
  for (const name of names) {
    it(`are read as Python's zipfile wrote them: ${name}`, () => {
      assert.deepEqual(unpack(bytesOf(formatFiles.zips[name])), {
        "a/one.txt": "1".repeat(1000),
        "two ü.txt": "",
        "three.txt": "drei",
      });
    });
  }

  it("are refused where they are packed in another way", async () => {
    await refuses(() => unpack(bytesOf(formatFiles.zips["bzip2"])), /method 12.*usual way/);
  });

  it("are refused where a file's bytes are not those it was packed from", async () => {
    const bytes = bytesOf(formatFiles.zips["stored"]);
    const at = Buffer.from(bytes).indexOf("1111");
    bytes[at + 1] = 0x32;
    await refuses(() => unpack(bytes), /one\.txt.*checksum differs/);
  });

  it("are refused where they claim to unpack to more than their bytes can hold", async () => {
    const deflated = bytesOf(formatFiles.zips["deflated"]);
    await refuses(
      () => unpack(patched(deflated, directoryEntry, 24, 0x7fffffff)),
      /claim to unpack/,
    );
    await refuses(() => unpack(patched(deflated, directoryEntry, 24, 999)), /cannot be unpacked/);
    await refuses(() => unpack(patched(deflated, directoryEntry, 24, 1001)), /1000 bytes instead/);
  });

  it("are refused where files share bytes", async () => {
    const bytes = patched(bytesOf(formatFiles.zips["stored"]), directoryEntry, 42, 0);
    await refuses(() => unpack(bytes), /beyond its place/);
  });

  it("are refused where their end is missing", async () => {
    const bytes = bytesOf(formatFiles.zips["stored"]);
    await refuses(() => unpack(bytes.subarray(0, 900)), /list of files is missing/);
    await refuses(() => unpack(Buffer.from("PK")), /not a zip archive/);
    await refuses(() => unpack(new Uint8Array(0)), /not a zip archive/);
  });

  it("survive any damage", async () => {
    for (const name of names) {
      const refused = await survives(damage(bytesOf(formatFiles.zips[name]), 200), unpack);
      assert.ok(refused > 40, `${refused} refused`);
    }
  }).timeout(20_000);
});

describe("readNpz", () => {
  const folder = temporaryFolder();

  for (const name of ["savez", "savez_compressed"]) {
    it(`reads what numpy.${name} wrote`, () => {
      const npz = readNpz(folder.file(`${name}.npz`, bytesOf(formatFiles.zips[name])));
      assert.deepEqual(npz.names, ["z", "mask"]);
      assert.deepEqual(npz.read("z"), {
        shape: [2, 2],
        dtype: "float32",
        data: new Float32Array([1, 2, 3, 4]),
      });
      assert.deepEqual(npz.read("mask").data, new Uint8Array([1, 0]));
    });
  }

  it("names the nearest array where there is none of a name", async () => {
    const npz = readNpz(bytesOf(formatFiles.zips["savez"]));
    await refuses(() => npz.read("maks"), /"maks".*z, mask.*Did you mean "mask"/);
  });

  it("refuses an archive without arrays, and a cut one", async () => {
    await refuses(() => readNpz(bytesOf(formatFiles.zips["stored"])), /without arrays/);
    const bytes = bytesOf(formatFiles.zips["savez"]);
    await refuses(() => readNpz(bytes.subarray(0, bytes.length / 2)), /damaged/);
  });

  it("survives any damage", async () => {
    const files = damage(bytesOf(formatFiles.zips["savez_compressed"]), 300);
    const refused = await survives(files, (bytes) => {
      const npz = readNpz(bytes);
      npz.names.forEach((name) => npz.read(name));
    });
    assert.ok(refused > 100, `${refused} refused`);
  }).timeout(20_000);
});

describe("writeNpz", () => {
  it("gives the same bytes each time, and what was written back", () => {
    const arrays = {
      a: { shape: [2, 1], data: new Float64Array([0.1, -2]) },
      b: { shape: [2], data: ["x", "größer"] },
    };
    for (const compress of [true, false]) {
      const bytes = writeNpz(arrays, { compress });
      assert.deepEqual(writeNpz(arrays, { compress }), bytes);
      const npz = readNpz(bytes);
      assert.deepEqual(npz.names, ["a", "b"]);
      assert.deepEqual(npz.read("a").data, arrays.a.data);
      assert.deepEqual(npz.read("b").data, arrays.b.data);
    }
  });
});
