import type * as typescript from "typescript";
import { stateOf } from "./typeSources";
import type { TypeScript } from "./typescript";

/** A text as the compiler gets it. */
export interface FileText {
  readonly snapshot: typescript.IScriptSnapshot;
  readonly version: string;
}

/** Number of the cell that is being written; others do not see its names. */
export const draft = 0;

/** Texts of cells and of local files, which change while the kernel lives. */
export interface LanguageFiles {
  /** The file that stands for a cell. */
  readonly cellFile: (number: number) => string;
  readonly isCell: (file: string) => boolean;
  readonly numberOf: (file: string) => number;
  /** Cells that have a text. */
  readonly cells: () => readonly string[];
  /** Sets the text of a cell, or of a file that is not on the disk; an empty one takes it away. */
  readonly set: (file: string, text: string) => void;
  readonly text: (file: string) => string;
  readonly find: (file: string) => FileText | undefined;
  /** Whether a local file has changed since it was found. */
  readonly isOld: () => boolean;
  /** The disk, with what is not on it. */
  readonly host: typescript.ModuleResolutionHost & {
    readonly readFile: (file: string) => string | undefined;
    readonly fileExists: (file: string) => boolean;
    readonly useCaseSensitiveFileNames: () => boolean;
  };
}

/** @param folder the notebook's folder */
export function createLanguageFiles(ts: TypeScript, folder: string): LanguageFiles {
  const place = folder.replaceAll("\\", "/");
  const nothing: FileText = { snapshot: ts.ScriptSnapshot.fromString(""), version: "0" };
  const texts = new Map<string, FileText>();
  const local = new Map<string, { state: string; text: FileText | undefined }>();
  let versions = 0;

  const isCell = (file: string): boolean => /\/\[cell \d+\]\.ts$/.test(file);
  const textOf = (text: string): FileText => {
    versions += 1;
    return { snapshot: ts.ScriptSnapshot.fromString(text), version: String(versions) };
  };
  const readLocal = (file: string): FileText | undefined => {
    const state = stateOf(file);
    const known = local.get(file);
    if (known?.state === state) return known.text;
    const read = state === "" ? undefined : ts.sys.readFile(file);
    const text = read === undefined ? undefined : textOf(read);
    local.set(file, { state, text });
    return text;
  };
  const plain = ({ snapshot }: FileText): string => snapshot.getText(0, snapshot.getLength());

  return {
    cellFile: (number) => `${place}/[cell ${number}].ts`,
    isCell,
    numberOf: (file) => Number(/\[cell (\d+)\]\.ts$/.exec(file)?.[1] ?? draft),
    cells: () => [...texts.keys()].filter(isCell),
    set: (file, text) => {
      const name = file.replaceAll("\\", "/");
      if (text === "") texts.delete(name);
      else texts.set(name, textOf(text));
    },
    text: (file) => plain(texts.get(file) ?? nothing),
    find: (file) => texts.get(file) ?? (isCell(file) ? nothing : readLocal(file)),
    isOld: () => [...local].some(([file, { state }]) => stateOf(file) !== state),
    host: {
      fileExists: (file) => texts.has(file) || ts.sys.fileExists(file),
      readFile: (file) => {
        const text = texts.get(file);
        return text === undefined ? ts.sys.readFile(file) : plain(text);
      },
      directoryExists: (name) => ts.sys.directoryExists(name),
      getDirectories: (name) => ts.sys.getDirectories(name),
      ...(ts.sys.realpath === undefined
        ? {}
        : { realpath: (file) => ts.sys.realpath?.(file) ?? file }),
      getCurrentDirectory: () => place,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    },
  };
}
