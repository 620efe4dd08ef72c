import type * as typescript from "typescript";
import type { Scoped, TypeScript } from "./typescript";

/**
 * Says whether an identifier means something of a scope within its file: a parameter, a variable of a block, the own name of a
 * function expression or a class. What remains means a name at the top, or a global one. The file must be bound.
 */
export function isLocalName(ts: TypeScript, identifier: typescript.Identifier): boolean {
  const name = identifier.text;
  let inner: typescript.Node = identifier;
  for (
    let node: typescript.Node = identifier.parent;
    !ts.isSourceFile(node);
    inner = node, node = node.parent
  ) {
    const symbol = (node as Scoped).locals?.get(name);
    if (symbol !== undefined && !isHiddenFromParameter(ts, inner, symbol)) return true;
    if (isOwnName(ts, node, name)) return true;
  }
  return false;
}

/** Names that a node brings into its own parts without a table of names. */
function isOwnName(ts: TypeScript, node: typescript.Node, name: string): boolean {
  if (ts.isFunctionExpression(node) || ts.isClassExpression(node))
    if (node.name?.text === name) return true;
  if (ts.isClassLike(node) || ts.isInterfaceDeclaration(node))
    return node.typeParameters?.some((parameter) => parameter.name.text === name) === true;
  if (ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node)) {
    const { symbol } = node as { symbol?: typescript.Symbol };
    return symbol?.exports?.has(ts.escapeLeadingUnderscores(name)) === true;
  }
  return name === "arguments" && ts.isFunctionLike(node) && !ts.isArrowFunction(node);
}

/** The default of a parameter does not see the variables of the body. */
function isHiddenFromParameter(
  ts: TypeScript,
  inner: typescript.Node,
  symbol: typescript.Symbol,
): boolean {
  const declared = symbol.valueDeclaration;
  if (!ts.isParameter(inner) || declared === undefined) return false;
  const body = (inner.parent as { readonly body?: typescript.Node }).body;
  return body !== undefined && declared.pos >= body.pos && declared.end <= body.end;
}

/** Says whether an identifier stands for a value or a type, and is not the name of a property, a label or a declaration. */
export function isReference(ts: TypeScript, identifier: typescript.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === identifier;
  if (ts.isQualifiedName(parent)) return parent.left === identifier;
  if (ts.isExportAssignment(parent) || ts.isExportSpecifier(parent)) return true;
  if (ts.isMetaProperty(parent) || ts.isLabeledStatement(parent)) return false;
  if (ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isImportTypeNode(parent) || ts.isNamedTupleMember(parent)) return false;
  if (ts.isBindingElement(parent) && parent.propertyName === identifier) return false;
  if (ts.isTypePredicateNode(parent)) return true;
  return (parent as { readonly name?: typescript.Node }).name !== identifier;
}

/** Whether a class declaration speaks of itself: it means itself, whatever its name means later. */
export function isWithinClass(ts: TypeScript, { parent, text }: typescript.Identifier): boolean {
  const own = ts.findAncestor(
    parent,
    (node) => ts.isClassDeclaration(node) && node.name?.text === text,
  );
  return own !== undefined;
}
