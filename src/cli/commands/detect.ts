import * as path from "node:path";
import type { Command } from "commander";
import { defined, InputError, writeFileAtomically, type Scan } from "../../core";
import { exportFigure, scan as scanFigure } from "../../figures";
import { writeNpy } from "../../formats";
import { detect as find, standingStill, type Detection, type Feature } from "../../scans";
import { examples } from "../examples";
import { addDetectOptions, detectOptions, type DetectWords } from "../detectOptions";
import { forEachScan, narrowed } from "../forEachScan";
import {
  addPreparingOptions,
  channelHelp,
  heightsFirst,
  leveller,
  readingOptions,
  type PreparingOptions,
} from "../scanOptions";

/** How the command was called. */
interface DetectCommandOptions extends PreparingOptions, DetectWords {
  readonly out: string;
  readonly mask?: string;
  readonly picture?: string;
  readonly channel?: string;
}

/** Adds `detect FILE... --out features.csv`. */
export function detect(program: Command): void {
  const command = program
    .command("detect")
    .description("find what stands out of the surface, in nanometres from the top left corner")
    .addHelpText("after", examples("detect scan.sxm --out features.csv --picture features.png"))
    .argument("<files...>", "files, or folders of files")
    .requiredOption("--out <csv>", "table of the features")
    .option("--mask <npy>", "number of its feature for each pixel; of several scans one file each")
    .option("--picture <png>", "scan with the features boxed; of several scans one file each")
    .option("--channel <channel>", channelHelp + heightsFirst);
  addPreparingOptions(addDetectOptions(command), { level: "auto", align: "auto" }).action(run);
}

async function run(inputs: string[], options: DetectCommandOptions): Promise<void> {
  const flatten = leveller(options);
  const settings = detectOptions(options);
  const choice = {
    ...defined({ channel: options.channel }),
    reading: readingOptions(options),
    outputs: [options.out, options.mask, options.picture].filter((file) => file !== undefined),
  };
  const ownSuffix = suffixes();
  const table: string[] = [];
  let [scans, features, unit] = [0, 0, undefined as string | undefined];
  await forEachScan("detect", inputs, choice, async (task, on) => {
    const { file, scan: raw, channel: chosen, stem, several } = task;
    unit = sameUnit(raw, chosen.unit, unit);
    const channel = `${chosen.name} ${chosen.direction}`;
    // The retrace is levelled with the trace where it is searched too.
    const both = settings.traces === "both";
    const scan = flatten(narrowed(raw, chosen, both), both ? chosen.name : channel);
    await on.pause();
    const found = find(scan, { ...settings, channel });
    // Levelling leaves rounding of what stood still, and only the chosen channel.
    const still = standingStill(raw, chosen.data);
    for (const note of still.length > 0 ? still : found.notes)
      console.error(`${raw.name}: ${note}`);
    table.push(
      ...found.features.map((feature, k) => row(file.path, raw.name, k + 1, feature, chosen.unit)),
    );
    const suffix = several ? ownSuffix(stem) : "";
    if (options.mask !== undefined) writeMask(suffixed(options.mask, suffix, ".npy"), found);
    if (options.picture !== undefined)
      await draw(scan, channel, found, suffixed(options.picture, suffix, ""));
    scans++;
    features += found.features.length;
  });
  if (scans === 0) return;
  writeFileAtomically(options.out, [header(unit ?? "m"), ...table, ""].join("\n"));
  console.log(
    `${features} ${features === 1 ? "feature" : "features"} on ${scans} ${scans === 1 ? "scan" : "scans"}: ${options.out}`,
  );
}

/** Ends of the names of pictures and masks, made of stems; no two are alike. */
function suffixes(): (stem: string) => string {
  const used = new Set<string>();
  return (stem) => {
    const plain = `-${stem.replace(/[/\\]/g, "-")}`;
    let suffix = plain;
    for (let n = 2; used.has(suffix.toLowerCase()); n++) suffix = `${plain} (${n})`;
    used.add(suffix.toLowerCase());
    return suffix;
  };
}

/** One table has one unit. */
function sameUnit({ name }: Scan, unit: string, before: string | undefined): string {
  if (before === undefined || before === unit) return unit;
  throw new InputError({
    got: `"${name}", whose channel is in ${unit === "" ? "no unit" : unit}`,
    expected: `${before === "" ? "no unit" : before}, as the scans before`,
    todo: "Choose a channel that all scans have with --channel.",
  });
}

/** Heights come in pm; other quantities in their SI unit. */
function header(unit: string): string {
  const value = unit === "m" ? "height_pm" : `value_${unit === "" ? "1" : unit}`;
  return `file,scan,feature,x_nm,y_nm,box_width_nm,box_height_nm,${value},area_nm2,polarity,score`;
}

function row(file: string, scan: string, number: number, feature: Feature, unit: string): string {
  const { xNm, yNm, widthNm, heightNm, height, areaNm2, polarity, score } = feature;
  const numbers = [xNm, yNm, widthNm, heightNm, height * (unit === "m" ? 1e12 : 1), areaNm2];
  return [quoted(file), quoted(scan), number, ...numbers.map(short), polarity, short(score)].join(
    ",",
  );
}

const short = (value: number): string => String(Number(value.toPrecision(6)));

const quoted = (text: string): string =>
  /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

function suffixed(file: string, suffix: string, ending: string): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}${suffix}${ending === "" ? "" : ext === "" ? ending : ext}`);
}

function writeMask(file: string, { mask, width, height }: Detection): void {
  writeFileAtomically(file, writeNpy({ shape: [height, width], data: mask }));
}

async function draw(
  scan: Scan,
  channel: string,
  { features }: Detection,
  base: string,
): Promise<void> {
  const count = `${features.length} ${features.length === 1 ? "feature" : "features"}`;
  const drawn = scanFigure(scan, { channel, features, title: scan.name, notes: [count] });
  await exportFigure(drawn, base, ["png"]);
}
