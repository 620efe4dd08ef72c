import type * as typescript from "typescript";
import { declareFunction, declareVariables, declaresAtTop, skipModifiers } from "./declarations";
import { isReference } from "./localNames";
import type { Rewriter } from "./rewriter";

/** Rewrites what a node is made of. */
export function visitChildren(rewriter: Rewriter, node: typescript.Node): void {
  rewriter.ts.forEachChild(node, (child) => visit(rewriter, child));
}

/** Rewrites a node. */
export function visit(rewriter: Rewriter, node: typescript.Node): void {
  const { edits, file, options } = rewriter;
  if (node !== rewriter.result) {
    visitPlain(rewriter, node);
    return;
  }
  edits.before(node.getStart(file), `${options.prefix}.result = (`);
  visitPlain(rewriter, node);
  edits.after(node.end, ")");
}

function visitPlain(rewriter: Rewriter, node: typescript.Node): void {
  const { ts } = rewriter;
  if (!ts.isFunctionLike(node) && !ts.isClassLike(node)) rewriteNode(rewriter, node);
  else if (!declareFunction(rewriter, node)) visitFunction(rewriter, node);
}

/** A function or class, whose text is asked for by those who send it elsewhere. */
export function visitFunction(
  rewriter: Rewriter,
  node: typescript.SignatureDeclaration | typescript.ClassLikeDeclaration,
): void {
  const span = rewriter.edits.span(skipModifiers(rewriter, node), node.end);
  visitChildren(rewriter, node);
  span.finish();
}

function rewriteNode(rewriter: Rewriter, node: typescript.Node): void {
  const { ts } = rewriter;
  if (ts.isIdentifier(node)) rewriteIdentifier(rewriter, node);
  else if (ts.isShorthandPropertyAssignment(node)) rewriteShorthand(rewriter, node);
  else if (ts.isCallExpression(node)) rewriteCall(rewriter, node);
  else if (ts.isTaggedTemplateExpression(node)) {
    visitCallee(rewriter, node.tag);
    visit(rewriter, node.template);
  } else if (ts.isAwaitExpression(node)) rewriteAwait(rewriter, node);
  else if (ts.isForOfStatement(node) && node.awaitModifier !== undefined)
    rewriteForAwait(rewriter, node);
  else if (ts.isMetaProperty(node)) rewriteMeta(rewriter, node);
  else if (ts.isVariableDeclarationList(node) && declaresAtTop(rewriter, node))
    declareVariables(rewriter, node);
  else if (ts.isBinaryExpression(node)) rewriteAssignment(rewriter, node);
  else if (ts.isExportDeclaration(node) || ts.isExportAssignment(node))
    rewriteExport(rewriter, node);
  else visitChildren(rewriter, node);
}

function rewriteIdentifier(rewriter: Rewriter, node: typescript.Identifier): void {
  if (!isReference(rewriter.ts, node)) return;
  const boxed = rewriter.boxed(node);
  if (boxed !== undefined) rewriter.edits.replace(node.getStart(rewriter.file), node.end, boxed);
}

/** `{ a }` keeps the name of the property; as a pattern, `{ a = 1 }` keeps its default. */
function rewriteShorthand(
  rewriter: Rewriter,
  { name, objectAssignmentInitializer: initial }: typescript.ShorthandPropertyAssignment,
): void {
  const boxed = rewriter.boxed(name);
  if (boxed !== undefined) rewriter.edits.after(name.end, `: ${boxed}`);
  if (initial !== undefined) visitNamed(rewriter, name.text, initial, boxed !== undefined);
}

function rewriteCall(rewriter: Rewriter, node: typescript.CallExpression): void {
  const { ts, edits, file, options } = rewriter;
  const { expression } = node;
  if (expression.kind === ts.SyntaxKind.ImportKeyword)
    edits.replace(expression.getStart(file), expression.end, `${options.prefix}.import`);
  else visitCallee(rewriter, expression);
  node.arguments.forEach((argument) => visit(rewriter, argument));
}

