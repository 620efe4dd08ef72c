import type * as typescript from "typescript";
import type { Rewriter } from "./rewriter";
import { visit, visitFunction, visitNamed } from "./visit";

/** How a value reaches its name: as the first of a variable, of a constant, or as any later one. */
type Way = "first" | "constant" | "$";

/** Says whether variables are those of the cell, and not of a function or a block. */
export function declaresAtTop(
  { ts, file, options }: Rewriter,
  list: typescript.VariableDeclarationList,
): boolean {
  if (options.cell === undefined) return false;
  if ((list.flags & ts.NodeFlags.BlockScoped) !== 0)
    return ts.isVariableStatement(list.parent) && list.parent.parent === file;
  const within = ts.findAncestor(
    list,
    (node) => ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node),
  );
  return within === undefined;
}

/** `let a = 1, { b } = c;` becomes `a = 1, ({ b } = c);`, each name the property of its binding. */
export function declareVariables(
  rewriter: Rewriter,
  list: typescript.VariableDeclarationList,
): void {
  const { ts, edits, file, hoisted } = rewriter;
  const [first] = list.declarations;
  if (first === undefined) return;
  const isVar = (list.flags & ts.NodeFlags.BlockScoped) === 0;
  const isConst = (list.flags & ts.NodeFlags.Const) !== 0;
  const way: Way = isVar ? "$" : isConst ? "constant" : "first";
  edits.replace(list.getStart(file), first.getStart(file), "");
  const inLoopHead = !ts.isVariableStatement(list.parent) && !ts.isForStatement(list.parent);
  for (const declaration of list.declarations) {
    if (isVar) namesOf(rewriter, declaration.name).forEach((name) => hoisted.add(name));
    if (inLoopHead) assignTo(rewriter, declaration.name, way);
    else declareOne(rewriter, declaration, way);
  }
}

function declareOne(
  rewriter: Rewriter,
  { name, initializer }: typescript.VariableDeclaration,
  way: Way,
): void {
  const { ts, edits, file, hoisted, options } = rewriter;
  if (!ts.isIdentifier(name)) {
    edits.before(name.getStart(file), "(");
    assignTo(rewriter, name, way);
    if (initializer !== undefined) {
      visit(rewriter, initializer);
      edits.after(initializer.end, ")");
    }
    return;
  }
  // Compiled, an enum or a namespace begins with such a variable.
  const isRenewed = options.cell?.renewed.has(name.text) === true && initializer === undefined;
  if (isRenewed) hoisted.delete(name.text);
  assignTo(rewriter, name, isRenewed ? "first" : way);
  if (initializer !== undefined) visitNamed(rewriter, name.text, initializer);
  else if (way === "first" || isRenewed) edits.after(name.end, " = void 0");
}

/** Turns what declares names into what assigns to them. */
function assignTo(rewriter: Rewriter, name: typescript.BindingName, way: Way): void {
  const { ts, edits, file } = rewriter;
  if (ts.isIdentifier(name)) {
    edits.replace(name.getStart(file), name.end, `${rewriter.box(name.text)}.${way}`);
    return;
  }
  for (const element of name.elements) {
    if (ts.isOmittedExpression(element)) continue;
    const { propertyName, initializer, dotDotDotToken } = element;
    if (propertyName !== undefined) visit(rewriter, propertyName);
    else if (ts.isObjectBindingPattern(name) && dotDotDotToken === undefined)
      edits.before(element.name.getStart(file), `${element.name.getText(file)}: `);
    assignTo(rewriter, element.name, way);
    if (initializer === undefined) continue;
    if (ts.isIdentifier(element.name)) visitNamed(rewriter, element.name.text, initializer);
    else visit(rewriter, initializer);
  }
}

function namesOf({ ts }: Rewriter, name: typescript.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : namesOf({ ts } as Rewriter, element.name),
  );
}

/**
 * `class A {}` becomes an assignment of the class to its name; a function stays where it is, since it is there from the start.
 * False for what is not declared at the top of a cell.
 */
export function declareFunction(
  rewriter: Rewriter,
  node: typescript.SignatureDeclaration | typescript.ClassLikeDeclaration,
): boolean {
  const { ts, edits, file, options, functions } = rewriter;
  const isClass = ts.isClassDeclaration(node);
  if (options.cell === undefined || node.parent !== file) return false;
  if (!isClass && !ts.isFunctionDeclaration(node)) return false;
  const start = skipModifiers(rewriter, node);
  if (start > node.getStart(file)) edits.replace(node.getStart(file), start, "");
  if (!isClass && node.name !== undefined) {
    functions.push(node.name.text);
    visitFunction(rewriter, node);
    return true;
  }
  const target =
    node.name === undefined ? `${options.prefix}.result` : `${rewriter.box(node.name.text)}.first`;
  edits.before(start, `${target} = `);
  visitFunction(rewriter, node);
  edits.after(node.end, ";");
  return true;
}

/** Where the text of a function or class begins that JavaScript tells of it. */
export function skipModifiers(
  { ts, file }: Rewriter,
  node: typescript.SignatureDeclaration | typescript.ClassLikeDeclaration,
): number {
  const skipped: readonly typescript.SyntaxKind[] = [
    ts.SyntaxKind.ExportKeyword,
    ts.SyntaxKind.DefaultKeyword,
    ts.SyntaxKind.StaticKeyword,
  ];
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  const last = modifiers.findLast(({ kind }) => skipped.includes(kind));
  if (last === undefined) return node.getStart(file);
  return last.end + file.text.slice(last.end).search(/\S/);
}
