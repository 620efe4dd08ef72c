import type { CompiledCell } from "./compiler";
import type { ScriptParts } from "./script";

/**
 * The script of a cell: a function of what the kernel gives it, which looks up the bindings of all names and gives the
 * function that runs the cell. A name that no cell has declared means what is global, until one does.
 * @param label name of the script in stack traces
 */
export function cellScript(cell: CompiledCell, label: string): ScriptParts {
  const { code, prefix, names } = cell;
  const own = new Set(names);
  const bindings = [
    ...[...own].map((name) => `${prefix}${name} = ${prefix}.binding("${name}")`),
    ...code.free
      .filter((name) => !own.has(name))
      .map((name) => {
        const read = `() => ${name}`;
        const write = `(${prefix}) => { ${name} = ${prefix}; }`;
        return `${prefix}${name} = ${prefix}.global("${name}", ${read}, ${write})`;
      }),
  ];
  const lookUp = bindings.length === 0 ? "" : `const ${bindings.join(", ")}; `;
  // Functions are there before the first statement.
  const functions = code.functions.map((name) => `${prefix}${name}.first = ${name}; `).join("");
  return {
    head: `(function (${prefix}) { "use strict"; ${lookUp}return async function () { ${functions}`,
    code: code.code,
    tail: "}; })",
    file: label,
  };
}
