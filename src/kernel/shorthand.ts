import type * as typescript from "@tslab/typescript-for-tslab";
import type { TypeScript } from "./tslab";

/**
 * Writes `{ a }` as `{ a: exports.a }` where an earlier cell has declared `a`. tslab turns the other uses of such names into
 * `exports.a` but takes the one in a shorthand for the name of the property.
 * @param isEarlier whether a file holds the declarations of earlier cells
 */
export function expandShorthand(
  ts: TypeScript,
  checker: typescript.TypeChecker,
  isEarlier: (file: typescript.SourceFile) => boolean,
): typescript.TransformerFactory<typescript.SourceFile> {
  return (context) => {
    const { factory } = context;
    const visit = (node: typescript.Node): typescript.Node => {
      const visited = ts.visitEachChild(node, visit, context);
      if (!ts.isShorthandPropertyAssignment(visited)) return visited;
      const symbol = checker.getShorthandAssignmentValueSymbol(ts.getOriginalNode(visited));
      if (!symbol?.declarations?.some((declaration) => isEarlier(declaration.getSourceFile())))
        return visited;
      const { name, objectAssignmentInitializer: initial } = visited;
      const value = factory.createPropertyAccessExpression(
        factory.createIdentifier("exports"),
        name,
      );
      // `({ a = 1 } = object)` assigns to it.
      const whole = initial === undefined ? value : factory.createAssignment(value, initial);
      return ts.setTextRange(factory.createPropertyAssignment(name, whole), visited);
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };
}
