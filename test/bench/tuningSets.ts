import * as path from "node:path";
import { createRng, imageSet, subset, type ImageSet } from "../../src/core";
import { readNpzImages } from "../../src/formats";
import { drawnLetters } from "./drawnLetters";
import { alphabets, background, folder } from "./omniglotData";

/** Sets that no table of ours is of, for the choice of defaults: letters drawn here, characters of three alphabets and real patches of Si(001). */
export async function tuningSets(only?: readonly string[]): Promise<ImageSet[]> {
  const all = [drawnLetters(), await characters(), patches()];
  return all.filter(({ name }) => only?.includes(name) !== false);
}

/** Three alphabets, a quarter of the drawings for the test. */
async function characters(): Promise<ImageSet> {
  const names = ["Greek", "Korean", "Hebrew"];
  const set = alphabets(await background(), (alphabet) => names.includes(alphabet));
  const parts = set.ids.map((_, i) => (i % 4 === 0 ? "test" : "train"));
  return { ...set, name: "Omniglot", parts };
}

/** Real patches of Si(001), cut to their middle; of each class at most 300. */
function patches(): ImageSet {
  const all = readNpzImages({
    file: path.join(folder, "..", "stm", "patches.npz"),
    images: "patches",
    labels: "labels",
    groups: "group",
    classNames: ["background", "bright", "dark"],
  });
  const left = [300, 300, 300];
  const order = createRng(1).permutation(all.ids.length);
  const set = subset(all, [...order].filter((i) => all.groups[i] === "0" && left[all.labels[i]]-- > 0)); // prettier-ignore
  const [size, edge] = [28, set.shape[1]];
  const from = Math.floor((edge - size) / 2);
  const values = set.pixels.read(Int32Array.from(set.ids.keys()));
  const pixels = Float32Array.from({ length: set.ids.length * size * size }, (_, at) => {
    const [image, y, x] = [Math.floor(at / (size * size)), Math.floor(at / size) % size, at % size];
    return values[(image * edge + y + from) * edge + x + from];
  });
  const { windows, ...rest } = set;
  void windows;
  const parts = set.ids.map((_, i) => (i % 4 === 0 ? "test" : "train"));
  return imageSet({ ...rest, name: "Si(001)", pixels, shape: [size, size, 1], parts });
}
