import assert from "node:assert/strict";
import { forge, forgeTargets, tryInput } from "./forge";

/** The full number of inputs runs by hand: test/bench/fuzz.ts. */
const inputs = 300;

describe("readers of instrument files", () => {
  it(`refuse ${inputs} damaged and forged files each in a sentence, without hanging or filling the memory`, async () => {
    for (const target of await forgeTargets()) {
      let refused = 0;
      const count = Math.ceil(inputs / (target.fewer ?? 1));
      for (const input of forge(target.files, count)) {
        if ((await tryInput(target, input)).refused) refused++;
      }
      // A reader that refused nothing, or all, would not have been tried.
      assert.ok(refused > count / 10 && refused < count, `${target.name} refused ${refused}`);
    }
  });
});
