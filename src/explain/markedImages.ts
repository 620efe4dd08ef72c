import { checkInteger, createRng, imageSet, InputError, type ImageSet } from "../core";
import { alignRows, level } from "../scans";
import { scan, type SimulatedScan } from "../simulate";

/** Images with the pixels of their feature. */
export interface MarkedImages {
  readonly images: ImageSet;
  /** One for each image, row-major, 1 on the feature. Empty for the clean surface. */
  readonly masks: readonly Uint8Array[];
}

/** Which scans are simulated and how they are cut. */
export interface MarkedOptions {
  /** What `simulate.scan` takes, without a seed. */
  readonly scan?: Omit<NonNullable<Parameters<typeof scan>[0]>, "seed">;
  /** How many scans. @default 8 */
  readonly scans?: number;
  /** @default 1 */
  readonly seed?: number;
  /** Edge in pixels. @default 32 */
  readonly patch?: number;
  /** How far the feature lies from the middle at most, along each axis, in pixels: without it a map of the middle would be always right. @default a fifth of the patch */
  readonly offset?: number;
  /** Classes in the order of their labels. @default those that occur, by name */
  readonly classes?: readonly string[];
  /** Whether line offsets are taken off. @default false */
  readonly align?: boolean;
}

/**
 * Cuts images of defects out of simulated scans, away from the middle, with the true pixels of each defect: what explanations are tested against. Scans are the groups.
 * @throws InputError if no defect lies far enough from the border
 */
export function markedImages(options: MarkedOptions = {}): MarkedImages {
  const { scans = 8, seed = 1, patch = 32, align = false } = options;
  checkInteger("scans", scans, { min: 1, max: 10000 });
  checkInteger("patch", patch, { min: 12, max: 256 });
  const offset = checkInteger("offset", options.offset ?? Math.floor(patch / 5), { min: 0, max: patch / 3 }); // prettier-ignore
  const rng = createRng(seed).fork("marked");
  const cut: { name: string; group: string; id: string; values: Float32Array; mask: Uint8Array }[] = []; // prettier-ignore
  let nmPerPixel = 0.12;
  for (let s = 0; s < scans; s++) {
    const made = scan({ ...options.scan, retrace: false, seed: rng.fork(`scan ${s}`).tfSeed() });
    nmPerPixel = made.parameters.nmPerPixel;
    const heights = levelled(made, align);
    const { width } = made.observed;
    const draw = rng.fork(`offsets ${s}`);
    made.defects.forEach(({ className, x, y, overlaps, pickedUp }, k) => {
      const shift = (): number => draw.integer(2 * offset + 1) - offset;
      const [left, top] = [x, y].map((at) => Math.round(at) + shift() - patch / 2);
      const free = width - patch;
      if (overlaps || pickedUp || Math.min(left, top) < 0 || Math.max(left, top) > free) return;
      const values = new Float32Array(patch * patch);
      const mask = new Uint8Array(patch * patch);
      for (let i = 0; i < values.length; i++) {
        const at = (top + Math.floor(i / patch)) * width + left + (i % patch);
        values[i] = 1e12 * heights[at];
        const [dx, dy] = [(at % width) - x, Math.floor(at / width) - y];
        // Others in the window are not what is asked for.
        mask[i] = made.mask[at] !== 0 && Math.hypot(dx, dy) * nmPerPixel < 1.3 ? 1 : 0;
      }
      if (!mask.includes(1)) return;
      const median = values.slice().sort()[values.length >> 1];
      cut.push({ name: className, group: `scan ${s}`, id: `${s}/${k}`, values: values.map((v) => v - median), mask }); // prettier-ignore
    });
  }
  if (cut.length === 0) {
    throw new InputError({
      got: "no defect that lies within the scans",
      expected: "scans with defects",
      todo: "Lower patch, or simulate larger scans.",
    });
  }
  const classNames = options.classes ?? [...new Set(cut.map(({ name }) => name))].sort();
  const kept = cut.filter(({ name }) => classNames.includes(name));
  const pixels = new Float32Array(kept.length * patch * patch);
  kept.forEach(({ values }, i) => pixels.set(values, i * patch * patch));
  const images = imageSet({
    name: "simulated with masks",
    pixels,
    shape: [patch, patch, 1],
    labels: kept.map(({ name }) => classNames.indexOf(name)),
    classNames,
    ids: kept.map(({ id }) => id),
    groups: kept.map(({ group }) => group),
    unit: "pm",
    nmPerPixel,
  });
  return { images, masks: kept.map(({ mask }) => mask) };
}

function levelled({ observed }: SimulatedScan, align: boolean): Float64Array {
  const flat = level(observed);
  return (align ? alignRows(flat, { method: "median" }) : flat).channels[0].data;
}
