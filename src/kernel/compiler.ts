import * as path from "node:path";
import type * as typescript from "@tslab/typescript-for-tslab";
import type { Diagnostic } from "tslab/dist/converter";
import { createChangeWatch } from "./changeWatch";
import { createProgramHost } from "./programHost";
import { expandShorthand } from "./shorthand";
import { withoutExports } from "./withoutExports";
import { loadTslab, loadTypeScript } from "./tslab";
import { transpile, withoutMapComment } from "./transpile";

/** A mistake that the type check found. */
export interface TypeMistake {
  /** The cell, or the path of a local file. */
  readonly file: string | undefined;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Characters that it covers on its line. */
  readonly length: number;
  readonly code: number;
  readonly message: string;
}

/** Thrown for a cell that does not pass the type check. */
export class TypeMistakes extends Error {
  constructor(readonly mistakes: readonly TypeMistake[]) {
    super(mistakes[0]?.message);
    this.name = "TypeScriptError";
  }
}

/** A cell ready to run. */
export interface CompiledCell {
  /** JavaScript; empty if there is nothing to run. */
  readonly code: string;
  /** Source maps from that code back to the cell. */
  readonly maps: readonly string[];
  /** What the cell's declarations leave for the cells after it. */
  readonly declarations: string;
  /** The export that holds the value of the last expression. */
  readonly lastExpression?: string;
}

/** A local file ready to be required. */
export interface CompiledModule {
  readonly file: string;
  readonly source: string;
  readonly code: string;
  readonly maps: readonly string[];
}

/** Checks and translates cells. */
export interface Compiler {
  /**
   * @param before declarations of the cells before
   * @throws TypeMistakes
   */
  compile(code: string, before: string): CompiledCell;
  complete(code: string, position: number, before: string): object;
  inspect(code: string, position: number, before: string): object;
  isComplete(code: string): object;
  /** Does a little of what the first import of fewscope needs; false when all is done. */
  warmUp(): boolean;
}

/** Lines that tslab puts above a cell. */
export const linesAboveCell = 1;

/**
 * Makes a compiler for the notebooks of a folder.
 * @param onModule called for each local file that a cell imports, and again when it has changed
 */
export function createCompiler(
  folder: string,
  packageRoot: string,
  onModule: (module: CompiledModule) => void,
): Compiler {
  const ts = loadTypeScript();
  const cellFile = path.join(folder, "__tslab__.ts").replaceAll("\\", "/");
  const watch = createChangeWatch(ts);
  let cellMap = "";
  let maps: readonly string[] = [];

  const isCell = (file: typescript.SourceFile | undefined): boolean => file?.fileName === cellFile;

  const isEarlier = (file: typescript.SourceFile): boolean =>
    path.basename(file.fileName) === "__prev__.d.ts";

  /** Gives tslab the code of the cell alone, and keeps that of local files. */
  const emitFor =
    (
      emit: typescript.Program["emit"],
      checker: () => typescript.TypeChecker,
    ): typescript.Program["emit"] =>
    (target, write, cancellation, onlyDeclarations, transformers) => {
      const parts = new Map<string, string>();
      const expand = isCell(target) ? [expandShorthand(ts, checker(), isEarlier)] : [];
      const result = emit(
        target,
        (name, text) => void parts.set(path.extname(name), text),
        cancellation,
        onlyDeclarations,
        { ...transformers, after: [...(transformers?.after ?? []), ...expand] },
      );
      const code = parts.get(".js") ?? "";
      const map = parts.get(".map") ?? "";
      if (isCell(target)) {
        cellMap = map;
        write?.("outDir/__tslab__.js", code, false);
        write?.("outDir/__tslab__.d.ts", parts.get(".ts") ?? "", false);
      } else if (target !== undefined) {
        const transpiled = transpile(ts, code);
        onModule({
          file: path.normalize(target.fileName),
          source: target.text,
          code: transpiled.code,
          maps: [transpiled.map, map],
        });
      }
      return result;
    };

  const host = createProgramHost(ts, folder, packageRoot, (program) => {
    const checker = (): typescript.TypeChecker => program.getProgram().getTypeChecker();
    program.emit = emitFor(program.emit.bind(program), checker);
  });
  const tslab = loadTslab({
    createWatchCompilerHost: host.create,
    getPreEmitDiagnosticsOfFiles: (program, files) => {
      const mistakes = ts
        .getPreEmitDiagnosticsOfFiles(program, files)
        .filter(({ file, category }) => file && category === ts.DiagnosticCategory.Error);
      if (mistakes.length > 0) throw new TypeMistakes(mistakes.map(describeMistake));
      return [];
    },
    transpileModule: (source) => {
      const transpiled = transpile(ts, source);
      maps = [transpiled.map, cellMap];
      return { outputText: transpiled.code };
    },
  });

  const describeMistake = (diagnostic: typescript.Diagnostic): TypeMistake => {
    const { file, start = 0, length = 1, code, messageText } = diagnostic;
    const place = file?.getLineAndCharacterOfPosition(start) ?? { line: 0, character: 0 };
    const inCell = isCell(file);
    return {
      file: inCell || file === undefined ? undefined : path.normalize(file.fileName),
      line: place.line + 1 - (inCell ? linesAboveCell : 0),
      column: place.character + 1,
      length,
      code,
      message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    };
  };

  const converter = tslab.createConverter({ isJS: false, isBrowser: false });

  return {
    compile: (code, before) => {
      watch.tellChanges();
      const source = withoutExports(ts, code);
      const { module } = tslab.getCodeMetadata(source);
      if (module !== undefined) {
        const mistakes = converter.addModule(module, source);
        if (mistakes.length > 0) throw new TypeMistakes(mistakes.map(describeModuleMistake));
        return { code: "", maps: [], declarations: before };
      }
      const { output = "", declOutput = "", lastExpressionVar } = converter.convert(before, source);
      return {
        code: withoutMapComment(output),
        maps,
        declarations: declOutput,
        ...(lastExpressionVar === undefined ? {} : { lastExpression: lastExpressionVar }),
      };
    },
    complete: (code, position, before) => {
      const { start, end, candidates } = converter.complete(before, code, position);
      return {
        status: "ok",
        matches: candidates,
        cursor_start: start,
        cursor_end: end,
        metadata: {},
      };
    },
    inspect: (code, position, before) => {
      const info = converter.inspect(before, code, position) as typescript.QuickInfo | undefined;
      const data = info === undefined ? {} : { "text/plain": tslab.printQuickInfo(info) };
      return { status: "ok", found: info !== undefined, data, metadata: {} };
    },
    isComplete: (code) => {
      const { completed, indent = "" } = tslab.isCompleteCode(code);
      return completed ? { status: "complete" } : { status: "incomplete", indent };
    },
    warmUp: host.warmUp,
  };
}

function describeModuleMistake({ start, end, code, messageText }: Diagnostic): TypeMistake {
  return {
    file: undefined,
    line: start.line + 1,
    column: start.character + 1,
    length: end.offset - start.offset,
    code,
    message: messageText,
  };
}
