import assert from "node:assert/strict";
import { runtimePart } from "./project";

interface Wheel {
  name: string;
  tags: string[];
  libraries: string[];
  beside: string[];
  key: string;
}
const { platformWheel, wantedKind } = runtimePart("platformWheel.js") as {
  platformWheel: (platform?: string, arch?: string, glibc?: string, cuda?: boolean) => Wheel;
  wantedKind: (env: NodeJS.ProcessEnv) => string | undefined;
};

describe("runtime/platformWheel", () => {
  it("knows the package for each platform that has one", () => {
    const linux = platformWheel("linux", "x64", "2.36");
    assert.equal(linux.name, "tensorflow-cpu");
    assert.equal(linux.key, "tensorflow-2.21.0-linux-x64");
    assert.deepEqual(linux.beside, []);
    assert.deepEqual(platformWheel("linux", "arm64", "2.36").tags, ["manylinux_2_27_aarch64"]);
    assert.deepEqual(platformWheel("darwin", "arm64", "").tags, ["macosx_12_0_arm64"]);
  });

  it("knows TensorFlow and CUDA for GPUs of NVIDIA, beside that for the processor", () => {
    const cuda = platformWheel("linux", "x64", "2.36", true);
    assert.equal(cuda.name, "tensorflow");
    assert.equal(cuda.key, "tensorflow-2.21.0-cuda-linux-x64");
    // TensorFlow looks in ../nvidia/*/lib, seen from its own folder.
    assert.equal(cuda.libraries[0], "tensorflow/libtensorflow_cc.so.2");
    for (const part of ["cudnn", "cublas", "cuda-runtime", "cusparse", "nvjitlink"])
      assert.ok(
        cuda.beside.some((name) => name.startsWith(`nvidia-${part}-cu12==`)),
        part,
      );
    assert.throws(() => platformWheel("darwin", "arm64", "", true), /Linux on x64 only: .* WebGPU/);
  });

  it("takes what FEWSCOPE_TENSORFLOW says, and no word that it does not know", () => {
    assert.equal(wantedKind({}), undefined);
    assert.equal(wantedKind({ FEWSCOPE_TENSORFLOW: "" }), undefined);
    assert.equal(wantedKind({ FEWSCOPE_TENSORFLOW: "cuda" }), "cuda");
    assert.throws(
      () => wantedKind({ FEWSCOPE_TENSORFLOW: "gpu" }),
      /FEWSCOPE_TENSORFLOW is "gpu": set it to cuda .* to wheel/,
    );
  });

  it("says what to use where there is none", () => {
    assert.throws(() => platformWheel("win32", "x64", ""), /Windows Subsystem for Linux/);
    assert.throws(() => platformWheel("linux", "x64", "2.17"), /glibc 2\.27 .* has 2\.17/);
    assert.throws(() => platformWheel("linux", "x64", ""), /another C library/);
    assert.throws(() => platformWheel("linux", "s390x", "2.36"), /no native TensorFlow .* s390x/);
  });
});
