import type * as typescript from "@tslab/typescript-for-tslab";
import type { TypeScript } from "./tslab";

/** The name under which compiled code finds the gate at its awaits. */
export const gateName = "__fewscope_await";

/** Code for node, and the way back to its source. */
export interface Transpiled {
  readonly code: string;
  /** Source map in JSON. */
  readonly map: string;
}

/**
 * Turns a module with imports into one for `require`, and puts a gate at each `await`, so that stopped cells end there.
 * @param source JavaScript with `import` and `export`
 */
export function transpile(ts: TypeScript, source: string): Transpiled {
  const { outputText, sourceMapText } = ts.transpileModule(withoutMapComment(source), {
    fileName: "cell.js",
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
      target: ts.ScriptTarget.ES2022,
      newLine: ts.NewLineKind.LineFeed,
      noImplicitUseStrict: true,
      sourceMap: true,
    },
    transformers: { before: [gateAwaits(ts)] },
  });
  return { code: withoutMapComment(outputText), map: sourceMapText ?? "" };
}

/** A compiler's note on where its map is, which here is a file that does not exist. */
export function withoutMapComment(code: string): string {
  return code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
}

/** `await x` becomes `gate.leave(await gate.enter(x))`, and each turn of `for await` begins with `gate.leave()`. */
function gateAwaits(ts: TypeScript): typescript.TransformerFactory<typescript.SourceFile> {
  return (context) => {
    const { factory } = context;
    const call = (
      name: "enter" | "leave",
      values: readonly typescript.Expression[],
    ): typescript.Expression =>
      factory.createCallExpression(
        factory.createPropertyAccessExpression(factory.createIdentifier(gateName), name),
        undefined,
        values,
      );
    const visit = (node: typescript.Node): typescript.Node => {
      const visited = ts.visitEachChild(node, visit, context);
      if (ts.isAwaitExpression(visited)) {
        const entered = factory.updateAwaitExpression(visited, call("enter", [visited.expression]));
        return call("leave", [entered]);
      }
      if (ts.isForOfStatement(visited) && visited.awaitModifier !== undefined) {
        const { awaitModifier, initializer, expression, statement } = visited;
        const body = factory.createBlock([
          factory.createExpressionStatement(call("leave", [])),
          statement,
        ]);
        return factory.updateForOfStatement(visited, awaitModifier, initializer, expression, body);
      }
      return visited;
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };
}
