import * as fs from "node:fs";
import * as path from "node:path";
import {
  defined,
  explainFileError,
  InputError,
  subset,
  withSymmetries,
  type ImageSet,
  type Progress,
  type SetPart,
} from "../core";
import {
  joinParts,
  readCifar10,
  readIdxImages,
  readImageZip,
  readStl10,
  readTar,
  stl10Files,
  type TarSink,
} from "../formats";
import { setFolder } from "./cache";
import { card, type CatalogCard, type CatalogFile } from "./card";
import { download } from "./download";
import { loadSimulated } from "./simulated";

/** How to load a named set. */
export interface LoadOptions {
  /** Hears of the transfer, and can stop it; what came is kept. */
  readonly on?: Progress;
  /** Only this part; only its files are fetched, where parts have their own. @default all */
  readonly part?: SetPart;
}

/**
 * Loads a data set by name: from the cache, or fetched (or simulated) and kept there. Its images carry the published
 * parts.
 * @throws InputError if there is no such set or part, or it cannot be had
 */
export async function load(name: string, { on = {}, part }: LoadOptions = {}): Promise<ImageSet> {
  return loadCard(card(name), { on, ...defined({ part }) });
}

/** As `load`, for a card that need not lie in the folder of cards. */
export async function loadCard(
  its: CatalogCard,
  { on = {}, part }: LoadOptions,
): Promise<ImageSet> {
  const set = withSymmetries(await readSet(its, on, part), its.keepsClass ?? []);
  return part === undefined ? set : onlyPart(set, part);
}

async function readSet(its: CatalogCard, on: Progress, part?: SetPart): Promise<ImageSet> {
  const { name, format } = its;
  if (format === "simulated") return loadSimulated(its, on);
  const folder = setFolder(name);
  if (format === "stl10") return readStl10(await unpackStl10(its, folder, on), { name });
  const wanted = its.files.filter((file) => part === undefined || (file.part ?? part) === part);
  const files = new Map<CatalogFile, string>();
  for (const file of wanted) files.set(file, await download(name, file, folder, on));
  const [first] = files.values();
  if (first === undefined) throw noPart(name, part);
  if (format === "cifar10") return readCifar10(first, { name });
  return joinParts(name, await readParts(its, files, on));
}

/** The parts of a set whose parts are files of their own. */
async function readParts(
  { name, format, classNames }: CatalogCard,
  files: ReadonlyMap<CatalogFile, string>,
  on: Progress,
): Promise<{ part: SetPart; set: ImageSet }[]> {
  const parts: { part: SetPart; set: ImageSet }[] = [];
  for (const [{ part = "train", holds }, where] of files) {
    if (format === "imageZip") {
      parts.push({ part, set: await readImageZip(where, { name }, on) });
    } else if (holds === "images") {
      const labels = [...files].find(([its]) => its.part === part && its.holds === "labels")?.[1];
      const set = readIdxImages({
        images: where,
        name,
        ...defined({ labels, classNames }),
      });
      parts.push({ part, set });
    }
  }
  return parts;
}

/** Unpacks the archive once; its files take the archive's place in the cache. */
async function unpackStl10(its: CatalogCard, folder: string, on: Progress): Promise<string> {
  const names = stl10Files.flatMap(({ images, labels = images }) => [images, labels]);
  const wanted = new Set(names.filter((name) => !fs.existsSync(path.join(folder, name))));
  if (wanted.size === 0) return folder;
  const [file] = its.files;
  const archive = await download(its.name, file, folder, on);
  const handles = new Set<number>();
  try {
    await readTar(
      archive,
      (where) => {
        const name = path.posix.basename(where);
        return wanted.has(name) ? fileSink(path.join(folder, name), handles) : undefined;
      },
      {
        ...defined({ signal: on.signal }),
        report: (done) =>
          on.report?.({ task: `Unpacking ${file.name}`, done, total: file.bytes, unit: "byte" }),
      },
    );
  } finally {
    handles.forEach((handle) => fs.closeSync(handle));
  }
  fs.rmSync(archive);
  return folder;
}

/** Writes one file, which gets its name when it is whole; `open` holds its handle until then. */
function fileSink(file: string, open: Set<number>): TarSink {
  const partial = `${file}.part`;
  const attempt = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw explainFileError(error, file, "write");
    }
  };
  const handle = attempt(() => fs.openSync(partial, "w"));
  open.add(handle);
  return {
    write: (piece) =>
      attempt(() => {
        for (let at = 0; at < piece.length;) at += fs.writeSync(handle, piece, at);
      }),
    end: () =>
      attempt(() => {
        open.delete(handle);
        fs.closeSync(handle);
        fs.renameSync(partial, file);
      }),
  };
}

function onlyPart(set: ImageSet, part: SetPart): ImageSet {
  const { parts = [] } = set;
  const chosen = parts.flatMap((its, i) => (its === part ? [i] : []));
  if (chosen.length === 0) throw noPart(set.name, part);
  return subset(set, chosen);
}

function noPart(name: string, part: SetPart | undefined): InputError {
  return new InputError({
    got: `the part ${part} of ${name}, which has none such`,
    expected: "a part that the set has: train, test or unlabelled",
    todo: "Leave the part out to get them all.",
  });
}
