import assert from "node:assert/strict";
import { logisticRegression } from "../../src/classify";
import { createRng } from "../../src/core";
import { labelPusher } from "../../src/session/labelPush";
import type { Model } from "../../src/session/model";

describe("session/labelPush", () => {
  it("gives pushes that add up, with the intercepts, to the scores of the session's classifier", async () => {
    const [n, dim, classes] = [40, 5, ["a", "b", "c"]];
    const rng = createRng(7);
    const labels = Int32Array.from({ length: n }, (_, i) => (i < 24 ? i % 3 : -1));
    const features = Float32Array.from({ length: n * dim }, (_, at) => rng.normal() + (at % dim === 0 ? labels[Math.floor(at / dim)] : 0)); // prettier-ignore
    const predict = await logisticRegression().fit?.({ features, labels, dim, classNames: classes }, rng); // prettier-ignore
    assert.ok(predict);
    const probabilities = predict(features);
    const model = { taught: labels, classes, probabilities } as unknown as Model;
    const push = labelPusher(model, features, dim);
    // Log odds of a against b less the sum of pushes: the intercepts, the same for each item.
    const rests = new Map<string, number[]>();
    for (let item = 24; item < n; item++) {
      const p = Array.from(probabilities.subarray(3 * item, 3 * item + 3));
      const [first, second] = [0, 1, 2].sort((a, b) => p[b] - p[a]);
      let sum = 0;
      for (let label = 0; label < n; label++) {
        const one = push(label, item);
        assert.equal(one === undefined, labels[label] < 0);
        if (one !== undefined) sum += one.towards === classes[first] ? one.by : -one.by;
      }
      const key = [first, second].sort().join(" ");
      const rest = (first < second ? 1 : -1) * (Math.log(p[first] / p[second]) - sum);
      rests.set(key, [...(rests.get(key) ?? []), rest]);
    }
    for (const list of rests.values())
      assert.ok(Math.max(...list) - Math.min(...list) < 2e-3, JSON.stringify(list));
    assert.ok([...rests.values()].some((list) => list.length > 2));
  });
});
