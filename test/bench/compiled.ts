/*
 * Has a script in TypeScript take fewscope as it was built, which is what users run: node --import tsx --import ./test/bench/compiled.ts SCRIPT. The
 * loader that compiles as it goes costs hot loops some percent.
 */
import * as fs from "node:fs";
import Module from "node:module";
import * as path from "node:path";

type Resolve = (request: string, ...others: readonly unknown[]) => string;

const project = path.join(__dirname, "..", "..");
const [source, built] = ["src", "dist"].map((name) => path.join(project, name) + path.sep);
const loader = Module as unknown as { _resolveFilename: Resolve };
const resolve = loader._resolveFilename;

loader._resolveFilename = function (this: unknown, request, ...others) {
  const file = resolve.call(this, request, ...others);
  if (!file.startsWith(source) || !file.endsWith(".ts")) return file;
  const there = `${built}${file.slice(source.length, -3)}.js`;
  return fs.existsSync(there) ? there : file;
};
