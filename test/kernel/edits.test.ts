import assert from "node:assert/strict";
import fc from "fast-check";
import { createEdits } from "../../src/kernel/edits";

describe("kernel/edits", () => {
  it("puts outer text around inner text, and one part beside the other", () => {
    const edits = createEdits("await f(x)");
    edits.before(0, "leave(");
    edits.before(6, "enter(");
    edits.replace(6, 7, "$f");
    edits.replace(8, 9, "$x");
    edits.after(10, ")");
    edits.after(10, ")");
    assert.equal(edits.apply().code, "leave(await enter($f($x)))");
  });

  it("tells how parts read before and now, without what stands around them", () => {
    const edits = createEdits("g = () => x;");
    edits.before(4, "named(");
    const span = edits.span(4, 11);
    edits.replace(10, 11, "$x");
    span.finish();
    edits.after(11, ")");
    const { code, spans } = edits.apply();
    assert.equal(code, "g = named(() => $x);");
    assert.deepEqual([...spans], [["() => $x", "() => x"]]);
  });

  it("leads every letter that was there back to its place", () => {
    const change = fc.record({
      at: fc.nat(40),
      length: fc.nat(3),
      text: fc.string({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        const text = Array.from({ length: 48 }, (_, i) => String.fromCharCode(0x4e00 + i)).join("");
        const edits = createEdits(text);
        const gone = new Set<number>();
        let free = 0;
        for (const { at, length, text: added } of [...changes].sort((a, b) => a.at - b.at)) {
          if (at < free) continue;
          edits.replace(at, at + length, added);
          for (let i = at; i < at + length; i++) gone.add(i);
          free = at + Math.max(1, length);
        }
        const edited = edits.apply();
        const { code } = edited;
        [...code].forEach((letter, offset) => {
          const place = letter.charCodeAt(0) - 0x4e00;
          if (place >= 0 && place < 48) assert.equal(edited.source(offset), place);
        });
        const kept = [...text].filter((_, i) => !gone.has(i)).join("");
        assert.equal(code.replace(/[^\u4e00-\u4e2f]/g, ""), kept);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
