import assert from "node:assert/strict";
import * as ts from "typescript";
import { freePrefix, rewrite, type Rewritten } from "../../src/kernel/rewrite";
import type { TypeScript } from "../../src/kernel/typescript";

const compiler = ts as TypeScript;
const cell = { known: () => false, renewed: new Set(["E"]) };
const rewritten = (code: string): Rewritten => rewrite(compiler, code, { prefix: "$$", cell });

describe("kernel/rewrite", () => {
  const texts: Readonly<Record<string, string>> = {
    "let a = 1, b = a;": "$$a.first = 1, $$b.first = $$a.$;",
    "const { a, b: [c = a], ...d } = e;":
      "({ a: $$a.constant, b: [$$c.constant = $$a.$], ...$$d.constant } = $$e.$);",
    "for (var i = 0, n = 2; i < n; i++);": "for ($$i.$ = 0, $$n.$ = 2; $$i.$ < $$n.$; $$i.$++);",
    "for (var [k] of ks) k;": "for ([$$k.$] of $$ks.$) $$k.$;",
    "var E; let u; var v;": "$$E.first = void 0; $$u.first = void 0; $$v.$;",
    "f(1); (f)(1); f?.(1); f`x`; new F(g);":
      "(0, $$f.$)(1); (0, $$f.$)(1); (0, $$f.$)?.(1); (0, $$f.$)`x`; $$.result = (new $$F.$($$g.$));",
    "({ a } = { a, b: a, a() {} });":
      "$$.result = (({ a: $$a.$ } = { a: $$a.$, b: $$a.$, a() {} }));",
    "await x;": "$$.result = ($$.leave(await $$.enter($$x.$)));",
    "for await (const y of ys) y;": "for await (const y of $$ys.$) { $$.leave(); y; }",
    'import.meta.url; import("x");': '$$.meta.url; $$.result = ($$.import("x"));',
    "class A { static s = A; m() { return B; } }":
      "$$A.first = class A { static s = A; m() { return $$B.$; } };",
    "const g = () => g;": "$$g.constant = ({ g: () => $$g.$ }).g;",
    "export default class {}": "$$.result = class {};",
    "a.b.c = undefined;": "$$.result = ($$a.$.b.c = undefined);",
    "l: for (;;) break l;": "l: for (;;) break l;",
    "((a, { b } = a, c = () => b + d) => a + b + c())();":
      "$$.result = (((a, { b } = a, c = () => b + $$d.$) => a + b + c())());",
    "(function f(x = y) { var y = x; return f; });":
      "$$.result = ((function f(x = $$y.$) { var y = x; return f; }));",
  };
  for (const [code, wanted] of Object.entries(texts)) {
    it(`rewrites ${code}`, () => assert.equal(rewritten(code).code.trim(), wanted));
  }

  it("tells what a cell declares and what it means of others", () => {
    const { declared, functions, hoisted, free, awaits } = rewritten(
      "function f() { return h; }\nif (a) { var v = 1; let own = 2; }\nclass C {}\ntypeof nowhere;",
    );
    assert.deepEqual([...declared].sort(), ["C", "f", "v"]);
    assert.deepEqual([functions, hoisted, free, awaits], [["f"], ["v"], ["h", "a"], false]);
    assert.equal(rewritten("(async () => { await 1; })();").awaits, false);
    assert.equal(rewritten("if (x) await 1;").awaits, true);
  });

  it("gives a file of its own only the gate, and leaves its names alone", () => {
    const { code } = rewrite(compiler, "const a = await b; exports.c = () => a;", { prefix: "$$" });
    assert.equal(code, "const a = $$.leave(await $$.enter(b)); exports.c = () => a;");
  });

  it("finds a beginning that no name has", () => {
    assert.equal(freePrefix("a"), "$$");
    assert.equal(freePrefix("`$${x}` $$$"), "$$$$");
  });
});
