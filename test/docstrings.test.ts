import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { projectFolder } from "./sourceImports";

const source = path.join(projectFolder, "src");

const rooms = fs
  .readdirSync(source)
  .filter((room) => fs.existsSync(path.join(source, room, "index.ts")))
  .sort();

/** A name that a room gives to others, and where it is written. */
interface Exported {
  readonly name: string;
  readonly declaration: ts.Declaration;
  readonly sentence: string;
}

function exportsOf(checker: ts.TypeChecker, file: ts.SourceFile): Exported[] {
  const room = checker.getSymbolAtLocation(file);
  if (room === undefined) return [];
  return checker.getExportsOfModule(room).flatMap((symbol): Exported[] => {
    const alias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const target = alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declaration = target.declarations?.[0];
    // Names of libraries are described by their own.
    if (!declaration?.getSourceFile().fileName.startsWith(posix(source))) return [];
    // export * as name from "./file": the file's own names count.
    if (ts.isSourceFile(declaration)) return exportsOf(checker, declaration);
    const sentence = ts.displayPartsToString(target.getDocumentationComment(checker));
    return [{ name: symbol.name, declaration, sentence }];
  });
}

const posix = (file: string): string => file.split(path.sep).join("/");

/** Whether every way of calling it says what comes out. */
function returnsWritten(declaration: ts.Declaration): boolean {
  if (ts.isFunctionDeclaration(declaration)) return declaration.type !== undefined;
  if (!ts.isVariableDeclaration(declaration) || declaration.type !== undefined) return true;
  const value = declaration.initializer;
  if (value === undefined) return true;
  const isFunction = ts.isArrowFunction(value) || ts.isFunctionExpression(value);
  return !isFunction || value.type !== undefined;
}

function place({ name, declaration }: Exported): string {
  const file = declaration.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(declaration.getStart());
  return `${path.relative(projectFolder, file.fileName)}:${line + 1} ${name}`;
}

describe("what a room exports", function () {
  this.timeout(120_000);
  const byRoom = new Map<string, Exported[]>();

  before(() => {
    const config = path.join(projectFolder, "tsconfig.json");
    const { config: json } = ts.readConfigFile(config, (file) => ts.sys.readFile(file)) as {
      config: unknown;
    };
    const { options } = ts.parseJsonConfigFileContent(json, ts.sys, projectFolder);
    const files = rooms.map((room) => path.join(source, room, "index.ts"));
    const program = ts.createProgram(files, { ...options, noEmit: true, incremental: false });
    const checker = program.getTypeChecker();
    rooms.forEach((room, i) => {
      const index = program.getSourceFile(files[i]);
      byRoom.set(room, index === undefined ? [] : exportsOf(checker, index));
    });
  });

  for (const room of rooms) {
    it(`${room}: every name has a sentence above it that says what it is`, () => {
      const names = byRoom.get(room) ?? [];
      const bare = names.filter(({ sentence }) => sentence.trim().split(/\s+/).length < 2);
      assert.deepEqual(bare.map(place), [], "write a docstring above each of these");
    });

    it(`${room}: every function has its return type written`, () => {
      const silent = (byRoom.get(room) ?? []).filter((found) => !returnsWritten(found.declaration));
      assert.deepEqual(silent.map(place), [], "write the return type of each of these");
    });
  }

  it("was found at all", () => {
    const all = [...byRoom.values()].flat();
    assert.ok(all.length > 100, `only ${all.length} names`);
    assert.ok(all.some(({ name }) => name === "labelEfficiency"));
  });
});
