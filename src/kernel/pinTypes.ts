import type * as typescript from "typescript";
import { createEdits } from "./edits";
import { isLocalName } from "./localNames";
import type { TypeScript } from "./typescript";

/**
 * Writes the types of variables into a cell's text, where they were only known from what the variables were given: a function
 * that is declared anew gives something else from now on, and the variables hold what they held. Variables of functions, and
 * those whose types speak of names of cells, stay as they are.
 * @param file a cell of a program
 */
export function pinTypes(
  ts: TypeScript,
  checker: typescript.TypeChecker,
  file: typescript.SourceFile,
): string {
  const edits = createEdits(file.text);
  const visit = (node: typescript.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isVariableDeclaration(node)) {
      const type = typeToPin(ts, checker, file, node);
      if (type !== undefined) edits.after(node.name.end, `: ${type}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return edits.apply().code;
}

function typeToPin(
  ts: TypeScript,
  checker: typescript.TypeChecker,
  file: typescript.SourceFile,
  { name, type, initializer }: typescript.VariableDeclaration,
): string | undefined {
  if (!ts.isIdentifier(name) || type !== undefined || initializer === undefined) return undefined;
  // A variable of a block is another one, and what holds functions may give something else as well.
  if (isLocalName(ts, name) || holdsFunctions(ts, initializer)) return undefined;
  const found = checker.getTypeAtLocation(name);
  if ((found.flags & (ts.TypeFlags.Any | ts.TypeFlags.UniqueESSymbol)) !== 0) return undefined;
  const text = checker.typeToString(found, file, ts.TypeFormatFlags.NoTruncation);
  return isOfGlobalNames(ts, checker, text) ? text : undefined;
}

function holdsFunctions(ts: TypeScript, value: typescript.Expression): boolean {
  if (ts.isParenthesizedExpression(value)) return holdsFunctions(ts, value.expression);
  if (ts.isFunctionLike(value) || ts.isClassLike(value)) return true;
  if (!ts.isObjectLiteralExpression(value)) return false;
  return value.properties.some(
    (part) =>
      ts.isFunctionLike(part) ||
      (ts.isPropertyAssignment(part) && holdsFunctions(ts, part.initializer)),
  );
}

/** Whether a type can be written down anywhere: it names nothing but what is global. */
function isOfGlobalNames(ts: TypeScript, checker: typescript.TypeChecker, text: string): boolean {
  const parsed = ts.createSourceFile("type.ts", `type T = ${text};`, ts.ScriptTarget.ESNext, true);
  const [alias, ...rest] = parsed.statements;
  if (alias === undefined || rest.length > 0) return false;
  const { resolveName } = checker as unknown as {
    readonly resolveName: (
      name: string,
      location: undefined,
      meaning: typescript.SymbolFlags,
      excludeGlobals: boolean,
    ) => typescript.Symbol | undefined;
  };
  const isGlobal = (node: typescript.Node): boolean => {
    if (ts.isImportTypeNode(node) || ts.isTypeQueryNode(node)) return false;
    if (ts.isTypeReferenceNode(node)) {
      const { typeName } = node;
      if (!ts.isIdentifier(typeName)) return false;
      if (resolveName(typeName.text, undefined, ts.SymbolFlags.Type, false) === undefined)
        return false;
    }
    return ts.forEachChild(node, (child) => (isGlobal(child) ? undefined : true)) === undefined;
  };
  return isGlobal(alias);
}
