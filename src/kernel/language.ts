import type * as typescript from "typescript";
import { compilerOptions } from "./compilerOptions";
import { documentRegistry, type Parse } from "./documentRegistry";
import { createLanguageFiles, draft, type LanguageFiles } from "./languageFiles";
import { pinTypes } from "./pinTypes";
import { SharedNames } from "./sharedNames";
import { createTypeSources, type TypeSources } from "./typeSources";
import type { Names, Scoped, TypeScript } from "./typescript";

/** The language service over the cells of a notebook. */
export interface Language extends Pick<LanguageFiles, "cellFile" | "set" | "text" | "isOld"> {
  readonly service: typescript.LanguageService;
  readonly options: typescript.CompilerOptions;
  /** The program of all cells that are set, each of which sees the names of all. */
  program(): typescript.Program;
  /** Lets a cell be checked with the program that is there, though that does not know it; it must import nothing. */
  attach(file: string): typescript.SourceFile | undefined;
  /** A cell with its tables of names. */
  readonly bound: (file: string) => typescript.SourceFile;
  /** Names that a cell declares at its top, of values and of types. */
  names(file: string): readonly string[];
  /** A cell's text with the types of its variables written down, as they are now. */
  pinned(file: string): string;
  readonly isFixed: (file: string) => boolean;
  /** Local files that a file imports. */
  localImports(file: typescript.SourceFile): readonly typescript.SourceFile[];
  /** Parses one more file that `fewscope` will need; false when there is none left. */
  readonly warmUp: () => boolean;
}

/**
 * One program of TypeScript for all cells. Each cell is a file of it, and finds the names of the others in its own table of
 * names, where the compiler looks first; so a name is one variable with one type, which every cell may assign to, and hides
 * what is global. The tables are the compiler's own, which it tells nobody of: its version is pinned.
 * @param folder the notebook's folder
 */
export function createLanguage(ts: TypeScript, folder: string, packageRoot: string): Language {
  const options = compilerOptions(ts);
  const files = createLanguageFiles(ts, folder);
  const sources = createTypeSources(ts, folder, packageRoot, options, files.host);
  const parse = createParse(ts, files, sources);
  const registry = documentRegistry(parse, ts.ScriptTarget.ES2024);
  const service = ts.createLanguageService(createHost(ts, files, sources, options), registry);
  let current: typescript.Program | undefined;

  /** Names that each cell declares itself. */
  const own = new WeakMap<typescript.SourceFile, SharedNames>();
  const ownNames = (file: typescript.SourceFile): SharedNames => {
    const known = own.get(file);
    if (known !== undefined) return known;
    ts.bindSourceFile(file, options);
    const names = new SharedNames((file as Scoped).locals);
    (file as Scoped).locals = names;
    own.set(file, names);
    return names;
  };
  /** Parses a cell as the program will, and binds it. */
  const bound = (name: string): typescript.SourceFile => {
    const text = files.find(name);
    if (text === undefined) throw new Error("There is no such cell.");
    const file = parse(name, text.snapshot, text.version, {
      languageVersion: ts.ScriptTarget.ES2024,
      setExternalModuleIndicator: (made) =>
        void Object.assign(made, { externalModuleIndicator: true }),
    });
    Object.assign(file, { path: name, resolvedPath: name, originalFileName: name });
    ownNames(file);
    return file;
  };

  /** Cells that the program does not know yet. */
  const attached = new Map<string, typescript.SourceFile>();
  const inProgram = (name: string): typescript.SourceFile | undefined =>
    attached.get(name) ?? current?.getSourceFile(name);
  /** Lets cells see the names of all others. */
  const link = (): void => {
    const all = files.cells().flatMap((name) => inProgram(name) ?? []);
    const sharing = all.filter(({ fileName }) => files.numberOf(fileName) !== draft);
    const shared: Names = new Map(sharing.flatMap((file) => [...ownNames(file).own()]));
    for (const file of all) ownNames(file).shared = shared;
  };

  return {
    service,
    options,
    cellFile: files.cellFile,
    set: files.set,
    text: files.text,
    isOld: files.isOld,
    program: () => {
      const made = service.getProgram();
      if (made === undefined) throw new Error("The compiler has no program.");
      if (made !== current) {
        current = made;
        attached.clear();
        link();
      }
      return made;
    },
    attach: (name) => {
      if (current === undefined) return undefined;
      const file = bound(name);
      attached.set(name, file);
      link();
      return file;
    },
    bound,
    names: (name) => [...ownNames(bound(name)).own().keys()],
    pinned: (name) => {
      const file = inProgram(name);
      const text = files.text(name);
      // What was changed since the program was made has its types written down, or none to write.
      if (current === undefined || file?.text !== text) return text;
      return pinTypes(ts, current.getTypeChecker(), file);
    },
    isFixed: sources.isFixed,
    localImports: (file) =>
      importsOf(ts, file).flatMap((literal) => {
        const mode = ts.getModeForUsageLocation(file, literal, options);
        const found = sources.resolve(literal.text, file.fileName, mode).resolvedModule;
        if (found === undefined || sources.isFixed(found.resolvedFileName)) return [];
        return current?.getSourceFile(found.resolvedFileName) ?? [];
      }),
    warmUp: sources.warmUp,
  };
}

