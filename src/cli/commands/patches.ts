import * as path from "node:path";
import type { Command } from "commander";
import {
  defined,
  checkOneOf,
  InputError,
  writeFileAtomically,
  type ImageSet,
  type Scan,
} from "../../core";
import { scanOffset, writeNpzImages } from "../../formats";
import { detect, patches as cut, type DetectOptions, type PatchesOptions } from "../../scans";
import { examples } from "../examples";
import { addDetectOptions, detectOptions, type DetectWords } from "../detectOptions";
import { forEachScan, narrowed } from "../forEachScan";
import { checkAlike, joinSets } from "../joinSets";
import {
  addPreparingOptions,
  channelHelp,
  heightsFirst,
  leveller,
  positive,
  readingOptions,
  type PreparingOptions,
} from "../scanOptions";

const directions = ["one", "channels", "images"] as const;

/** How the command was called. */
interface PatchesCommandOptions extends PreparingOptions, DetectWords {
  readonly out: string;
  readonly at: string;
  readonly sizeNm: number;
  readonly pixels: number;
  readonly stepNm?: number;
  readonly directions: string;
  readonly channel?: string;
}

/** Adds `patches FILE... --out set.npz`. */
export function patches(program: Command): void {
  const command = program
    .command("patches")
    .description("cut scans into images for a study: around features, or on a grid")
    .addHelpText(
      "after",
      examples(
        "patches scans --out set.npz",
        "patches scans --out set.npz --at grid --size-nm 4 --pixels 64",
      ),
    )
    .argument("<files...>", "files, or folders of files")
    .requiredOption("--out <npz>", "archive of the images; images of one scan are one group")
    .option("--at <where>", "features, grid", "features")
    .option("--size-nm <nm>", "edge of a window", positive, 3)
    .option("--pixels <n>", "edge of an image", positive, 32)
    .option("--step-nm <nm>", "distance of windows on a grid; without, they touch", positive)
    .option("--directions <which>", "trace, or with retrace: one, channels, images", "one")
    .option("--channel <channel>", channelHelp + heightsFirst);
  addPreparingOptions(addDetectOptions(command), { level: "auto", align: "auto" }).action(run);
}

async function run(inputs: string[], options: PatchesCommandOptions): Promise<void> {
  const flatten = leveller(options);
  const settings = {
    at: checkOneOf("at", options.at, ["features", "grid"]),
    directions: checkOneOf("directions", options.directions, directions),
    sizeNm: options.sizeNm,
    pixels: options.pixels,
    ...defined({ stepNm: options.stepNm }),
  } as const;
  const sets: ImageSet[] = [];
  let scans = 0;
  const choice = {
    ...defined({ channel: options.channel }),
    reading: readingOptions(options),
    outputs: [options.out],
  };
  const places = placeNames();
  await forEachScan("patches", inputs, choice, async ({ file, scan: raw, channel, stem }, on) => {
    // The retrace is levelled with the trace where it is wanted.
    const { name } = channel;
    const chosen = narrowed(raw, channel, settings.directions !== "one");
    const scan = { ...flatten(chosen, name), name: stem.replaceAll("\\", "/") };
    await on.pause();
    const set = cutOne(scan, { ...settings, channel: name }, detectOptions(options));
    scans++;
    if (set === undefined) return;
    checkAlike(set, sets[0] ?? set);
    const group = places(file.path, raw, scan.name);
    sets.push({ ...set, groups: set.groups.map(() => group) });
  });
  if (scans === 0) return;
  if (sets.length === 0) throw nothingFound(scans, options);
  const all = joinSets(path.basename(options.out, ".npz"), sets);
  writeFileAtomically(options.out, writeNpzImages(all));
  const [height, width, channels] = all.shape;
  console.log(
    `${all.ids.length} images of ${width} x ${height} x ${channels} from ${scans} ${scans === 1 ? "scan" : "scans"}: ${options.out}`,
  );
}

/**
 * Names the groups: scans of one file that show the same place, as the frame upwards and the frame downwards do, are one, so
 * that no split holds a defect apart from itself.
 */
function placeNames(): (file: string, scan: Scan, stem: string) => string {
  const names = new Map<string, string>();
  return (file, scan, stem) => {
    const offset = scanOffset(scan);
    if (offset === undefined || offset.every((value) => value === 0)) return stem;
    const angle = scan.metadata["fewscope.angle_deg"] as string | undefined;
    const key = JSON.stringify([file, offset, scan.sizeMetres, angle]);
    const name = names.get(key) ?? stem;
    names.set(key, name);
    return name;
  };
}

/** The windows of one scan; undefined where it has none, as a clean one. */
function cutOne(
  scan: Scan,
  options: PatchesOptions & { readonly channel: string },
  finding: DetectOptions,
): ImageSet | undefined {
  const reach = (options.sizeNm ?? 3) / 2;
  const [across, along] = scan.sizeMetres.map((metres) => metres * 1e9);
  if (options.at === "grid") {
    return Math.min(across, along) < 2 * reach ? undefined : cut(scan, options);
  }
  const { features } = detect(scan, { ...finding, channel: options.channel });
  const inside = features.filter(
    ({ xNm, yNm }) => xNm >= reach && yNm >= reach && xNm <= across - reach && yNm <= along - reach,
  );
  return inside.length === 0 ? undefined : cut(scan, { ...options, at: [inside] });
}

function nothingFound(scans: number, { sizeNm, at }: PatchesCommandOptions): InputError {
  return new InputError({
    got: `no window of ${sizeNm} nm in ${scans} ${scans === 1 ? "scan" : "scans"}`,
    expected: at === "grid" ? "scans larger than a window" : "features away from the border",
    todo: `Lower --size-nm${at === "grid" ? "" : ", raise --sensitivity, or cut on a grid with --at grid"}.`,
  });
}
