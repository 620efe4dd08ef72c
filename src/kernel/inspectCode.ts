import type * as typescript from "typescript";
import type { Compiler, Draft } from "./compiler";
import { withPlainNames } from "./hide";

/**
 * What a name is, as the content of an `inspect_reply`. Within the brackets of a call it is the function that is called.
 * @param position UTF-16 units
 */
export function inspectCode(compiler: Compiler, code: string, position: number): object {
  const draft = compiler.draft(code);
  const text = ofName(compiler, draft, position) ?? ofCall(compiler, draft, position);
  const data = text === undefined ? {} : { "text/plain": withPlainNames(text) };
  return { status: "ok", found: text !== undefined, data, metadata: {} };
}

function ofName(
  compiler: Compiler,
  { service, file }: Draft,
  position: number,
): string | undefined {
  const { ts } = compiler;
  // At the end of a name the cursor stands behind it.
  for (const at of [position, position - 1]) {
    const info = at < 0 ? undefined : service.getQuickInfoAtPosition(file, at);
    if (info === undefined) continue;
    const said = ts.displayPartsToString(info.documentation);
    const comment = said === "" ? writtenComment(compiler, { service, file }, at) : said;
    return join(ts.displayPartsToString(info.displayParts), comment, tagsOf(ts, info.tags));
  }
  return undefined;
}

function ofCall({ ts }: Compiler, { service, file }: Draft, position: number): string | undefined {
  const help = service.getSignatureHelpItems(file, position, undefined);
  if (help === undefined) return undefined;
  const parts = help.items.map((item) => {
    const parameters = item.parameters.map((each) => ts.displayPartsToString(each.displayParts));
    const separator = ts.displayPartsToString(item.separatorDisplayParts);
    const signature = [
      ts.displayPartsToString(item.prefixDisplayParts),
      parameters.join(separator),
      ts.displayPartsToString(item.suffixDisplayParts),
    ].join("");
    return join(signature, ts.displayPartsToString(item.documentation), tagsOf(ts, item.tags));
  });
  return parts.join("\n\n");
}

function tagsOf(
  ts: Compiler["ts"],
  tags: readonly typescript.JSDocTagInfo[] | undefined = [],
): string {
  return tags
    .map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`.trimEnd())
    .join("\n");
}

/** Comments of installed packages are not read with their types, so they are read when somebody asks. */
function writtenComment(
  { ts, language }: Compiler,
  { service, file }: Draft,
  position: number,
): string {
  const [definition] = service.getDefinitionAtPosition(file, position) ?? [];
  if (definition === undefined || !language.isFixed(definition.fileName)) return "";
  const text = ts.sys.readFile(definition.fileName);
  if (text === undefined) return "";
  const source = ts.createSourceFile(definition.fileName, text, ts.ScriptTarget.ESNext, true);
  let node: typescript.Node = source;
  const { start } = definition.textSpan;
  for (let inner: typescript.Node | undefined = node; inner !== undefined;) {
    node = inner;
    inner = ts.forEachChild(node, (child) =>
      child.pos <= start && start < child.end ? child : undefined,
    );
  }
  const declared = ts.findAncestor(node, (above) => ts.getJSDocCommentsAndTags(above).length > 0);
  const comments = declared === undefined ? [] : ts.getJSDocCommentsAndTags(declared);
  return comments
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "")
    .filter((comment) => comment !== "")
    .join("\n");
}

const join = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== "").join("\n\n");
