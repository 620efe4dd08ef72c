import type * as typescript from "typescript";
import { parseModule } from "./rewrite";
import type { TypeScript } from "./typescript";

/** A cell as the compiler gets it, every place where its author put it. */
export interface CellSource {
  readonly text: string;
  /** Enums and namespaces, which begin anew. */
  readonly renewed: ReadonlySet<string>;
  /** What it declares for all files: names after `declare global`, and of modules. */
  readonly globals: readonly string[];
  /** Whether its imports and global declarations ask for a new program. */
  readonly needsProgram: boolean;
  /** Where it has an element of JSX, which cells do not take. */
  readonly jsx: number | undefined;
}

/**
 * Takes out of a cell what means nothing in it: `export` before a declaration, since all names are there for the next cell
 * anyway, and the `const` of an enum, which would put its numbers into older cells for good.
 */
export function readCell(ts: TypeScript, code: string): CellSource {
  const file = parseModule(ts, code);
  const renewed = new Set<string>();
  const globals: string[] = [];
  let text = code;
  // As many blanks, so that places in the cell stay what they are.
  const blank = (start: number, end: number): void => {
    text = `${text.slice(0, start)}${" ".repeat(end - start)}${text.slice(end)}`;
  };
  for (const statement of file.statements) {
    if (ts.isEnumDeclaration(statement)) renewed.add(statement.name.text);
    if (ts.isModuleDeclaration(statement)) {
      if (isForAll(ts, statement)) globals.push(...namesWithin(ts, statement));
      else renewed.add(statement.name.text);
    }
    for (const modifier of meaningless(ts, statement)) blank(modifier.getStart(file), modifier.end);
  }
  return {
    text,
    renewed,
    globals,
    needsProgram: /\b(?:import|from|global|module)\b|^\s*\/\/\/\s*</m.test(code),
    jsx: findJsx(ts, code, file),
  };
}

function meaningless(ts: TypeScript, statement: typescript.Statement): typescript.ModifierLike[] {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  const isDefault = modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
  const isNamed = (statement as { readonly name?: unknown }).name !== undefined;
  return modifiers.filter(({ kind }) => {
    if (kind === ts.SyntaxKind.ConstKeyword) return true;
    if (kind === ts.SyntaxKind.ExportKeyword) return !isDefault || isNamed;
    return kind === ts.SyntaxKind.DefaultKeyword && isNamed;
  });
}

const isForAll = (ts: TypeScript, { name, flags }: typescript.ModuleDeclaration): boolean =>
  ts.isStringLiteral(name) || (flags & ts.NodeFlags.GlobalAugmentation) !== 0;

/** Names that are declared for all, with the module that they belong to. */
export function namesWithin(ts: TypeScript, outer: typescript.ModuleDeclaration): string[] {
  return statementsWithin(ts, outer).flatMap((statement) =>
    namesOf(ts, statement).map((name) => `${outer.name.text}:${name}`),
  );
}

function statementsWithin(
  ts: TypeScript,
  { body }: typescript.ModuleDeclaration,
): readonly typescript.Statement[] {
  return body !== undefined && ts.isModuleBlock(body) ? body.statements : [];
}

function namesOf(ts: TypeScript, statement: typescript.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = statement as { readonly name?: typescript.Node };
  return name === undefined ? [] : [name.getText()];
}

/** A cell's text without what a later cell declares for all. */
export function withoutGlobals(ts: TypeScript, code: string, names: ReadonlySet<string>): string {
  let text = code;
  for (const outer of parseModule(ts, code).statements) {
    if (!ts.isModuleDeclaration(outer) || !isForAll(ts, outer)) continue;
    for (const statement of statementsWithin(ts, outer)) {
      const own = namesOf(ts, statement).map((name) => `${outer.name.text}:${name}`);
      if (!own.some((name) => names.has(name))) continue;
      const { pos, end } = statement;
      text = `${text.slice(0, pos)}${text.slice(pos, end).replace(/\S/g, " ")}${text.slice(end)}`;
    }
  }
  return text;
}

/** The place of JSX in a text that is right with it, and only with it. */
function findJsx(ts: TypeScript, code: string, plain: typescript.SourceFile): number | undefined {
  if (mistakesOf(plain).length === 0 || !code.includes("<")) return undefined;
  const file = parseModule(ts, code, ts.ScriptKind.TSX);
  if (mistakesOf(file).length > 0) return undefined;
  let found: number | undefined;
  const visit = (node: typescript.Node): void => {
    if (ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node) || ts.isJsxFragment(node))
      found ??= node.getStart(file);
    else ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What the parser found wrong. */
export function mistakesOf(
  file: typescript.SourceFile,
): readonly typescript.DiagnosticWithLocation[] {
  const { parseDiagnostics = [] } = file as {
    readonly parseDiagnostics?: readonly typescript.DiagnosticWithLocation[];
  };
  return parseDiagnostics;
}
