import assert from "node:assert/strict";
import { createRng, InputError } from "../../src/core";
import { planStudy, planText } from "../../src/study";
import { simulatedStudy, type TrueCurve } from "../metrics/simulatedStudy";

const power: TrueCurve = (n) => 0.95 - 0.5 * n ** -0.5;
const results = simulatedStudy({
  methods: { good: (n) => power(4 * n), weak: power, flat: () => 0.6 },
  labels: [1, 2, 5, 10, 20, 50],
  draws: 5,
  pretrainings: 5,
  rng: createRng(7),
});

describe("study/planStudy", () => {
  it("plans labels for every method, and shows the best unless one is named", () => {
    const planned = planStudy(results, { target: 0.9 });
    assert.deepEqual(
      planned.plans.map(({ method, plan }) => [method, plan.needed.verdict]),
      [
        ["good", "reached"],
        ["weak", "within"],
        ["flat", "beyond"],
      ],
    );
    assert.equal(planned.shown.method, "good");
    assert.equal(planStudy(results, { target: 0.9, method: "weak" }).shown.method, "weak");
    assert.throws(() => planStudy(results, { target: 0.9, method: "week" }), /Did you mean "weak"/);
  });

  it("says in words how many labels, what it cannot tell, and what it would have said before", () => {
    const text = planText(planStudy(results, { target: 0.9, method: "weak" }));
    assert.match(text, /^The ranges are over draws of labels and their pretrainings\./);
    assert.match(text, /Labels a class for 90\.0 % balanced accuracy, drawn at random:\n/);
    assert.match(text, /\n {2}good +[\d.]+ \([\d.]+ to [\d.]+\): reached already\n/);
    assert.match(text, /\n {2}weak +about \d+ \(\d+ to (\d+|beyond 200)\): \d+ more than the 50 so far/); // prettier-ignore
    assert.match(text, /\n {2}flat +beyond 200, if ever: these curves cannot tell/);
    assert.match(text, /Back-test of "weak": .* \(\d of 2 ranges held what was found\)/);
    const one = results.map((result) => ({ ...result, pretraining: 0 }));
    assert.match(planText(planStudy(one, { target: 0.9 })), /^One pretraining serves all draws/);
  });

  it("leaves out draws that are not done on all budgets, and methods with too few of them", () => {
    const cut = results.filter(({ method, draw, labelsPerClass }) => (method === "weak" ? labelsPerClass < 5 : draw !== 2 || labelsPerClass !== 5)); // prettier-ignore
    const { plans, left } = planStudy(cut, { target: 0.9 });
    assert.deepEqual([plans.map(({ method }) => method), left.map(({ method }) => method)], [["good", "flat"], ["weak"]]); // prettier-ignore
    assert.match(planText(planStudy(cut, { target: 0.9 })), /weak +no plan: 2 budgets \(1, 2\) with 5 draws/); // prettier-ignore
    assert.throws(() => planStudy([], { target: 0.9 }), InputError);
    const two = results.filter(({ draw }) => draw < 2);
    assert.throws(() => planStudy(two, { target: 0.9 }), /at least 4 budgets and 3 draws/);
  });
});
