import assert from "node:assert/strict";
import { runtimePart } from "./project";

type Locked = Record<string, { version?: string; integrity?: string; optional?: boolean }>;
const { differences } = runtimePart("packages.js") as {
  differences: (wanted: Locked, installed: Locked) => string[];
};

describe("runtime/packages", () => {
  const wanted: Locked = {
    "": { version: "9.9.9" },
    "node_modules/a": { version: "1.0.0", integrity: "x" },
    "node_modules/a/node_modules/b": { version: "2.0.0" },
    "node_modules/only-elsewhere": { version: "1.0.0", optional: true },
  };
  const installed: Locked = {
    "node_modules/a": { version: "1.0.0", integrity: "x" },
    "node_modules/a/node_modules/b": { version: "2.0.0" },
  };

  it("is content without the packages of other platforms", () => {
    assert.deepEqual(differences(wanted, installed), []);
  });

  it("names packages that are missing, left over or of another version", () => {
    const { "node_modules/a": a } = installed;
    assert.deepEqual(differences(wanted, { "node_modules/a": a ?? {} }), ["b"]);
    const other = { ...installed, "node_modules/a": { version: "1.0.1", integrity: "y" } };
    assert.deepEqual(differences(wanted, other), ["a"]);
    const leftOver = { ...installed, "node_modules/c": { version: "1.0.0" } };
    assert.deepEqual(differences(wanted, leftOver), ["c"]);
  });
});