/** Cells for which the program has room; more room means a new program. */
const room = 40;

function createHost(
  ts: TypeScript,
  files: LanguageFiles,
  sources: TypeSources,
  options: typescript.CompilerOptions,
): typescript.LanguageServiceHost {
  const isFixed = (file: string): boolean => sources.isFixed(file) && !files.isCell(file);
  /** Local files whose imports were not all found; they may be by now. */
  const lacking = new Set<string>();
  let capacity = room;
  const host: typescript.LanguageServiceHost = {
    ...files.host,
    getCompilationSettings: () => options,
    getScriptFileNames: () => {
      const highest = Math.max(draft, ...files.cells().map(files.numberOf));
      while (highest >= capacity) capacity += room;
      return Array.from({ length: capacity }, (_, number) => files.cellFile(number));
    },
    getScriptVersion: (file) => (isFixed(file) ? "1" : (files.find(file)?.version ?? "gone")),
    getScriptSnapshot: (file) =>
      isFixed(file) ? sources.readFixed(file) : files.find(file)?.snapshot,
    getCurrentDirectory: () => files.host.getCurrentDirectory?.() ?? "",
    getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
    readDirectory: (...search) => ts.sys.readDirectory(...search),
    resolveModuleNameLiterals: (literals, from, _redirected, settings, source) =>
      literals.map((literal) => {
        const mode = ts.getModeForUsageLocation(source, literal, settings);
        const found = sources.resolve(literal.text, from, mode);
        if (found.resolvedModule === undefined) lacking.add(from);
        return found;
      }),
    resolveTypeReferenceDirectiveReferences: (names, from) =>
      names.map((name) =>
        sources.resolveTypes(typeof name === "string" ? name : name.fileName, from),
      ),
  };
  // Without its cache the compiler reads the same package.json again for each file.
  const hidden = {
    getModuleResolutionCache: () => sources.moduleCache,
    hasInvalidatedResolutions: (file: string) => lacking.has(file),
  };
  return Object.assign(host, hidden);
}

function createParse(ts: TypeScript, files: LanguageFiles, sources: TypeSources): Parse {
  const parsed = new Map<string, { version: string; file: typescript.SourceFile }>();
  return (name, text, version, options, kind) => {
    if (sources.isFixed(name) && !files.isCell(name))
      return sources.parseFixed(name, text, options);
    const known = parsed.get(name);
    if (known?.version === version) return known.file;
    const file = ts.createLanguageServiceSourceFile(name, text, options, version, true, kind);
    parsed.set(name, { version, file });
    return file;
  };
}

/** What a file imports, with `import()` and types. */
function importsOf(
  ts: TypeScript,
  file: typescript.SourceFile,
): readonly typescript.StringLiteralLike[] {
  const { imports = [] } = file as { imports?: readonly typescript.StringLiteralLike[] };
  return imports.filter((literal) => ts.isStringLiteralLike(literal));
}
