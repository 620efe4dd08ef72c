import type { ImageSet } from "../core";
import { cellsToPixels, type CellMap } from "./cells";
import { evidence } from "./evidence";
import { gradients, integratedGradients, layerMap } from "./gradients";
import type { Target } from "./head";
import { scoreImages, type Explained } from "./model";
import { latticeFills, occlusion, type Fill } from "./occlusion";

/** Ways of explaining that can be audited. */
export type AuditedWay = "exact evidence" | "gradient" | "integrated gradients" | "LayerCAM" | "occlusion"; // prettier-ignore

/** The stage whose map LayerCAM takes: the last but one, finer than that of exact evidence. */
const layerStage = ({ maps }: Explained): number => Math.max(0, maps.stages.length - 2);

/** A window of occlusion in pixels, about one cell, moved by half of it. */
const windowOf = ([height, width]: ImageSet["shape"]): number =>
  Math.max(2, Math.round(Math.min(height, width) / 4));

/** The maps of a way, pixel by pixel, each for its image's own class. Occlusion needs the rows of a crystal to fill with. n images -> n times [h*w] */
export function mapsOf(way: AuditedWay, model: Explained, images: ImageSet): Float64Array[] {
  const targets = Array.from(images.labels, (label): Target => ({ for: Math.max(0, label) }));
  const { shape } = images;
  switch (way) {
    case "exact evidence":
      return evidence(model, images, targets).map(({ map }) => overGround(map, shape));
    case "LayerCAM":
      return layerMap(model, images, targets, { stage: layerStage(model) }).map((map) => overGround(map, shape)); // prettier-ignore
    case "occlusion":
      return occluded(model, images, targets);
    case "gradient":
      return perPixel(gradients(model, images, targets).map(Math.abs), shape);
    case "integrated gradients":
      return perPixel(integratedGradients(model, images, targets, { points: 16, most: 16 }).values, shape); // prettier-ignore
  }
}

/** How far from a feature the largest value of a map may lie and still point at it, in pixels: one cell. */
export function toleranceOf(way: AuditedWay, model: Explained, shape: ImageSet["shape"]): number {
  const { stages } = model.maps;
  if (way === "exact evidence") return stages[stages.length - 1].stride;
  if (way === "LayerCAM") return stages[layerStage(model)].stride;
  return way === "occlusion" ? Math.floor(windowOf(shape) / 2) : 1;
}

/** Evidence on top of what every cell has, such as the clean crystal's. */
function overGround(map: CellMap, shape: ImageSet["shape"]): Float64Array {
  const order = map.values.slice().sort();
  const ground = order[order.length >> 1];
  return cellsToPixels({ ...map, values: map.values.map((v) => v - ground) }, shape);
}

function perPixel(
  flat: ArrayLike<number>,
  [height, width, channels]: ImageSet["shape"],
): Float64Array[] {
  const size = height * width * channels;
  return Array.from({ length: flat.length / size }, (_, i) => {
    const out = new Float64Array(height * width);
    for (let p = 0; p < size; p++) out[Math.floor(p / channels)] += flat[i * size + p];
    return out;
  });
}

/** Fills of a set, image by image: every network of an audit asks for the same. */
const lastFills = new WeakMap<ImageSet, Map<number, Fill>>();

function occluded(model: Explained, images: ImageSet, targets: readonly Target[]): Float64Array[] {
  const score = scoreImages(model, images.shape);
  const known = lastFills.get(images) ?? new Map<number, Fill>();
  lastFills.set(images, known);
  const fills = latticeFills(images);
  return targets.map((target, i) => {
    const fill = known.get(i) ?? remembered(fills(i));
    known.set(i, fill);
    const image = images.pixels.read([i]);
    return occlusion(score, image, images.shape, target, { fill, window: windowOf(images.shape) })
      .values;
  });
}

/** A fill that answers the same hole of its one image from memory. */
function remembered(fill: Fill): Fill {
  const known = new Map<string, Float32Array>();
  return (image, hole) => {
    const key = Buffer.from(hole).toString("latin1");
    const found = known.get(key) ?? fill(image, hole);
    known.set(key, found);
    return found;
  };
}
