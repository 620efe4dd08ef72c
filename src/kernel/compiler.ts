import type * as typescript from "typescript";
import { createCellFiles, type Declaration } from "./cellFiles";
import { cellImports, type ModuleSyntax } from "./cellImports";
import { emitCell } from "./emitCell";
import { createLanguage, type Language } from "./language";
import { draft } from "./languageFiles";
import { createMistakes, noJsx } from "./mistakes";
import { readCell, type CellSource } from "./readCell";
import { freePrefix, rewrite, type Rewritten } from "./rewrite";
import { type TypeMistake, TypeMistakes } from "./typeMistakes";
import type { TypeScript } from "./typescript";
import { wayBack, type WayBack } from "./wayBack";

/** A cell ready to run. */
export interface CompiledCell extends ModuleSyntax {
  readonly code: Rewritten;
  readonly prefix: string;
  readonly back: WayBack;
  /** Names that the cell declares and that are there when it runs. */
  readonly names: readonly string[];
  /** Tells the compiler which of these names the cell did not get to. */
  settle(unreached: ReadonlySet<string>): void;
}

/** Checks and translates cells. */
export interface Compiler {
  readonly ts: TypeScript;
  readonly language: Language;
  /**
   * @param known whether the scope has a name already
   * @throws TypeMistakes
   */
  compile(code: string, known: (name: string) => boolean): CompiledCell;
  /** Lets the language service see a cell that is being written. */
  draft(code: string): Draft;
  /** Parses one more file that `fewscope` will need; false when there is none left. */
  readonly warmUp: () => boolean;
}

/** A cell that is being written, in the language service. */
export interface Draft {
  readonly service: typescript.LanguageService;
  readonly file: string;
}

/** @param folder the notebook's folder */
export function createCompiler(ts: TypeScript, folder: string, packageRoot: string): Compiler {
  const language = createLanguage(ts, folder, packageRoot);
  const files = createCellFiles(ts, language);
  const mistakes = createMistakes(ts, language, packageRoot);
  let program: typescript.Program | undefined;
  /** Whether the program still has what is no longer so. */
  let isStale = true;

  const renew = (): typescript.Program => {
    const made = language.program();
    if (made !== program) files.renewed();
    isStale = false;
    return (program = made);
  };

  /** Lets the compiler see a cell, with a new program only where the one at hand does not do. */
  const see = (
    name: string,
    source: CellSource,
    declaration: Declaration,
  ): [typescript.Program, typescript.SourceFile] => {
    const isOld = language.isOld();
    if (isOld) mistakes.forget();
    const needsNew = isStale || source.needsProgram || declaration.changesOthers || isOld;
    if (needsNew || program === undefined) {
      const made = renew();
      const file = made.getSourceFile(name);
      if (file === undefined) throw new Error("The compiler does not know the cell.");
      return [made, file];
    }
    return [program, language.attach(name) ?? language.bound(name)];
  };

  /** Names that a cell exports and does not declare, as `export * from` gives them, come with a file of their own. */
  const declareExports = (
    made: typescript.Program,
    file: typescript.SourceFile,
    own: readonly string[],
  ): void => {
    if (!file.statements.some((statement) => ts.isExportDeclaration(statement))) return;
    const checker = made.getTypeChecker();
    const symbol = checker.getSymbolAtLocation(file);
    const exported = symbol === undefined ? [] : checker.getExportsOfModule(symbol);
    const names = exported
      .map(({ name }) => name)
      .filter((name) => !own.includes(name) && /^(?!default$)[\p{ID_Start}$_]/u.test(name));
    if (names.length === 0) return;
    const number = files.next();
    const from = file.fileName.replace(/^.*\/(.*)\.ts$/, "./$1");
    language.set(language.cellFile(number), `import { ${names.join(", ")} } from "${from}";`);
    files.declare(number, { names, globals: [], isKept: true }).settle(new Set());
    isStale = true;
  };

  const compile: Compiler["compile"] = (code, known) => {
    const source = readCell(ts, code);
    if (source.jsx !== undefined) throw new TypeMistakes([noJsx(code, source.jsx)]);
    const number = files.next();
    const name = language.cellFile(number);
    language.set(name, source.text);
    const names = language.names(name);
    const declaration = files.declare(number, {
      names,
      globals: source.globals,
      isKept: /^\s*(?:import\s*["']|export\s*[{*])/m.test(code),
    });
    const giveUp = (found: readonly TypeMistake[]): never => {
      isStale ||= declaration.changesOthers;
      declaration.undo();
      throw new TypeMistakes(found);
    };
    const [made, file] = see(name, source, declaration);
    const found = mistakes.find(made, file);
    if (found.length > 0) return giveUp(found);
    const syntax = cellImports(ts, file, made.getTypeChecker());
    const emitted = emitCell(ts, made, file);
    const prefix = freePrefix(emitted.code);
    const imported = syntax.imports.flatMap((each) => each.names.map(({ local }) => local));
    const isKnown = (each: string): boolean => imported.includes(each) || known(each);
    const rewritten = rewrite(ts, emitted.code, {
      prefix,
      cell: { known: isKnown, renewed: source.renewed },
    });
    return {
      ...syntax,
      code: rewritten,
      prefix,
      back: wayBack(emitted.code, rewritten, emitted.map),
      names: [...rewritten.declared, ...imported],
      settle: (unreached) => {
        if (declaration.settle(unreached)) isStale = true;
        if (unreached.size === 0) declareExports(made, file, names);
      },
    };
  };
  return {
    ts,
    language,
    compile,
    draft: (code) => {
      const file = language.cellFile(draft);
      language.set(file, `${readCell(ts, code).text}\n`);
      renew();
      return { service: language.service, file };
    },
    warmUp: language.warmUp,
  };
}
