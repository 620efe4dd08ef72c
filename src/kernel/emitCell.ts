import type * as typescript from "typescript";
import { isValue } from "./cellImports";
import type { TypeScript } from "./typescript";

/** JavaScript of a cell, and the way back to the cell. */
export interface EmittedCell {
  readonly code: string;
  /** Source map in JSON. */
  readonly map: string;
}

/** Turns a checked cell into JavaScript, without its imports, which the kernel does itself. */
export function emitCell(
  ts: TypeScript,
  program: typescript.Program,
  file: typescript.SourceFile,
): EmittedCell {
  let code = "";
  let map = "";
  const write: typescript.WriteFileCallback = (name, text) => {
    if (name.endsWith(".map")) map = text;
    else code = text;
  };
  const before = [withoutImports(ts, program.getTypeChecker())];
  program.emit(file, write, undefined, false, { before });
  return { code: withoutMapComment(code), map };
}

/** A compiler's note on where its map is, which here is a file that does not exist. */
export function withoutMapComment(code: string): string {
  return code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
}

/** Takes imports out; `import a = Names.b`, which the compiler drops where it sees no use, becomes a constant. */
function withoutImports(
  ts: TypeScript,
  checker: typescript.TypeChecker,
): typescript.TransformerFactory<typescript.SourceFile> {
  return (context) => (file) => {
    const { factory } = context;
    const statements = file.statements.flatMap((statement): typescript.Statement[] => {
      if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) return [];
      if (!ts.isImportEqualsDeclaration(statement)) return [statement];
      const { name, moduleReference } = statement;
      if (ts.isExternalModuleReference(moduleReference) || !isValue(ts, name, checker)) return [];
      const value = valueOf(ts, factory, moduleReference);
      const declaration = factory.createVariableDeclaration(name, undefined, undefined, value);
      const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
      return [ts.setTextRange(factory.createVariableStatement(undefined, list), statement)];
    });
    return factory.updateSourceFile(file, statements);
  };
}

function valueOf(
  ts: TypeScript,
  factory: typescript.NodeFactory,
  name: typescript.EntityName,
): typescript.Expression {
  return ts.isIdentifier(name)
    ? name
    : factory.createPropertyAccessExpression(valueOf(ts, factory, name.left), name.right);
}
