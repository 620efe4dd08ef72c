import type * as typescript from "typescript";
import { createEdits, type Edits } from "./edits";
import { isLocalName, isReference, isWithinClass } from "./localNames";
import type { TypeScript } from "./typescript";

/** Stands in a name that a later cell has declared again, before a number: `x` of the first time is `xˑ1`. */
const mark = "ˑ";

/** The name under which an earlier declaration goes on. */
export const hiddenName = (name: string, version: number): string => `${name}${mark}${version}`;

/** A text as its author knows the names. */
export const withPlainNames = (text: string): string => text.replace(/ˑ\d+/g, "");

/** The names of hidden declarations that a text speaks of. */
export const hiddenNamesIn = (text: string): readonly string[] =>
  text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*ˑ\d+/gu) ?? [];

export const isHidden = (name: string): boolean => name.includes(mark);

/**
 * Gives names that are declared anew in a later cell other names in a cell's text. What the cell did at once used the
 * declaration of its time, so it keeps that one under its new name; what functions and types speak of is what the name means
 * from now on. The file must be bound.
 * @param names the names, and what they are called from now on
 */
export function hideNames(
  ts: TypeScript,
  file: typescript.SourceFile,
  names: ReadonlyMap<string, string>,
): string {
  const edits = createEdits(file.text);
  const visit = (node: typescript.Node): void => {
    if (ts.isIdentifier(node)) {
      const hidden = names.get(node.text);
      if (hidden !== undefined) rename(ts, file, edits, node, hidden);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return edits.apply().code;
}

function rename(
  ts: TypeScript,
  file: typescript.SourceFile,
  edits: Edits,
  node: typescript.Identifier,
  hidden: string,
): void {
  const { parent, text } = node;
  if (isLocalName(ts, node)) return;
  const start = node.getStart(file);
  if (ts.isShorthandPropertyAssignment(parent) && parent.name === node) {
    if (isAtOnce(ts, node)) edits.after(node.end, `: ${hidden}`);
  } else if (ts.isExportSpecifier(parent)) {
    if (parent.propertyName === undefined) edits.before(start, `${hidden} as `);
    else if (parent.propertyName === node) edits.replace(start, node.end, hidden);
  } else if (isReference(ts, node)) {
    if (isAtOnce(ts, node) || isWithinItself(ts, node)) edits.replace(start, node.end, hidden);
  } else if (isDeclared(ts, node)) {
    const before =
      ts.isImportSpecifier(parent) && parent.propertyName === undefined
        ? `${text} as `
        : isShorthandPattern(ts, node)
          ? `${text}: `
          : "";
    edits.replace(start, node.end, `${before}${hidden}`);
  }
}

/** Whether this runs when its cell runs, and not when a function is called or a type is asked for. */
function isAtOnce(ts: TypeScript, node: typescript.Node): boolean {
  return (
    ts.findAncestor(
      node,
      (above) =>
        ts.isFunctionLike(above) ||
        ts.isInterfaceDeclaration(above) ||
        ts.isTypeAliasDeclaration(above) ||
        (ts.isPropertyDeclaration(above) &&
          above.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) !== true),
    ) === undefined
  );
}

/** A class or type that speaks of itself means itself. */
function isWithinItself(ts: TypeScript, node: typescript.Identifier): boolean {
  const isOwn = (above: typescript.Node): boolean =>
    (ts.isInterfaceDeclaration(above) || ts.isTypeAliasDeclaration(above)) &&
    above.name.text === node.text;
  return isWithinClass(ts, node) || ts.findAncestor(node, isOwn) !== undefined;
}

/** Whether this is the name in a declaration of a variable, a function, a type or an import. */
function isDeclared(ts: TypeScript, node: typescript.Identifier): boolean {
  const { parent } = node;
  return (
    ts.isVariableDeclaration(parent) ||
    (ts.isBindingElement(parent) && parent.name === node) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isClassDeclaration(parent) ||
    ts.isInterfaceDeclaration(parent) ||
    ts.isTypeAliasDeclaration(parent) ||
    ts.isEnumDeclaration(parent) ||
    ts.isModuleDeclaration(parent) ||
    ts.isImportClause(parent) ||
    ts.isNamespaceImport(parent) ||
    ts.isImportEqualsDeclaration(parent) ||
    (ts.isImportSpecifier(parent) && parent.name === node)
  );
}

function isShorthandPattern(ts: TypeScript, { parent }: typescript.Identifier): boolean {
  return (
    ts.isBindingElement(parent) &&
    parent.propertyName === undefined &&
    parent.dotDotDotToken === undefined &&
    ts.isObjectBindingPattern(parent.parent)
  );
}
