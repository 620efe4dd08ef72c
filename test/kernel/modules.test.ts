import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { errorOf, printed, startKernel, valueOf, type KernelClient } from "./jupyterClient";

/** Files of a folder with packages of every kind. */
const files: Readonly<Record<string, string>> = {
  "node_modules/awaits/package.json": `{"name":"awaits","type":"module","exports":{"types":"./i.d.ts","default":"./i.js"}}`,
  "node_modules/awaits/i.js": "export const v = await Promise.resolve(7); export default v + 1;",
  "node_modules/awaits/i.d.ts":
    "export declare const v: number; declare const d: number; export default d;",
  "node_modules/both/package.json": `{"name":"both","exports":{"import":{"types":"./i.d.mts","default":"./i.mjs"},"require":{"types":"./r.d.cts","default":"./r.cjs"}}}`,
  "node_modules/both/i.mjs": "export const by = 'import';",
  "node_modules/both/i.d.mts": "export declare const by: string;",
  "node_modules/both/r.cjs": "exports.by = 'require';",
  "node_modules/both/r.d.cts": "export declare const by: string;",
  "node_modules/plain/index.js":
    "module.exports = Object.assign(() => 1, { hidden: 2 }); module.exports['late' + ''] = 3;",
  "node_modules/plain/index.d.ts":
    "declare function plain(): number; declare namespace plain { const hidden: number; const late: number; } export = plain;",
  "node_modules/compiled/index.js":
    "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 4; exports.named = 5;",
  "node_modules/compiled/index.d.ts":
    "declare const d: number; export default d; export declare const named: number;",
  "node_modules/untyped/index.js": "exports.anything = 6;",
  "node_modules/broken/index.js": "throw new Error('broken inside');",
  "node_modules/broken/index.d.ts": "export declare const a: number;",
  "node_modules/only-types/package.json": `{"name":"only-types","types":"i.d.ts"}`,
  "node_modules/only-types/i.d.ts": "export interface Shape { sides: number }",
  "awaits.ts":
    "export const v = await Promise.resolve(5);\nexport const where = import.meta.url;\n",
  "over.ts":
    "import { v } from './awaits';\nimport { v as w } from 'awaits';\nexport const sum = v + w;\n",
  "circleA.ts":
    "import { b } from './circleB';\nexport const a = (n: number): number => (n > 0 ? b(n - 1) : 0);\n",
  "circleB.ts":
    "import { a } from './circleA';\nexport const b = (n: number): number => a(n) + 1;\n",
  "counter.ts":
    "export let n = 0;\nexport const inc = () => ++n;\nexport default { get n() { return n; } };\n",
  "t.tsx": "export const v: number = 1;\nexport const parse = <T,>(x: T): T => x;\n",
  "m.mts": "export const v: number = 2;\n",
  "c.cts": "export const v: number = 3;\n",
  "e.mjs": "export const y = 4;\n",
  "data.json": `{ "n": 5 }`,
  "folder/index.ts": "export const inFolder = 6;\n",
  "late.ts": "export const later = async () => (await import('./counter')).n >= 0;\n",
  "lib.js": "exports.lib = 1;\n",
};

