import assert from "node:assert/strict";
import type { Figure } from "../../src/core";
import { plainFigure, toHtml, toJson, toSvg } from "../../src/figures";

const size = { width: 400, height: 300 };
const heights = Float64Array.of(4, 1, 9);

/** The same figure, of typed arrays and of plain ones. */
const pairs: Readonly<Record<string, readonly [typed: Figure, plain: Figure]>> = {
  "a line": [
    { data: [{ type: "scatter", x: Int16Array.of(1, 2, 3), y: heights }], layout: size },
    { data: [{ type: "scatter", x: [1, 2, 3], y: [4, 1, 9] }], layout: size },
  ],
  "rows of a heatmap": [
    { data: [{ type: "heatmap", z: [Float32Array.of(1, 2), Uint8Array.of(3, 4)] }], layout: size },
    {
      data: [
        {
          type: "heatmap",
          z: [
            [1, 2],
            [3, 4],
          ],
        },
      ],
      layout: size,
    },
  ],
  "error bars and ticks": [
    {
      data: [{ type: "bar", y: heights, error_y: { array: Float32Array.of(1, 2, 0.5) } }],
      layout: { ...size, xaxis: { tickvals: Uint32Array.of(0, 2) } },
    },
    {
      data: [{ type: "bar", y: [4, 1, 9], error_y: { array: [1, 2, 0.5] } }],
      layout: { ...size, xaxis: { tickvals: [0, 2] } },
    },
  ],
  "whole numbers of 64 bits": [
    { data: [{ type: "scatter", y: BigInt64Array.of(5n, -6n), text: [7n] }], layout: size },
    { data: [{ type: "scatter", y: [5, -6], text: [7] }], layout: size },
  ],
};

describe("plainFigure", () => {
  for (const [what, [typed, plain]] of Object.entries(pairs)) {
    it(`takes typed arrays for ${what}, in every form of a figure`, async () => {
      assert.deepEqual(plainFigure(typed), plain);
      assert.equal(toJson(typed), toJson(plain));
      assert.equal(toHtml(typed), toHtml(plain));
      assert.equal(await toSvg(typed), await toSvg(plain));
    });
  }

  it("leaves values that are not there as gaps, and plotly's own form of arrays as it is", () => {
    const coded = { dtype: "f4", bdata: "AACAPw==", shape: "1" };
    const figure = plainFigure({ data: [{ y: Float32Array.of(NaN, 1), z: coded }], layout: {} });
    assert.deepEqual(figure.data, [{ y: [NaN, 1], z: coded }]);
    assert.match(toJson(figure), /null/);
  });

  it("changes nothing in the figure that it is given", () => {
    const figure = { data: [{ type: "scatter", y: heights }], layout: {} };
    plainFigure(figure);
    assert.equal(figure.data[0].y, heights);
  });
});