/** A function is called as such, and not as a method of what holds it. */
function visitCallee(rewriter: Rewriter, callee: typescript.Expression): void {
  const { ts, edits, file } = rewriter;
  let inner = callee;
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
  const boxed = ts.isIdentifier(inner) ? rewriter.boxed(inner) : undefined;
  if (boxed === undefined) visit(rewriter, callee);
  else {
    const text = inner === callee ? `(0, ${boxed})` : `0, ${boxed}`;
    edits.replace(inner.getStart(file), inner.end, text);
  }
}

/** `await x` becomes `leave(await enter(x))`, so that the code of a stopped cell ends there. */
function rewriteAwait(rewriter: Rewriter, node: typescript.AwaitExpression): void {
  const { edits, file, options } = rewriter;
  noteAwait(rewriter, node);
  edits.before(node.getStart(file), `${options.prefix}.leave(`);
  edits.before(node.expression.getStart(file), `${options.prefix}.enter(`);
  visit(rewriter, node.expression);
  edits.after(node.expression.end, ")");
  edits.after(node.end, ")");
}

/** Each turn of `for await` begins at the gate. */
function rewriteForAwait(rewriter: Rewriter, node: typescript.ForOfStatement): void {
  const { edits, file, options } = rewriter;
  noteAwait(rewriter, node);
  visit(rewriter, node.initializer);
  visit(rewriter, node.expression);
  edits.before(node.statement.getStart(file), `{ ${options.prefix}.leave(); `);
  visit(rewriter, node.statement);
  edits.after(node.statement.end, " }");
}

function noteAwait(rewriter: Rewriter, node: typescript.Node): void {
  const { ts } = rewriter;
  const isWithin = ts.findAncestor(node, (above) => ts.isFunctionLike(above)) !== undefined;
  rewriter.awaits ||= !isWithin;
}

function rewriteMeta({ ts, edits, file, options }: Rewriter, node: typescript.MetaProperty): void {
  if (node.keywordToken === ts.SyntaxKind.ImportKeyword)
    edits.replace(node.getStart(file), node.end, `${options.prefix}.meta`);
}

/** `f = () => 1` gives the function its name. */
function rewriteAssignment(rewriter: Rewriter, node: typescript.BinaryExpression): void {
  const { ts } = rewriter;
  const { left, operatorToken, right } = node;
  const assigns = ["=", "||=", "&&=", "??="].includes(operatorToken.getText(rewriter.file));
  visit(rewriter, left);
  if (assigns && ts.isIdentifier(left))
    visitNamed(rewriter, left.text, right, rewriter.boxed(left) !== undefined);
  else visit(rewriter, right);
}

/** What a name is given. A function without a name gets this one, as it would from a plain variable. */
export function visitNamed(
  rewriter: Rewriter,
  name: string,
  value: typescript.Expression,
  isBoxed = true,
): void {
  const { edits, file } = rewriter;
  if (!isBoxed || !isAnonymousFunction(rewriter, value)) {
    visit(rewriter, value);
    return;
  }
  const key = name === "__proto__" ? `["${name}"]` : name;
  edits.before(value.getStart(file), `({ ${key}: `);
  visit(rewriter, value);
  edits.after(value.end, ` }).${name}`);
}

function isAnonymousFunction({ ts }: Rewriter, value: typescript.Expression): boolean {
  let inner = value;
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
  if (ts.isArrowFunction(inner)) return true;
  return (
    (ts.isFunctionExpression(inner) || ts.isClassExpression(inner)) && inner.name === undefined
  );
}

/** A cell exports nothing; `export default` leaves its value. */
function rewriteExport(
  rewriter: Rewriter,
  node: typescript.ExportDeclaration | typescript.ExportAssignment,
): void {
  const { ts, edits, file, options } = rewriter;
  if (options.cell === undefined) return;
  if (ts.isExportDeclaration(node)) edits.replace(node.getStart(file), node.end, "");
  else {
    const { expression } = node;
    edits.replace(node.getStart(file), expression.getStart(file), `${options.prefix}.result = (`);
    visit(rewriter, expression);
    edits.after(expression.end, ")");
  }
}
