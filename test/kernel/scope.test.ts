import assert from "node:assert/strict";
import { errorOf, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";

/** What a cell comes to: a value, an error with this text, or whatever it likes. */
type Outcome = string | RegExp | undefined;
type Cells = readonly (readonly [code: string, outcome?: Outcome])[];

/** Names are one for the whole kernel, so each session has its own. */
const sessions: Readonly<Record<string, Cells>> = {
  "functions see what a later cell assigns": [
    [
      "let count = 0;\nfunction bump() { return ++count; }\nconst peek = () => count;\nclass Seer { see = () => count; static last = count; }\nconst seer = new Seer();",
    ],
    [
      "count = 100; [count, peek(), bump(), count, seer.see(), Seer.last].join()",
      "'100,100,101,101,101,0'",
    ],
    ["count += 5; count++; peek()", "107"],
    ["[count] = [1]; ({ count } = { count: count + 1 }); peek()", "2"],
    ["for (count of [7, 8]); peek()", "8"],
  ],
  "a list that is replaced is the one that functions fill": [
    ["let items: number[] = []; const add = (n: number) => items.push(n);"],
    ["add(1); items = []; add(2); items.join()", "'2'"],
  ],
  "a flag stops what runs on": [
    [
      "let goesOn = true; let turns = 0;\nconst ticker = setInterval(() => { if (goesOn) turns++; }, 1);",
    ],
    [
      "goesOn = false; const seenTurns = turns; await new Promise((r) => setTimeout(r, 50)); turns - seenTurns",
      "0",
    ],
    ["clearInterval(ticker);"],
  ],
  "what is declared again is new for everybody": [
    [
      "function helper() { return 'old'; }\nconst caller = () => helper();\nclass Base { name() { return 'old'; } }\nfunction make() { return new Base(); }\nconst rate = 1; const useRate = () => rate;\nenum Level { Low = 1 }\nconst level = () => Level.Low;\nnamespace Geo { export const tau = 6; }\nconst tau = () => Geo.tau;",
    ],
    [
      "function helper() { return 'new'; }\nclass Base { name() { return 'new'; } }\nconst rate = 2;\nenum Level { Low = 5 }\nnamespace Geo { export const tau = 6.28; }",
    ],
    ["[caller(), make().name(), useRate(), level(), tau()].join()", "'new,new,2,5,6.28'"],
  ],
  "a name can become something of another kind": [
    ["const shape = 1; const shapeOf = () => shape;"],
    ["function shape() { return 2; }\nshape()", "2"],
    ["class shape { static side = 3; }\nshape.side", "3"],
    ["import { sep as shape } from 'node:path';\nshape", "'/'"],
    ["let shape = 'text'; (shapeOf() as unknown as string).length", "4"],
  ],
  "types follow what is declared again": [
    [
      "function unit() { return 'pm'; }\nfunction inUnit() { return unit(); }\ninterface Tip { radius: number }\ninterface Scan2 { tip: Tip }",
    ],
    ["function unit() { return 1e-12; }\ninUnit().toFixed(0)", "'0'"],
    ["inUnit().length", /Property 'length' does not exist on type 'number'/],
    [
      "interface Tip { shape: string }\nconst scan2: Scan2 = { tip: { shape: 'blunt' } };\nscan2.tip.shape",
      "'blunt'",
    ],
    ["({ tip: { radius: 1 } }) satisfies Scan2", /'radius' does not exist in type 'Tip'/],
  ],
  "variables keep the types of what they hold": [
    [
      "class Atom { z = 14; bond(): Atom { return this; } }\nfunction pick() { return [1, 2]; }\nconst pickTwice = () => [...pick(), ...pick()];",
    ],
    [
      "const silicon = new Atom(); const picked = pick(); const twice = pickTwice(); let chosen = picked[0];",
    ],
    ["class Atom { name = 'P'; }\nfunction pick() { return ['a']; }"],
    [
      "[silicon.z, silicon.bond().z, picked[0].toFixed(), twice[3].toFixed(), chosen.toFixed()].join()",
      "'14,14,1,2,1'",
    ],
    ["chosen = 'b';", /Type 'string' is not assignable to type 'number'/],
    ["[new Atom().name, pickTwice()[1].toUpperCase()].join()", "'P,A'"],
    ["silicon.name", /Property 'name' does not exist on type 'Atom'/],
  ],
  "what ran before an error stays, and nothing else": [
    ["const kept = 5; let reached = 0;"],
    [
      "reached = 1; let made = 2;\nthrow new Error('stop');\nconst kept = 'new'; let unmade = 3; class Unmade {}",
      /^stop$/,
    ],
    ["[reached, made, kept.toFixed()].join()", "'1,2,5'"],
    ["unmade", /Cannot find name 'unmade'/],
    ["new Unmade()", /Cannot find name 'Unmade'/],
    ["const unmade = 'now'; unmade", "'now'"],
    ["function hoisted() { return 1; }\nthrow new Error('stop');", /^stop$/],
    ["hoisted()", "1"],
  ],
  "namespaces, enums and aliases stay": [
    [
      "namespace Deep.Inner { export const x = 1; export interface P { x: number } }\nimport inner = Deep.Inner;",
    ],
    ["1 + 1", "2"],
    ["const p: Deep.Inner.P = { x: Deep.Inner.x + inner.x }; p.x", "2"],
    [
      "enum Both { A = 1 }\nenum Both { B = 2 }\nclass WithMore {}\nnamespace WithMore { export const more = 3; }",
    ],
    ["[Both.A, Both.B, WithMore.more].join()", "'1,2,3'"],
    ["const enum Fixed { A = 4 }\nconst fixed = () => Fixed.A;"],
    ["enum Fixed { A = 6 }\nfixed()", "6"],
  ],
  "var is the cell's wherever it stands": [
    [
      "if (true) { var inBlock = 2; }\nfor (var turn = 0; turn < 3; turn++);\nfor (var [last] of [[1], [4]]);\ntry { throw 1; } catch { var caught = 5; }\nswitch (1) { case 1: var { a: switched = 6 } = {} as { a?: number }; }",
    ],
    ["[inBlock, turn, last, caught, switched].join()", "'2,3,4,5,6'"],
    ["var inBlock: number; inBlock", "2"],
    [
      "function within() { var own = 1; return own; }\nwithin(); typeof (globalThis as any).own",
      "'undefined'",
    ],
    ["own", /Cannot find name 'own'/],
  ],
  "declare global is for all": [
    ["declare global { var everywhere: number }\nglobalThis.everywhere = 7;\neverywhere", "7"],
    ["everywhere + 1", "8"],
    [
      "declare global { var everywhere: string; interface Array<T> { second(): T } }\nglobalThis.everywhere = 'text';\nArray.prototype.second = function () { return this[1]; };\neverywhere.length + [1, 2].second()",
      "6",
    ],
  ],
  "a name hides what is global, in cells from before too": [
    ["const now = () => performance.now();\nnow() > 0", "true"],
    ["const performance = { now: () => 42 };\nnow()", "42"],
    ["const URL = 'a text'; URL.length", "6"],
    ["new (globalThis.URL)('http://a.b').host", "'a.b'"],
    ["import { setTimeout } from 'node:timers/promises';\nawait setTimeout(1, 'slept')", "'slept'"],
  ],
  "local names stay local": [
    ["const width = 8; let depth = 10;"],
    ["{ const width = 3; ((depth: number) => width + depth)(1) }\nwidth", "8"],
    [
      "[1].map((width) => ({ width }))[0].width + (function depth() { return typeof depth === 'function' ? 1 : 0; })()",
      "2",
    ],
    [
      "(({ width, ...rest }, [depth] = [2], later = () => depth) => width + later())({ width: 1 })",
      "3",
    ],
    [
      "JSON.stringify({ width, depth, inner: { ...{ a: 1 }, width } })",
      `'{"width":8,"depth":10,"inner":{"a":1,"width":8}}'`,
    ],
    ["label: for (const depth of [1, 2]) { continue label; }\ndepth", "10"],
    [
      "class Box<T> { constructor(readonly width: T) {} twice() { return [this.width, width]; } }\nnew Box(1).twice().join()",
      "'1,8'",
    ],
  ],
  "functions keep their names": [
    [
      "const arrow = () => 1, Named = class {};\nlet later: () => void;\nlater = () => {};\nconst { fallback = () => 2 } = {} as { fallback?: () => number };",
    ],
    [
      "[arrow, Named, later, fallback, function () {}].map((f) => f.name).join()",
      "'arrow,Named,later,fallback,'",
    ],
    ["(arrow as any).call(undefined), [1].map(arrow)[0]", "1"],
  ],
  "code is strict, and this is nothing": [
    ["(function () { return this === undefined; })()", "true"],
    [
      "function plain(this: unknown) { return this === undefined; }\n[plain(), (plain)(), plain?.()].join()",
      "'true,true,true'",
    ],
    ["this === undefined", "true"],
    ["(Object.freeze([1]) as number[])[0] = 2;", /read only property/],
    ["// @ts-ignore\nundeclared = 1;", /undeclared is not defined/],
    ["typeof undeclaredToo", /Cannot find name/],
    ["// @ts-ignore\ntypeof undeclaredToo", "'undefined'"],
    [
      "function early() { return notYet; }\n// @ts-ignore\nearly();\nlet notYet = 1;",
      /Cannot access 'notYet' before initialization/,
    ],
  ],
  "export is no matter in a cell": [
    [
      "export const given = 1; export default function named() { return 2; }\nexport { given as alias };\nexport class Shown {}",
    ],
    ["[given, named(), alias, new Shown() instanceof Shown].join()", "'1,2,1,true'"],
    ["export default 41 + 1", "42"],
    [
      "export * from 'node:url'; export * as names from 'node:url'; export { basename as base } from 'node:path';",
    ],
    [
      "[typeof pathToFileURL, typeof names.fileURLToPath, base('/a/b')].join()",
      "'function,function,b'",
    ],
  ],
  "the last expression is the value": [
    ["'use strict'", "'use strict'"],
    ["({ a: 1 })", "{ a: 1 }"],
    ["() => 1", "[Function (anonymous)]"],
    ["await Promise.resolve(3)", "3"],
    ["let silent = 4;", undefined],
    ["silent; // read", "4"],
    ["function f() {}", undefined],
    ["for await (const x of [1, 2]) silent = x;\nsilent", "2"],
    ["using res = { [Symbol.dispose]() { silent = 9; } };"],
    ["silent", "9"],
    ["// nothing", undefined],
    ["", undefined],
  ],
  "decorators, templates and the like are what they are": [
    [
      "function seal(target: Function) { Object.defineProperty(target, 'sealed', { value: true }); }\n@seal class Sealed { constructor(private n = 1) {} get() { return this.n; } }\n[new Sealed().get(), (Sealed as any).sealed].join()",
      "'1,true'",
    ],
    [
      "const tag = (parts: TemplateStringsArray, ...values: unknown[]) => parts.raw.join('|') + values.join();\ntag`a${1}b${'$$x'}c`",
      "'a|b|c1,$$x'",
    ],
    ["const price = 5; `costs $${price}`", "'costs $5'"],
    ["const $$a = 1; const a = 2; const $$$ = 3; [$$a, a, $$$].join()", "'1,2,3'"],
    ["const __proto__ = () => 1; __proto__.name", "'__proto__'"],
    ["const ünïcode = 'é', 名前 = 1; `${ünïcode}${名前}`", "'é1'"],
  ],
};

describe("kernel/scope", function () {
  this.timeout(60_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  before(async () => {
    folder = makeNotebookFolder("scope");
    kernel = await startKernel(folder.path);
  });
  after(async () => {
    await kernel.stop();
    folder.remove();
  });

  for (const [title, cells] of Object.entries(sessions)) {
    it(title, async () => {
      for (const [code, outcome] of cells) {
        const run = await kernel.execute(code);
        const { evalue, traceback } = errorOf(run);
        if (outcome instanceof RegExp) assert.match(evalue, outcome, code);
        else {
          assert.equal(run.reply["status"], "ok", `${code}\n${traceback}`);
          if (outcome !== undefined) assert.equal(valueOf(run), outcome, code);
        }
      }
    });
  }

  it("gives the same wherever the border between cells is", async () => {
    const lines = ["let base = 1;", "const tenfold = () => base * 10;", "base = 5;", "tenfold()"];
    for (let border = 0; border < lines.length; border++) {
      const parts = [lines.slice(0, border).join("\n"), lines.slice(border).join("\n")];
      await kernel.execute(parts[0]);
      assert.equal(valueOf(await kernel.execute(parts[1])), "50", `border ${border}`);
    }
  });

  it("takes a cell again and again without keeping the old ones", async () => {
    for (let turn = 0; turn < 25; turn++) {
      const code = `const again = ${turn}; const more = () => again;\nmore()`;
      assert.equal(valueOf(await kernel.execute(code)), String(turn));
    }
  });
});