describe("kernel/modules", function () {
  this.timeout(60_000);
  let folder: string;
  let global: string;
  let kernel: KernelClient;
  const put = (root: string, name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  };
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-modules-"));
    global = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-global-"));
    for (const [name, text] of Object.entries(files)) put(folder, name, text);
    put(global, "globpkg/package.json", `{"name":"globpkg","main":"i.js","types":"i.d.ts"}`);
    put(global, "globpkg/i.js", "exports.g = 1;");
    put(global, "globpkg/i.d.ts", "export declare const g: number;");
    kernel = await startKernel(folder, undefined, { NODE_PATH: global });
  });
  after(async () => {
    await kernel.stop();
    for (const each of [folder, global]) fs.rmSync(each, { recursive: true });
  });

  /** Cells and their values, by what they show. */
  const cases: Readonly<Record<string, readonly (readonly [code: string, value: string])[]>> = {
    "loads a package that awaits at its top, either way": [
      ['(await import("awaits")).v', "7"],
      ['import d, { v } from "awaits"; v + d', "15"],
      ['import * as all from "awaits"; Object.keys(all).join()', "'default,v'"],
    ],
    "loads local files that await at their top": [
      ['import { v as five } from "./awaits"; five', "5"],
      ['import { sum } from "./over"; sum', "12"],
      ['(await import("./over.ts")).sum', "12"],
    ],
    "knows import.meta, in files and in cells": [
      [
        'import { where } from "./awaits"; where.startsWith("file:") && where.endsWith("/awaits.ts")',
        "true",
      ],
      ['import.meta.url.endsWith("/notebook.ts") && import.meta.dirname === process.cwd()', "true"],
      [
        'import.meta.resolve("awaits").endsWith("/awaits/i.js") && import.meta.resolve("fs")',
        "'fs'",
      ],
    ],
    "takes file URLs, of JavaScript and of TypeScript": [
      ['(await import(new URL("./e.mjs", import.meta.url).href)).y', "4"],
      ['(await import(new URL("./counter.ts", import.meta.url) as unknown as string)).n', "0"],
      ['(await import("data:text/javascript,export const z = 9")).z', "9"],
    ],
    "finds files of every ending": [
      [
        'import { v as tsx } from "./t"; import { v as mts } from "./m.mjs"; import { v as cts } from "./c.cjs"; [tsx, mts, cts].join()',
        "'1,2,3'",
      ],
      ['import { parse } from "./t.tsx"; import { v as again } from "./m.mts"; parse(again)', "2"],
      ['import { inFolder } from "./folder"; inFolder', "6"],
      ['require("./t").v + require("./folder").inFolder + require("./lib").lib', "8"],
    ],
    "takes JSON, with and without attributes": [
      ['import data from "./data.json" with { type: "json" }; data.n', "5"],
      ['import same from "./data.json"; same.n', "5"],
      ['(await import("./data.json", { with: { type: "json" } })).default.n', "5"],
    ],
    "asks packages as import does, and as require does": [
      ['import { by } from "both"; by', "'import'"],
      ['require("both").by', "'require'"],
      ['import plain, { hidden, late } from "plain"; plain() + hidden + late', "6"],
      ['import compiled, { named } from "compiled"; compiled + named', "9"],
      ['import * as ns from "plain"; ns.hidden + (ns as any).default()', "3"],
      ['import eq = require("plain"); eq() + eq.hidden', "3"],
      ['import untyped from "untyped"; untyped.anything', "6"],
    ],
    "does not load what is a type only": [
      ['import { Shape } from "only-types"; const shape: Shape = { sides: 3 }; shape.sides', "3"],
      ['import { type Shape as S2 } from "only-types"; const more: S2 = shape; more.sides', "3"],
      ['import type * as everything from "only-types"; (shape as everything.Shape).sides', "3"],
    ],
    "keeps imported names live, from cell to cell": [
      ['import counter, { n, inc } from "./counter"; inc(); n', "1"],
      ["inc(); inc(); n", "3"],
      ["const seen = () => n; inc(); [seen(), n, counter.n].join()", "'4,4,4'"],
      ['import * as whole from "./counter"; inc(); whole.n', "5"],
    ],
    "lets files import each other in a circle": [
      [
        'import { a } from "./circleA"; import { b } from "./circleB"; [a(3), b(1)].join()',
        "'3,2'",
      ],
    ],
    "loads lazily within files": [['import { later } from "./late"; await later()', "true"]],
    "finds what NODE_PATH names": [['import { g } from "globpkg"; g + require("globpkg").g', "2"]],
  };
  for (const [title, cells] of Object.entries(cases)) {
    it(title, async () => {
      for (const [code, wanted] of cells) {
        const run = await kernel.execute(code);
        assert.equal(run.reply["status"], "ok", `${code}\n${errorOf(run).traceback}`);
        assert.equal(valueOf(run), wanted, code);
      }
    });
  }

  it("refuses an assignment to an imported name, as any module does", async () => {
    const run = await kernel.execute("n = 7;");
    assert.match(errorOf(run).evalue, /Cannot assign to 'n' because it is an import/);
  });

  it("tells what is wrong with a module without a line of the kernel", async () => {
    for (const [code, wanted] of [
      ['import { a } from "broken"; a', /broken inside/],
      ['await import("no-such-package")', /Cannot find (?:module|package) 'no-such-package'/],
      ['import { x } from "./no-such-file";', /Cannot find module '\.\/no-such-file'/],
      ['require("./awaits-too")', /Cannot find module/],
    ] as const) {
      const { evalue, traceback } = errorOf(await kernel.execute(code));
      assert.match(evalue, wanted, code);
      assert.doesNotMatch(traceback, /dist\/kernel|src\/kernel|import-meta-resolve/, code);
    }
  });

  it("says that a file which awaits cannot be required", async () => {
    const run = await kernel.execute('require("./awaits").v');
    // It is there already, since cells before have imported it.
    assert.equal(valueOf(run), "5");
    fs.writeFileSync(path.join(folder, "waits.ts"), "export const v = await 1;\n");
    const refused = errorOf(await kernel.execute('require("./waits")'));
    assert.match(refused.evalue, /"\.\/waits" awaits something.*Load it with import/);
  });

  it("imports tslab and shows what its functions show", async () => {
    const run = await kernel.execute(
      'import * as tslab from "tslab";\ntslab.display.html("<b>x</b>");\nconst d = tslab.newDisplay(); d.text("one"); d.text("two");\ntslab.display.png(new Uint8Array([1, 2, 3]));',
    );
    assert.equal(run.reply["status"], "ok", errorOf(run).traceback);
    const shown = run.messages.filter(({ type }) => /display_data$/.test(type));
    assert.deepEqual(
      shown.map(({ type, content }) => [type, content["data"]]),
      [
        ["display_data", { "text/html": "<b>x</b>" }],
        ["display_data", { "text/plain": "one" }],
        ["update_display_data", { "text/plain": "two" }],
        ["display_data", { "image/png": "AQID" }],
      ],
    );
  });

  it("sees changes of local files of both languages when a cell imports again", async () => {
    const read = async (): Promise<unknown> =>
      valueOf(
        await kernel.execute('import { v } from "./changing";\n[v, require("./lib").lib].join()'),
      );
    fs.writeFileSync(path.join(folder, "changing.ts"), "export const v = 1;\n");
    assert.equal(await read(), "'1,1'");
    fs.writeFileSync(path.join(folder, "changing.ts"), "export const v = 22;\n");
    fs.writeFileSync(path.join(folder, "lib.js"), "exports.lib = 222;\n");
    assert.equal(await read(), "'22,222'");
    fs.writeFileSync(path.join(folder, "changing.ts"), "export const v: number = 'x';\n");
    const wrong = errorOf(await kernel.execute('import { v } from "./changing"; v'));
    assert.match(wrong.traceback, /\.\/changing\.ts:1:14 - error TS2322/);
    assert.equal(printed(await kernel.execute("console.log(typeof v)")), "number\n");
  });

  it("lets a cell make a require of its own", async () => {
    const run = await kernel.execute(
      'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\nrequire("./data.json").n',
    );
    assert.equal(valueOf(run), "5", errorOf(run).traceback);
  });
});
