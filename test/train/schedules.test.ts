import assert from "node:assert/strict";
import { InputError } from "../../src/core";
import { constant, cosineMomentum, warmupCosine } from "../../src/train";
import { lossParity } from "../fixtures/lossParity";
import { assertClose } from "../fixtures/networkParity";

describe("train/schedules", () => {
  it("rises from 0 and falls as half a cosine, as Google's SimCLR code", () => {
    const schedule = warmupCosine({ learningRate: 1, warmupSteps: 2, totalSteps: 10 });
    // Formula of learning_rate_schedule in google-research/simclr, evaluated by hand
    const expected = [0, 0.5, 1, 0.96194, 0.85355, 0.69134, 0.5, 0.30866, 0.14645, 0.03806];
    assertClose(
      Array.from({ length: 10 }, (_, step) => schedule(step)),
      expected,
      "rate",
    );
  });

  it("starts at the full rate without warm-up and ends above the final one", () => {
    const schedule = warmupCosine({ learningRate: 0.4, totalSteps: 4, final: 0.1 });
    assert.equal(schedule(0), 0.4);
    assert.ok(schedule(3) > 0.1);
    assert.ok(Math.abs(schedule(4) - 0.1) < 1e-12);
  });

  it("keeps a constant rate", () => {
    assert.equal(constant(0.3)(17), 0.3);
  });

  it("raises a teacher's momentum to 1 as BYOL's formula", () => {
    const momentum = cosineMomentum(0.99, 10);
    const found = Array.from({ length: 11 }, (_, step) => momentum(step));
    // The paper's formula, in lossParity.py
    assertClose(found, lossParity.byolMomentum, "momentum", { relative: 1e-12 });
    const papers = cosineMomentum(0.996, 100);
    assertClose([papers(0), papers(50), papers(100)], [0.996, 0.998, 1], "momentum");
  });

  it("refuses numbers out of range", () => {
    assert.throws(() => cosineMomentum(1.1, 10), InputError);
    assert.throws(() => constant(0), InputError);
    assert.throws(() => warmupCosine({ learningRate: 0, totalSteps: 4 }), InputError);
    assert.throws(() => warmupCosine({ learningRate: 1, totalSteps: 0 }), InputError);
    assert.throws(
      () => warmupCosine({ learningRate: 1, totalSteps: 4, warmupSteps: 5 }),
      InputError,
    );
  });
});
