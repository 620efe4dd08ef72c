import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { defined, writeFileAtomically, type Scan } from "../../core";
import { readImageSetNpz } from "../../formats";
import { serve, type LabelServer } from "../../label";
import { from } from "../../pretrain";
import {
  collect,
  collectImages,
  importLabels,
  openSession,
  type Collection,
  type PreparedScan,
  type Session,
} from "../../session";
import { addDetectOptions, detectOptions, type DetectWords } from "../detectOptions";
import { examples } from "../examples";
import { forEachScan, narrowed } from "../forEachScan";
import { interruptible } from "../interrupt";
import {
  addPreparingOptions,
  channelHelp,
  heightsFirst,
  leveller,
  positive,
  readingOptions,
  type PreparingOptions,
} from "../scanOptions";

/** How the command was called. */
interface LabelCommandOptions extends PreparingOptions, DetectWords {
  readonly out: string;
  readonly sizeNm: number;
  readonly pixels: number;
  readonly channel?: string;
  readonly port?: number;
  readonly seed: number;
  readonly encoder?: string;
  readonly labels?: string;
}

/** Adds `label PATH...`. */
export function label(program: Command): void {
  const command = program
    .command("label")
    .description(
      "a page on this machine to label the features of scans, and to have the rest classified",
    )
    .addHelpText(
      "after",
      examples(
        "label scans --out labels",
        "label scans --out labels --labels labels/export/coco.json",
        "label set.npz --out labels --encoder encoder.safetensors",
      ),
    )
    .argument("<files...>", "scans, or folders of them; or one archive that `patches` wrote")
    .option("--out <folder>", "where labels are kept; a session that is there goes on", "labels")
    .option("--size-nm <nm>", "edge of the window around a feature", positive, 3)
    .option("--pixels <n>", "edge of its image", positive, 32)
    .option("--channel <channel>", channelHelp + heightsFirst)
    .option("--encoder <file>", "an encoder that a study trained, instead of what physics measures")
    .option(
      "--labels <file>",
      "labels to begin with: CSV, COCO or Label Studio of an earlier export",
    )
    .option("--port <n>", "port of the page; without it the one of last time, else any", Number)
    .option("--seed <n>", "what is drawn at random", Number, 1);
  addPreparingOptions(addDetectOptions(command), { level: "plane", align: "median" }).action(run);
}

async function run(inputs: string[], options: LabelCommandOptions): Promise<void> {
  const collection = await collectionOf(inputs, options);
  const pretrain =
    options.encoder === undefined ? {} : { pretrain: from({ file: options.encoder }) };
  const session = await openSession(collection, {
    folder: options.out,
    seed: options.seed,
    ...pretrain,
  });
  try {
    if (options.labels !== undefined) {
      const count = await importLabels(session, options.labels, "import");
      console.log(`${count} labels taken from ${options.labels}`);
    }
    const server = await serveAsBefore(session, options);
    const { items, scans } = session;
    const of =
      scans.length === 0 ? "" : ` of ${scans.length} ${scans.length === 1 ? "scan" : "scans"}`;
    console.log(`${items.length} features${of}; labels are kept in ${path.resolve(options.out)}`);
    console.log(`Open ${server.url}`);
    console.log("Ctrl-C ends it; the same command goes on.");
    await interruptible(
      (signal) =>
        new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => resolve(), { once: true });
        }),
    );
    await server.close();
  } finally {
    session.close();
  }
}

/** Serves on the port of last time where it is free: a page that was open then finds what it could not send. */
async function serveAsBefore(
  session: Session,
  { port, out }: LabelCommandOptions,
): Promise<LabelServer> {
  const onFault = (fault: unknown): void => console.error(fault);
  const file = path.join(out, "port");
  const before = fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : 0;
  const wanted = port ?? (Number.isInteger(before) && before > 0 && before < 65536 ? before : 0);
  const server = await serve(session, { port: wanted, onFault }).catch((error: unknown) => {
    if (port !== undefined || wanted === 0) throw error;
    return serve(session, { onFault });
  });
  writeFileAtomically(file, `${server.port}\n`);
  return server;
}

async function collectionOf(
  inputs: readonly string[],
  options: LabelCommandOptions,
): Promise<Collection> {
  const [only] = inputs;
  if (inputs.length === 1 && /\.npz$/i.test(only)) return collectImages(readImageSetNpz(only));
  const flatten = leveller(options);
  const prepared: PreparedScan[] = [];
  const choice = {
    ...defined({ channel: options.channel }),
    reading: readingOptions(options),
  };
  await forEachScan("label", inputs, choice, ({ file, scan: raw, channel, stem }) => {
    const name = stem.replaceAll("\\", "/");
    // Trace and retrace are levelled alike; other channels are looked at as they are.
    const both = flatten(narrowed(raw, channel, true), channel.name);
    prepared.push({ name, file: file.path, scan: { ...withOthers(both, raw), name } });
  });
  const { sizeNm, pixels } = options;
  return collect(prepared, { sizeNm, pixels, detect: detectOptions(options) });
}

/** The levelled channels first, then the others of the frame as they were measured. */
function withOthers(flat: Scan, raw: Scan): Scan {
  const isThere = (other: Scan["channels"][number]): boolean =>
    flat.channels.some(
      ({ name, direction }) => name === other.name && direction === other.direction,
    );
  return { ...flat, channels: [...flat.channels, ...raw.channels.filter((one) => !isThere(one))] };
}
