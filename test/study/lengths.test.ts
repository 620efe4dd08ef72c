import assert from "node:assert/strict";
import { classify, pretrain } from "../../src";
import type { Augmentation } from "../../src/core";
import { lengthNotes } from "../../src/study/lengths";

const none = pretrain.none();

describe("study/lengths", () => {
  it("says nothing where all train for as long, by default", () => {
    const methods = [
      { name: "from scratch", pretrain: none, classify: classify.fineTune() },
      { name: "FixMatch", pretrain: none, classify: classify.fixMatch() },
      { name: "SupCon", pretrain: none, classify: classify.supCon() },
      { name: "pixels", pretrain: pretrain.pixels(), classify: classify.prototypes() },
    ];
    assert.deepEqual(lengthNotes(methods), []);
  });

  it("says who trains for longer, on labels and before", () => {
    const views: Augmentation = (images) => images;
    const methods = [
      { name: "A", pretrain: none, classify: classify.fineTune({ steps: 300 }) },
      { name: "B", pretrain: pretrain.simclr(), classify: classify.fixMatch() },
      { name: "C", pretrain: pretrain.byol({ epochs: 7 }), classify: classify.supCon({ steps: 300 }) }, // prettier-ignore
      // What does not know itself is not told.
      { name: "D", pretrain: pretrain.simclr({ views, epochs: 9 }), classify: classify.prototypes() }, // prettier-ignore
    ];
    assert.deepEqual(lengthNotes(methods), [
      "Methods differ in the length of their training on labels: 300 steps (A, C); 1000 steps (B).",
      "Methods differ in the length of their pretraining: 7 epochs (C); 100 epochs (B).",
    ]);
  });
});
