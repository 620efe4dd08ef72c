import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

/** The folder that holds package.json. */
export const projectFolder = path.join(__dirname, "..");

/** One mention of a module in a source file. */
export interface SourceImport {
  /** From the project folder, with "/". */
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
  /** Gone after compilation. */
  readonly typeOnly: boolean;
  /** Happens when the file is loaded, not when a function is called. */
  readonly onLoad: boolean;
}

/** Source files under a folder of the project, without type declarations. */
export function sourceFiles(folder: string): string[] {
  const whole = path.join(projectFolder, folder);
  if (!fs.existsSync(whole)) return [];
  return fs
    .readdirSync(whole, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|js|cjs|mjs)$/.test(file) && !file.endsWith(".d.ts"))
    .map((file) => path.join(folder, file).split(path.sep).join("/"))
    .sort();
}

/** Every import, export-from, require and import() with a literal name. */
export function importsOf(file: string): SourceImport[] {
  return importsIn(file, fs.readFileSync(path.join(projectFolder, file), "utf8"));
}

/** As `importsOf`, of a text. */
export function importsIn(file: string, text: string): SourceImport[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: SourceImport[] = [];
  const add = (node: ts.Node, name: ts.Node | undefined, typeOnly: boolean): void => {
    if (name === undefined || !ts.isStringLiteralLike(name)) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    found.push({ file, line, specifier: name.text, typeOnly, onLoad: !insideFunction(node) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, erased(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, erasedExport(node));
    else if (ts.isExternalModuleReference(node)) add(node, node.expression, false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node, node.argument.literal, true);
    } else if (ts.isCallExpression(node) && loads(node.expression)) {
      add(node, node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function erased(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  const allTypes =
    names !== undefined &&
    ts.isNamedImports(names) &&
    names.elements.length > 0 &&
    names.elements.every((name) => name.isTypeOnly);
  return clause.name === undefined && allTypes;
}

function erasedExport(node: ts.ExportDeclaration): boolean {
  const names = node.exportClause;
  const allTypes =
    names !== undefined &&
    ts.isNamedExports(names) &&
    names.elements.length > 0 &&
    names.elements.every((name) => name.isTypeOnly);
  return node.isTypeOnly || allTypes;
}

/** `require`, `require.resolve` and `import()`. */
function loads(called: ts.Expression): boolean {
  if (called.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(called)) return called.text === "require";
  return (
    ts.isPropertyAccessExpression(called) &&
    ts.isIdentifier(called.expression) &&
    called.expression.text === "require"
  );
}

function insideFunction(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at)) return true;
  }
  return false;
}
