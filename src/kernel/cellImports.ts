import type * as typescript from "typescript";
import type { TypeScript } from "./typescript";

/** A module that a cell imports, and the names that it takes from it. */
export interface CellImport {
  readonly specifier: string;
  readonly names: readonly ImportedName[];
  /** Takes all names, as `export * from` does. */
  readonly all: boolean;
  /** As `import x = require()`. */
  readonly required: boolean;
}

export interface ImportedName {
  /** What the cell calls it. */
  readonly local: string;
  /** What the module calls it; `*` is all of the module, `=` what `require` gives. */
  readonly imported: string;
}

/** What a cell does with modules, beside its code. */
export interface ModuleSyntax {
  readonly imports: readonly CellImport[];
  /** `export { a as b }`: a second name for a name of the cell. */
  readonly aliases: readonly ImportedName[];
}

/** Reads what a cell imports that is there when it runs; what is a type only is left out. */
export function cellImports(
  ts: TypeScript,
  file: typescript.SourceFile,
  checker: typescript.TypeChecker,
): ModuleSyntax {
  const imports: CellImport[] = [];
  const aliases: ImportedName[] = [];
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) imports.push(...readImport(ts, statement, checker));
    else if (ts.isImportEqualsDeclaration(statement))
      imports.push(...readRequire(ts, statement, checker));
    else if (ts.isExportDeclaration(statement)) {
      const { moduleSpecifier, exportClause, isTypeOnly } = statement;
      if (isTypeOnly) continue;
      const names = namesOf(ts, exportClause, checker);
      if (moduleSpecifier === undefined) aliases.push(...names);
      else
        imports.push({
          specifier: textOf(moduleSpecifier),
          names,
          all: exportClause === undefined,
          required: false,
        });
    }
  }
  return { imports, aliases };
}

function readImport(
  ts: TypeScript,
  { moduleSpecifier, importClause }: typescript.ImportDeclaration,
  checker: typescript.TypeChecker,
): CellImport[] {
  const specifier = textOf(moduleSpecifier);
  const whole = { specifier, all: false, required: false };
  if (importClause === undefined) return [{ ...whole, names: [] }];
  if (importClause.isTypeOnly) return [];
  const { name, namedBindings } = importClause;
  const names = [
    ...(name !== undefined && isValue(ts, name, checker)
      ? [{ local: name.text, imported: "default" }]
      : []),
    ...namesOf(ts, namedBindings, checker),
  ];
  const isForTypes = names.length === 0 && (name !== undefined || hasNames(ts, namedBindings));
  return isForTypes ? [] : [{ ...whole, names }];
}

function readRequire(
  ts: TypeScript,
  { name, moduleReference, isTypeOnly }: typescript.ImportEqualsDeclaration,
  checker: typescript.TypeChecker,
): CellImport[] {
  if (isTypeOnly || !ts.isExternalModuleReference(moduleReference)) return [];
  if (!isValue(ts, name, checker)) return [];
  const names = [{ local: name.text, imported: "=" }];
  return [{ specifier: textOf(moduleReference.expression), names, all: false, required: true }];
}

type Bindings = typescript.NamedImportBindings | typescript.NamedExportBindings | undefined;

const hasNames = (ts: TypeScript, bindings: Bindings): boolean =>
  bindings !== undefined && (!ts.isNamedImports(bindings) || bindings.elements.length > 0);

function namesOf(
  ts: TypeScript,
  bindings: Bindings,
  checker: typescript.TypeChecker,
): ImportedName[] {
  if (bindings === undefined) return [];
  if (ts.isNamespaceImport(bindings) || ts.isNamespaceExport(bindings))
    return [{ local: bindings.name.text, imported: "*" }];
  const specifiers: readonly (typescript.ImportSpecifier | typescript.ExportSpecifier)[] =
    bindings.elements;
  return specifiers
    .filter(({ name, isTypeOnly }) => !isTypeOnly && isValue(ts, name, checker))
    .map(({ name, propertyName }) => ({ local: name.text, imported: (propertyName ?? name).text }));
}

/** Whether a name is there when code runs; one that the compiler cannot find out about may be. */
export function isValue(
  ts: TypeScript,
  name: typescript.Node,
  checker: typescript.TypeChecker,
): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined) return true;
  const target =
    (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
  return (target.flags & ts.SymbolFlags.Value) !== 0 || target.declarations === undefined;
}

const textOf = (literal: typescript.Node | undefined): string =>
  (literal as typescript.StringLiteralLike | undefined)?.text ?? "";
