import * as fs from "node:fs";
import * as path from "node:path";
import { InputError, writeFileAtomically } from "../core";

/** Writes the new files of one run of a command. */
export interface NewFiles {
  /**
   * Writes a file below the output folder, and gives its path. A second one of a name gets a number.
   * @throws InputError if there is one of this name already that this run did not write, with other content
   */
  write(name: string, content: Uint8Array | string): string;
  /** Files written or found with the same content. */
  readonly count: number;
}

/** What must not be written over, and where files go. */
export interface NewFilesOptions {
  readonly folder: string;
  /** Write over files that are there, but never over `inputs`. */
  readonly overwrite: boolean;
  /** What is read by the same command. */
  readonly inputs: readonly string[];
}

/** Never writes over a file unasked: not over what the command reads, nor what was there before, nor what it wrote itself. */
export function newFiles({ folder, overwrite, inputs }: NewFilesOptions): NewFiles {
  const own = new Set<string>();
  const read = new Set(inputs.map(identity));
  let count = 0;
  return {
    get count() {
      return count;
    },
    write: (name, content) => {
      const file = freeName(path.join(folder, name), own);
      if (read.has(identity(file))) throw wouldOverwrite(file, "which its copy would overwrite");
      if (fs.existsSync(file) && !sameContent(file, content)) {
        if (!overwrite) throw wouldOverwrite(file, "which is there already");
        writeFileAtomically(file, content);
      } else if (!fs.existsSync(file)) writeFileAtomically(file, content);
      count++;
      return file;
    },
  };
}

/** Whatever a command writes, it is none of the files that it reads. @throws InputError if it is */
export function checkOutputs(outputs: readonly string[], inputs: readonly string[]): void {
  const read = new Set(inputs.map(identity));
  const found = outputs.find((file) => read.has(identity(file)));
  if (found !== undefined) throw wouldOverwrite(found, "which is read by the same command");
}

/** Large and small letters are one to some file systems. */
const key = (file: string): string => path.resolve(file).normalize("NFC").toLowerCase();

function freeName(wanted: string, own: Set<string>): string {
  const { dir, name, ext } = path.parse(wanted);
  let file = wanted;
  for (let n = 2; own.has(key(file)); n++) file = path.join(dir, `${name} (${n})${ext}`);
  own.add(key(file));
  return file;
}

/** What a file is, whichever of its names it is called by. */
function identity(file: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined || stat.ino === 0 ? path.resolve(file) : `${stat.dev}:${stat.ino}`;
}

function sameContent(file: string, content: Uint8Array | string): boolean {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const stat = fs.statSync(file);
  if (!stat.isFile() || stat.size !== bytes.length) return false;
  return Buffer.compare(fs.readFileSync(file), bytes) === 0;
}

function wouldOverwrite(file: string, why: string): InputError {
  return new InputError({
    got: `"${file}", ${why}`,
    expected: "a name that is free",
    todo: "Give another folder with --out, or --overwrite for files that an earlier run wrote.",
  });
}
