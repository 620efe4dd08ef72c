import assert from "node:assert/strict";
import * as ts from "typescript";
import { hideNames, hiddenNamesIn, withPlainNames } from "../../src/kernel/hide";
import { parseModule } from "../../src/kernel/rewrite";
import type { TypeScript } from "../../src/kernel/typescript";

const compiler = ts as TypeScript;

function hidden(code: string): string {
  const file = parseModule(compiler, code);
  compiler.bindSourceFile(file, {});
  return hideNames(compiler, file, new Map([["x", "xˑ1"]]));
}

describe("kernel/hide", () => {
  const texts: Readonly<Record<string, string>> = {
    "let x = 1; const y = x; x++;": "let xˑ1 = 1; const y = xˑ1; xˑ1++;",
    "const later = () => x; function f(a: x) { return x; }":
      "const later = () => x; function f(a: x) { return x; }",
    "const o = { x, y: x.x, x() {} };": "const o = { x: xˑ1, y: xˑ1.x, x() {} };",
    "const { x, y: { z: x2 } } = o;": "const { x: xˑ1, y: { z: x2 } } = o;",
    "import { x } from 'a'; import x2, * as y from 'b'; x;":
      "import { x as xˑ1 } from 'a'; import x2, * as y from 'b'; xˑ1;",
    "import * as x from 'a';": "import * as xˑ1 from 'a';",
    "class x { next?: x; static s = x; m(): x { return new x(); } } new x();":
      "class xˑ1 { next?: xˑ1; static s = xˑ1; m(): xˑ1 { return new xˑ1(); } } new xˑ1();",
    "interface x { self: x } let v: x; type T = x[];":
      "interface xˑ1 { self: xˑ1 } let v: xˑ1; type T = x[];",
    "class B extends x { own = x; static s = x; }":
      "class B extends xˑ1 { own = x; static s = xˑ1; }",
    "enum x { A, B = x.A } namespace N { export const x = 1; x; }":
      "enum xˑ1 { A, B = xˑ1.A } namespace N { export const x = 1; x; }",
    "{ const x = 1; x; } ((x) => x)(x); class C<x> { v?: x }":
      "{ const x = 1; x; } ((x) => x)(xˑ1); class C<x> { v?: x }",
    "function x(n: number): number { return n ? x(n - 1) : 0; }":
      "function xˑ1(n: number): number { return n ? x(n - 1) : 0; }",
    "export { x as y, x };": "export { xˑ1 as y, xˑ1 as x };",
    "a.x = { x: 1 }; x: for (;;) break x;": "a.x = { x: 1 }; x: for (;;) break x;",
  };
  for (const [code, wanted] of Object.entries(texts)) {
    it(`hides x in ${code}`, () => assert.equal(hidden(code), wanted));
  }

  it("knows hidden names, and says plain ones", () => {
    assert.deepEqual(hiddenNamesIn("aˑ1 + b.cˑ22"), ["aˑ1", "cˑ22"]);
    assert.equal(withPlainNames("Type 'Aˑ3' is not 'A'."), "Type 'A' is not 'A'.");
  });
});
