import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { projectFolder, sourceFiles } from "./sourceImports";

/** What the docstring of an option says. */
export interface WrittenOption {
  /** Name of what the option belongs to, as `define` has it. */
  readonly of: string;
  readonly name: string;
  /** All of its docstring, tags too. */
  readonly docstring: string;
  /** What stands behind `@default`; empty if the tag is not there. */
  readonly written: string;
}

/** A call of `define`, with the type of its options: `define("flip", 1, { ... } satisfies OptionTable<FlipOptions>)`. */
interface Definition {
  readonly name: string;
  readonly options: string | undefined;
  readonly file: string;
}

type Interfaces = ReadonlyMap<string, ts.InterfaceDeclaration>;

/** Reads the source files of a folder for the names that `define` gets, and for the docstrings of the options. */
export function writtenOptions(folder: string): {
  readonly names: readonly string[];
  readonly options: readonly WrittenOption[];
} {
  const definitions: Definition[] = [];
  const byFile = new Map<string, Map<string, ts.InterfaceDeclaration>>();
  const everywhere = new Map<string, ts.InterfaceDeclaration>();
  for (const file of sourceFiles(folder)) {
    const text = fs.readFileSync(path.join(projectFolder, file), "utf8");
    const own = new Map<string, ts.InterfaceDeclaration>();
    const visit = (node: ts.Node): void => {
      if (ts.isInterfaceDeclaration(node)) {
        own.set(node.name.text, node);
        everywhere.set(node.name.text, node);
      }
      definitions.push(...definitionIn(node, file));
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
    byFile.set(file, own);
  }
  const options = definitions.flatMap(({ name, options: type, file }) => {
    const known = new Map([...everywhere, ...(byFile.get(file) ?? [])]);
    return type === undefined ? [] : membersOf(type, known).map((member) => told(name, member));
  });
  return { names: definitions.map(({ name }) => name), options };
}

function definitionIn(node: ts.Node, file: string): Definition[] {
  if (!ts.isCallExpression(node) || node.expression.getText() !== "define") return [];
  const [name, , table] = node.arguments;
  if (!ts.isStringLiteral(name)) throw new Error(`${file}: name a definition by a literal`);
  if (!ts.isSatisfiesExpression(table)) return [{ name: name.text, options: undefined, file }];
  const [, options] = /^OptionTable<(\w+)>$/.exec(table.type.getText()) ?? [];
  if (options === undefined) throw new Error(`${file}: tie the options of ${name.text} to a type`);
  return [{ name: name.text, options, file }];
}

/** The members of an interface with those that it extends. */
function membersOf(type: string, interfaces: Interfaces): ts.TypeElement[] {
  const found = interfaces.get(type);
  if (found === undefined) throw new Error(`no interface ${type}`);
  const bases = (found.heritageClauses ?? []).flatMap((clause) => [...clause.types]);
  return [
    ...bases.flatMap((base) => membersOf(base.expression.getText(), interfaces)),
    ...found.members,
  ];
}

function told(of: string, member: ts.TypeElement): WrittenOption {
  const name = member.name?.getText() ?? "";
  const tags = ts.getJSDocTags(member).filter((tag) => tag.tagName.text === "default");
  const docstring = ts
    .getJSDocCommentsAndTags(member)
    .map((comment) => comment.getText())
    .join("\n");
  return { of, name, docstring, written: ts.getTextOfJSDocComment(tags[0]?.comment) ?? "" };
}

/** The literal that a text begins with, such as 0.5 of "0.5, the paper's", or [0.75, 1.5] of "[3/4, 3/2]"; undefined if it is prose. */
export function leadingLiteral(text: string): unknown {
  const plain = text.replace(/(\d+)\/(\d+)/g, (_, a: string, b: string) => `${+a / +b}`);
  for (let end = plain.length; end > 0; end--) {
    if (!/^([\s,.:;]|$)/.test(plain.slice(end))) continue;
    try {
      return JSON.parse(plain.slice(0, end));
    } catch {
      // A shorter beginning may be one.
    }
  }
  return undefined;
}
