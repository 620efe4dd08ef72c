import assert from "node:assert/strict";
import { runtimePart } from "./project";

interface Wheel {
  name: string;
  tag: string;
  key: string;
}
const { platformWheel } = runtimePart("platformWheel.js") as {
  platformWheel: (platform?: string, arch?: string, glibc?: string) => Wheel;
};

describe("runtime/platformWheel", () => {
  it("knows the package for each platform that has one", () => {
    const linux = platformWheel("linux", "x64", "2.36");
    assert.equal(linux.name, "tensorflow-cpu");
    assert.equal(linux.key, "tensorflow-2.21.0-linux-x64");
    assert.equal(platformWheel("linux", "arm64", "2.36").tag, "manylinux_2_27_aarch64");
    assert.equal(platformWheel("darwin", "arm64", "").tag, "macosx_12_0_arm64");
  });

  it("says what to use where there is none", () => {
    assert.throws(() => platformWheel("win32", "x64", ""), /Windows Subsystem for Linux/);
    assert.throws(() => platformWheel("linux", "x64", "2.17"), /glibc 2\.27 .* has 2\.17/);
    assert.throws(() => platformWheel("linux", "x64", ""), /another C library/);
    assert.throws(() => platformWheel("linux", "s390x", "2.36"), /no native TensorFlow .* s390x/);
  });
});
