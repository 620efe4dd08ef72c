import assert from "node:assert/strict";
import { runtimePart } from "./project";

const { nodeProblem } = runtimePart("nodeProblem.js") as {
  nodeProblem: (version: string) => string | undefined;
};

describe("runtime/nodeProblem", () => {
  for (const version of ["20.19.0", "20.20.2", "21.0.0", "22.3.0", "24.1.0", "26.9.9"]) {
    it(`takes Node ${version}`, () => assert.equal(nodeProblem(version), undefined));
  }

  for (const version of ["8.11.0", "18.20.0", "20.18.3", "27.0.0"]) {
    it(`refuses Node ${version} with a sentence`, () => {
      const problem = nodeProblem(version) ?? "";
      assert.match(problem, /needs Node 20\.19 to 26/);
      assert.ok(problem.includes(version));
    });
  }
});
