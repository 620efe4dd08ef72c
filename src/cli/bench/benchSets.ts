import * as fs from "node:fs";
import * as path from "node:path";
import { load, open } from "../../catalog";
import { imageSet, subset, type ImageSet, type Progress } from "../../core";
import { drawnDigits } from "./drawnDigits";

/** What the techniques are measured on. */
export const benchSetNames = ["digits", "stm", "cifar"] as const;

/** The name of such a set. */
export type BenchSetName = (typeof benchSetNames)[number];

/** Images of each class to learn from and for the test, in the sets that have more. */
const [trainPerClass, testPerClass] = [100, 40];

/**
 * A small set: digits that are drawn here, simulated scans of Si(001), or a part of CIFAR-10; the last two at half their resolution. Undefined if its
 * images are not there: CIFAR-10 is read from the folder that FEWSCOPE_DATA names.
 */
export async function benchSet(
  name: BenchSetName,
  on: Progress = {},
): Promise<ImageSet | undefined> {
  if (name === "digits") return drawnDigits({ train: trainPerClass, test: testPerClass });
  if (name === "stm") return half(firstOfEach(await load("stm-simulated-small", { on })));
  const zip = path.join(process.env["FEWSCOPE_DATA"] ?? "", "cifar10", "cifar10-jpeg.zip");
  if (!process.env["FEWSCOPE_DATA"] || !fs.existsSync(zip)) return undefined;
  const firstPerClass = { train: trainPerClass, test: testPerClass };
  const images = await open({ zip, firstPerClass, keepsClass: ["mirrorX"] }, on);
  return half({ ...images, name: "CIFAR-10, a part" });
}

/** The first images of each class in each part. */
function firstOfEach(set: ImageSet): ImageSet {
  const left = new Map<string, number>();
  const chosen = [...set.ids.keys()].filter((i) => {
    const part = set.parts?.[i];
    const key = `${part} ${set.labels[i]}`;
    const more = left.get(key) ?? (part === "test" ? testPerClass : 2 * trainPerClass);
    left.set(key, more - 1);
    return more > 0;
  });
  return subset(set, chosen);
}

/** The same images at half their resolution: each pixel is the mean of four. */
function half(set: ImageSet): ImageSet {
  const [height, width, channels] = set.shape;
  const [h, w] = [height >> 1, width >> 1];
  const n = set.ids.length;
  const values = set.pixels.read(Int32Array.from(set.ids.keys()));
  const pixels = new Float32Array(n * h * w * channels);
  for (let at = 0; at < pixels.length; at++) {
    const c = at % channels;
    const x = Math.floor(at / channels) % w;
    const y = Math.floor(at / (channels * w)) % h;
    const image = Math.floor(at / (channels * w * h));
    for (const [dy, dx] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const)
      // prettier-ignore
      pixels[at] += values[((image * height + 2 * y + dy) * width + 2 * x + dx) * channels + c] / 4;
  }
  const scale = set.nmPerPixel === undefined ? {} : { nmPerPixel: 2 * set.nmPerPixel };
  // Where a window lay in its scan is told in other pixels now.
  const { windows, ...rest } = set;
  void windows;
  return imageSet({ ...rest, pixels, shape: [h, w, channels], ...scale });
}
