import assert from "node:assert/strict";
import { minimise } from "../../src/classify/minimise";

describe("classify/minimise", () => {
  it("finds the minimum of the Rosenbrock function", () => {
    const { point, converged, iterations } = minimise(
      ([x, y], gradient) => {
        gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
        gradient[1] = 200 * (y - x * x);
        return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
      },
      Float64Array.of(-1.2, 1),
      { tolerance: 1e-9 },
    );
    assert.ok(converged);
    assert.ok(iterations < 60, `${iterations} iterations`);
    assert.ok(Math.abs(point[0] - 1) < 1e-7 && Math.abs(point[1] - 1) < 1e-7);
  });

  it("says so when it runs out of iterations", () => {
    const { converged } = minimise(
      ([x], gradient) => {
        gradient[0] = 4 * x ** 3;
        return x ** 4;
      },
      Float64Array.of(0.9),
      { tolerance: 1e-30, maxIterations: 3 },
    );
    assert.equal(converged, false);
  });
});
