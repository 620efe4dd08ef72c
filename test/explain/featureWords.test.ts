import assert from "node:assert/strict";
import { createRng, InputError, subset } from "../../src/core";
import * as explain from "../../src/explain";
import { embedImages } from "../../src/nets";
import { none } from "../../src/pretrain";

describe("explain/featureWords", () => {
  const classes = ["phosphine", "phosphinidene"];
  const { images } = explain.markedImages({ scans: 2, seed: 1, classes, scan: { pixels: 128, defects: { phosphine: 3, phosphinidene: 3 } } }); // prettier-ignore
  const shown = subset(images, [0, 1, 2]);

  it("tells class, probability, the strongest evidence and what physics measures, as head and rows have it", async () => {
    const encoder = await none({ encoder: { resnet: { depth: 8, width: 4 } } })(images, createRng(8)); // prettier-ignore
    const { labels, classNames } = images;
    const features = await embedImages(encoder, images);
    const fit = explain.fitLogistic({ features, labels, dim: encoder.dim, classNames });
    const model = explain.explained(encoder, fit.head);
    const words = explain.featureWords(model, shown, { classNames, cellNm: [0.384, 0.768] });
    words.forEach(([told, strongest, physics], i) => {
      const p = fit.probabilities.subarray(2 * i, 2 * i + 2);
      const best = p[0] > p[1] ? 0 : 1;
      assert.equal(told, `${classNames[best]}: ${p[best].toFixed(2)}`);
      assert.match(strongest, new RegExp(`^strongest evidence [+-][\\d.]+ against ${classNames[1 - best]}, at pixel \\d+, \\d+$`)); // prettier-ignore
      assert.match(physics, /^(row|trough).*; -?[\d.]+ pm \(noise [\d.]+\); (mirror across the rows -?[\d.]+|symmetry hidden by noise)$/); // prettier-ignore
    });
    assert.throws(() => explain.featureWords(model, shown, { classNames: ["one"] }), InputError);
    encoder.dispose();
  });
});
