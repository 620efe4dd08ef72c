/*
 * What a real GPU does, in one table: how far trainings on it are from the processor's, and images a second of SimCLR at each width and batch, beside PyTorch
 * on the same card with views made on it. `npm run bench -- card --help` lists the options.
 *
 * Each size runs in processes of its own, so that one that fails leaves the others standing; what is done is kept in the folder, so that a second run goes on.
 * `--bundle FILE` packs all that this needs into one archive, for a machine that has neither Node nor Dawn nor a network.
 */
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { dawnVersion, InputError, writeFileAtomically } from "../../src/core";
import type { FirstPass, Parity } from "../train/gpuParity";
import { nvidiaDriver, ourFacts } from "./card/ourFacts";
import { findPeers, peersAt } from "./card/peers";
import { commitName, inBundle, toldOr, work } from "./card/programs";
import { cardSizes, sizeWords, type CardSize } from "./card/sizes";
import { cardTable, failures, parityLines, type CardLine, type ParityTold } from "./card/table";
import {
  isWhole,
  keep,
  keyOf,
  readKept,
  viewNames,
  type Told,
  type ToldOfSize,
  type ViewName,
} from "./card/told";
import { chosenByName } from "./chosenByName";

/** What the command line asks for. */
interface Wanted {
  readonly quick: boolean;
  readonly out: string;
  readonly python: string | undefined;
  readonly bundle: string | undefined;
  readonly sizes: readonly CardSize[];
}

function wanted(): Wanted {
  const { quick, only, out, python, bundle } = words();
  if (bundle !== undefined && (quick || only.length > 0 || python !== undefined))
    throw new InputError({
      got: "--bundle with --quick, --only or --python",
      expected: "an archive alone, which takes those words where it is unpacked",
      todo: "Leave one of them out.",
    });
  const file = python?.includes("/") === true ? path.resolve(python) : python;
  return {
    quick,
    out,
    python: file,
    bundle,
    sizes: chosenByName(cardSizes(quick), only, { what: "size" }),
  };
}

/** The words of the command line, as they are typed. */
interface Typed {
  readonly quick: boolean;
  readonly only: string[];
  readonly python?: string | undefined;
  readonly out: string;
  readonly bundle?: string | undefined;
}

/** @throws InputError for a word that is none */
function words(): Typed {
  try {
    return parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] as string[] },
        python: { type: "string" },
        out: { type: "string", default: path.join("runs", "card") },
        bundle: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new InputError(
      {
        got: (error as Error).message.replace(/\.?\s*$/, ""),
        expected: "--quick, --only SIZE, --python FILE, --out FOLDER or --bundle FILE",
        todo: "Change the command.",
      },
      { cause: error },
    );
  }
}

/** A piece of work that is kept unless it failed. */
function piece<T>(
  folder: string,
  name: string,
  key: string,
  make: () => T,
  whole: (told: T) => boolean,
): T {
  const kept = readKept<T>(folder, name, key);
  if (kept !== undefined) return kept;
  console.error(`${new Date().toISOString().slice(11, 19)} ${name}`);
  const told = make();
  if (whole(told)) keep(folder, name, key, told);
  return told;
}

async function main(): Promise<void> {
  const asked = wanted();
  if (asked.bundle !== undefined) return bundle(path.resolve(asked.bundle));
  const { quick, out, sizes } = asked;
  const ours = ourFacts(quick);
  const peers = await findPeers(asked.python, quick);
  const cores = os.cpus();
  const machine = `${cores[0].model.trim()} x ${cores.length}, ${os.platform()} ${os.arch()}`;
  const versions = { node: process.version, dawn: dawnVersion, commit: commitName() };
  const about = { machine, ours, versions };
  const suffix = quick ? "-quick" : "";

  // Of the timed network at its narrowest, with few images, since the processor computes it too.
  const [first] = cardSizes(quick);
  const firstWords = sizeWords({ ...first, batch: quick ? 4 : 16 });
  const parity = piece<ParityTold>(
    out,
    `parity${suffix}`,
    keyOf({ ...about, firstWords }),
    () => ({
      small: toldOr(work<Parity>("parity")),
      first: toldOr(work<FirstPass>("first", ...firstWords)),
    }),
    (told) => !("failure" in told.small) && !("failure" in told.first),
  );
  const { lines: parityText, within } = parityLines(parity);

  const plain = ours.processor !== "tensorflow";
  const notes = [
    ...(quick ? ["--quick: the numbers mean nothing, they show that all runs."] : []),
    `SimCLR of a ResNet-${first.depth} on ${first.size} x ${first.size} x 3; an image is one image with both its views; medians of steps.`,
    `fewscope: fp32 on ${ours.gpu} through WebGPU${nvidiaDriver()}. Machine: ${machine}. Node ${versions.node}, Dawn ${dawnVersion}, commit ${versions.commit}.`,
    plain
      ? "The processor's side, which makes fewscope's views and is what the GPU is compared with, is plain JavaScript: native TensorFlow is not here. It makes views several times faster; fixed views tell of the GPU."
      : "The processor's side, which makes fewscope's views and is what the GPU is compared with, is native TensorFlow.",
    peers.note,
    ...parityText,
  ];
  const lines: CardLine[] = [];
  /** Writes what is there so far, so that a run that is cut off leaves a table too. */
  const write = (): string => {
    const missing = sizes.length - lines.length;
    const table = cardTable(lines, missing === 0 ? notes : [...notes, `Sizes not yet timed: ${missing}.`]); // prettier-ignore
    const json = {
      quick,
      finishedAt: new Date().toISOString(),
      machine,
      gpu: ours.gpu,
      processor: plain ? "plain JavaScript" : "native TensorFlow",
      versions,
      peers: peers.facts === undefined ? null : { ...peers.facts, device: peers.device, tf32: false }, // prettier-ignore
      notes,
      parity: { ...parity, within },
      rows: lines.map(({ size, told }) => ({ ...size, told })),
    };
    writeFileAtomically(path.join(out, "card.json"), `${JSON.stringify(json, undefined, 2)}\n`);
    writeFileAtomically(path.join(out, "table.txt"), `${table}\n`);
    return table;
  };
  for (const size of sizes) {
    const name = `${size.name}${suffix}`;
    const oursAt = (views: ViewName): ToldOfSize => {
      const told = work<Told>("simclr", ...sizeWords(size), "--views", views);
      return { [`${views} fewscope`]: toldOr(told) };
    };
    const mine = viewNames.map(
      (views) =>
      piece(out, `${name}-${views}`, keyOf({ ...about, size, views }), () => oursAt(views), isWhole), // prettier-ignore
    );
    const { facts, device } = peers;
    const theirs =
      facts === undefined
        ? {}
        : piece(out, `${name}-peers`, keyOf({ machine, facts, device, size, commit: versions.commit }), () => peersAt(peers, size), isWhole); // prettier-ignore
    lines.push({ size, told: Object.assign({}, ...mine, theirs) as ToldOfSize });
    write();
  }
  console.log(write());
  process.exitCode = within && failures(lines).length === 0 ? 0 : 1;
}

async function bundle(file: string): Promise<void> {
  if (inBundle)
    throw new InputError({
      got: "--bundle in a bundle",
      expected: "a checkout of the project, of which bundles are made",
      todo: "Leave it out.",
    });
  const { makeBundle } = await import("./card/bundle.js");
  console.log(await makeBundle(file, commitName()));
}

void main().catch((error: unknown) => {
  console.error(error instanceof InputError ? error.message : error);
  process.exit(error instanceof InputError ? 1 : 70);
});
