import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { errorOf, startKernel, valueOf, type KernelClient } from "./jupyterClient";

describe("kernel/language", function () {
  this.timeout(60_000);
  let folder: string;
  let kernel: KernelClient;
  before(async () => {
    // Outside the project, as with the kernel in a Jupyter of one's own.
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-language-"));
    kernel = await startKernel(folder);
  });
  after(async () => {
    await kernel.stop();
    fs.rmSync(folder, { recursive: true });
  });

  const value = async (code: string): Promise<unknown> => {
    const run = await kernel.execute(code);
    assert.equal(run.reply["status"], "ok", `${code}\n${errorOf(run).traceback}`);
    return valueOf(run);
  };
  const write = (name: string, text: string): void =>
    fs.writeFileSync(path.join(folder, name), text);

  it("knows the library of the Node that runs, and what is global in it", async () => {
    assert.equal(await value("[3, 1, 2].toSorted().with(0, 9).toReversed().join()"), "'3,2,9'");
    assert.equal(await value("crypto.randomUUID().length + new File(['a'], 'b').size"), "37");
    assert.equal(await value("'a'.isWellFormed() && /[\\p{L}--[a-z]]/v.test('É')"), "true");
    const groups = await kernel.execute("Object.groupBy([1, 2], (n) => (n > 1 ? 'b' : 'a')).b[0]");
    if ("groupBy" in Object) assert.equal(valueOf(groups), "2");
    else assert.match(errorOf(groups).evalue, /Property 'groupBy' does not exist/);
  });

  it("takes what cannot be written into a declaration file", async () => {
    write(
      "priv.ts",
      "class Secret { private k = 1; value = 2; }\nexport const secret = () => new Secret();\nconst tag = Symbol('tag');\nexport const tagged = { [tag]: 1, n: 2 };\n",
    );
    const cells = [
      ["import { core, notebook } from 'fewscope'; typeof core", "'object'"],
      ["const df = notebook.dataFrame([{ a: 1 }]); df.columns.join()", "'a'"],
      ["const tf = core.tf; typeof tf.tensor", "'function'"],
      [
        "import { secret, tagged } from './priv'; const s = secret(), t = tagged; s.value + t.n",
        "4",
      ],
      [
        "const make = () => { class Loc { private z = 1; w = 2; } return new Loc(); }; make().w",
        "2",
      ],
      [
        "const Mixin = <B extends new (...a: any[]) => object>(Base: B) => class extends Base { protected y = 2; get twice() { return 2 * this.y; } }; new (Mixin(class {}))().twice",
        "4",
      ],
      [
        "function outer() { interface Local { q: number } const l: Local = { q: 3 }; return l; } outer().q",
        "3",
      ],
      [
        "const unique: unique symbol = Symbol('u'); const holder = { [unique]: 1 }; holder[unique]",
        "1",
      ],
      ["const self = { get me(): typeof self { return self; } }; self.me.me === self", "true"],
      ["export const { a: { b: deep } } = { a: { b: outer } }; deep().q", "3"],
    ] as const;
    for (const [code, wanted] of cells) assert.equal(await value(code), wanted, code);
    assert.equal(
      await value("[df.columns.length, s.value, make().w, outer().q].join()"),
      "'1,2,2,3'",
    );
  });

  it("checks each use with the type that is in force", async () => {
    await value("let size = 3; const list = [1, 2]; type Pair = [number, number];");
    for (const [code, mistake] of [
      ["size = 'large'", /Type 'string' is not assignable to type 'number'/],
      ["list.push('x')", /Argument of type 'string'/],
      ["const pair: Pair = [1]", /not assignable to type 'Pair'|Source has 1 element/],
      ["listt", /Cannot find name 'listt'/],
    ] as const)
      assert.match(errorOf(await kernel.execute(code)).evalue, mistake, code);
    assert.equal(await value("// @ts-ignore\nsize = 'large'; size"), "'large'");
    assert.equal(await value("// @ts-nocheck\nsize = []; size"), "[]");
  });

  it("refuses JSX in a sentence that says where it belongs", async () => {
    const run = await kernel.execute("const a = 1;\nconst b = <div class='x'>{a}</div>;");
    const { evalue, traceback } = errorOf(run);
    assert.match(evalue, /A cell takes no JSX\. .*\.tsx file/);
    assert.match(traceback, /Cell \[\d+\]:2:11/);
    assert.equal(await value("const id = <T>(x: T) => x; id(<number>5)"), "5");
  });

  it("names no file or number of its own in what it says", async () => {
    await value("class Twice { a = 1; } const old = new Twice();");
    await value("class Twice { b = 1; }");
    const { traceback } = errorOf(await kernel.execute("const wrong: Twice = old;"));
    assert.match(traceback, /Property 'b' is missing in type 'Twice'/);
    assert.doesNotMatch(traceback, /ˑ|\[cell /);
    const { content } = await kernel.request("complete_request", { code: "Twi", cursor_pos: 3 });
    assert.deepEqual(content["matches"], ["Twice"]);
  });

  it("makes a cell with @module a module of the others", async () => {
    await kernel.execute("/** @module shapes */\nexport const sides = (n: number) => n + 1;");
    assert.equal(await value("import { sides } from './shapes';\nsides(2)"), "3");
    await kernel.execute("/** @module shapes */\nexport const sides = (n: number) => `${n}`;");
    assert.equal(await value("import { sides } from './shapes';\nsides(2).length"), "1");
  });
});
