import assert from "node:assert/strict";
import { decode } from "fast-png";
import { InputError, type Figure, type Scan } from "../../src/core";
import { fourier, lineProfile, scan, toJson } from "../../src/figures";
import { exampleScan } from "./exampleData";

interface Trace {
  readonly type: string;
  readonly name?: string;
  readonly x: readonly (number | null)[];
  readonly y: readonly (number | null)[];
  readonly z: readonly (readonly (number | null)[])[];
  readonly x0: number;
  readonly dx: number;
  readonly y0: number;
  readonly dy: number;
  readonly text?: readonly string[];
  readonly marker?: {
    readonly cmin: number;
    readonly cmax: number;
    readonly colorbar?: { readonly title: { readonly text: string } };
  };
}

/** The traces of a figure, with typed arrays in plotly's form made plain. */
const tracesOf = (figure: Figure): Trace[] =>
  (figure.data as unknown as (Trace & { z: { bdata: string; shape: string } })[]).map((trace) => {
    if (trace.type !== "heatmap") return trace;
    const [rows, columns] = trace.z.shape.split(", ").map(Number);
    const bytes = Uint8Array.from(Buffer.from(trace.z.bdata, "base64"));
    const values = Array.from(new Float32Array(bytes.buffer));
    const z = Array.from({ length: rows }, (_, y) => values.slice(y * columns, (y + 1) * columns));
    return { ...trace, z };
  });
const textsOf = (figure: Figure): string =>
  (figure.layout as { annotations: { text: string }[] }).annotations
    .map(({ text }) => text)
    .join("\n");

/** A scan with heights from a function of the place in nm. */
function made(pixels: number, nm: number, height: (x: number, y: number) => number): Scan {
  const data = Float64Array.from({ length: pixels * pixels }, (_, i) =>
    height(((i % pixels) * nm) / pixels, (Math.floor(i / pixels) * nm) / pixels),
  );
  return {
    ...exampleScan(),
    channels: [{ name: "Z", unit: "m", direction: "forward", data }],
    width: pixels,
    height: pixels,
    sizeMetres: [nm * 1e-9, nm * 1e-9],
  };
}

function pictureOf(figure: Figure): ReturnType<typeof decode> {
  const [{ source }] = (figure.layout as { images: { source: string }[] }).images;
  return decode(Buffer.from(source.split(",")[1], "base64"));
}

describe("figures/scan", () => {
  it("has the height in pm under the mouse at each pixel's place in nm", () => {
    const [hover] = tracesOf(scan(exampleScan()));
    assert.deepEqual([hover.x0, hover.dx, hover.y0, hover.dy], [0.125, 0.25, 0.125, 0.25]);
    const { data } = exampleScan().channels[0];
    hover.z.forEach((row, y) =>
      row.forEach((z, x) => assert.ok(Math.abs((z ?? NaN) - data[8 * y + x] * 1e12) < 0.06)),
    );
  });

  it("paints low black and high white, first row on top, and leaves out what was not measured", () => {
    const limits = [-1e-10, 2e-10] as const;
    const { data, width, channels } = pictureOf(scan(exampleScan(2), { limits }));
    assert.deepEqual([width, channels], [8 * 48, 2]);
    const at = (x: number, y: number): number[] => {
      const place = 2 * ((48 * y + 20) * width + 48 * x + 20);
      return [data[place], data[place + 1]];
    };
    const heights = exampleScan().channels[0].data;
    const grey = (value: number): number => Math.round((255 * (value - limits[0])) / 3e-10);
    assert.deepEqual(at(3, 2), [grey(heights[19]), 255]);
    assert.deepEqual(at(1, 0), [grey(heights[1]), 255]);
    assert.deepEqual(at(1, 5), [0, 0]);
    assert.match(textsOf(scan(exampleScan(2))), /Pale blue was not measured/);
    assert.doesNotMatch(textsOf(scan(exampleScan())), /Pale blue/);
  });

  it("shows heights far from zero from a round number on, and says so", () => {
    const high = made(4, 1, (x) => 9.3e-9 + x * 1e-11);
    const figure = scan(high, { limits: [9.3e-9, 9.31e-9] });
    assert.match(textsOf(figure), /Z forward, from 9300 pm on/);
    assert.ok(Math.abs((tracesOf(figure)[0].z[0][2] ?? NaN) - 5) < 0.01);
    assert.equal(tracesOf(figure)[1].marker?.colorbar?.title.text, "pm");
  });

  it("takes its limits from the bulk of the heights, not from a spike", () => {
    const spiked = made(100, 10, (x, y) => (x === 5 && y === 5 ? 1e-6 : (x + y) * 1e-12));
    const { cmin = NaN, cmax = NaN } = tracesOf(scan(spiked))[1].marker ?? {};
    assert.ok(cmin >= 0 && cmax < 20, `${cmin} to ${cmax}`);
  });

  it("boxes features inside the frame, one series for each class, numbered in their order", () => {
    const features = [
      { xNm: 0.1, yNm: 0.1, widthNm: 1, heightNm: 1, height: 1e-10 },
      { xNm: 1, yNm: 1, areaNm2: 0.1234 },
      { xNm: 1.9, yNm: 1.4, words: ["evidence < 2", "row, on a spot"] },
    ];
    const classes = ["vacancy", "adatom", "vacancy"];
    const [, , adatoms, , vacancies, points] = tracesOf(scan(exampleScan(), { features, classes }));
    assert.deepEqual([adatoms.name, vacancies.name], ["adatom", "vacancy"]);
    assert.deepEqual(
      [points.x, points.text],
      [
        [0.1, 1.9],
        ["1: vacancy<br>100 pm", "3: vacancy<br>evidence &lt; 2<br>row, on a spot"],
      ],
    );
    for (const x of vacancies.x) assert.ok(x === null || (x >= 0 && x <= 2));
    for (const y of vacancies.y) assert.ok(y === null || (y >= 0 && y <= 1.5));
  });

  it("stays small for a large scan", () => {
    const noisy = made(1024, 100, (x, y) => 1e-10 * Math.sin(x * x * 97 + y * 31));
    const { length } = toJson(scan(noisy));
    assert.ok(length < 500_000, String(length));
  });

  it("refuses classes that do not fit, channels that are not there, and scans without a value", () => {
    const features = [{ xNm: 1, yNm: 1 }];
    assert.throws(() => scan(exampleScan(), { features, classes: [] }), InputError);
    assert.throws(() => scan(exampleScan(), { channel: "Current" }), /"Z forward", "Z backward"/);
    assert.throws(() => scan(exampleScan(6)), InputError);
  });
});

describe("figures/lineProfile", () => {
  it("follows a slope exactly, at any angle and width", () => {
    // Heights are of pixels' middles, half a pixel from their corners.
    const slope = made(20, 10, (x, y) => (3 * (x + 0.25) + (y + 0.25)) * 1e-12);
    const lines = [{ from: [1, 2] as const, to: [7, 9] as const }];
    for (const widthNm of [0, 1.2]) {
      const [{ x, y }] = tracesOf(lineProfile(slope, lines, { widthNm }));
      assert.equal(x.length, y.length);
      x.forEach((distance, i) => {
        const share = (distance ?? NaN) / Math.hypot(6, 7);
        const wanted = 3 * (1 + 6 * share) + 2 + 7 * share;
        assert.ok(Math.abs((y[i] ?? NaN) - wanted) < 1e-3 * wanted, `${distance}: ${y[i]}`);
      });
    }
  });

  it("runs along the middle row if no line is given, with gaps where nothing was measured", () => {
    const [curve] = tracesOf(lineProfile(exampleScan(4)));
    assert.ok(curve.y.every((y) => y === null));
    const [whole] = tracesOf(lineProfile(exampleScan()));
    assert.deepEqual([whole.x[0], whole.x.at(-1)], [0, 2]);
  });

  it("refuses lines outside the frame and channels of different units", () => {
    const outside = [{ from: [0, 0] as const, to: [3, 1] as const }];
    assert.throws(() => lineProfile(exampleScan(), outside), /frame of 2 x 1\.5 nm/);
    const one = exampleScan();
    const both = { ...one, channels: [one.channels[0], { ...one.channels[1], unit: "A" }] };
    assert.throws(() => lineProfile(both, [], { channels: [0, 1] }), /m, A/);
  });
});

describe("figures/fourier", () => {
  it("has a peak of the wave's amplitude at its frequency, on both sides of zero", () => {
    // 3 waves in 2 nm along x, 5 along y
    const wave = made(64, 2, (x, y) => 5e-11 * Math.cos(2 * Math.PI * (1.5 * x + 2.5 * y)));
    for (const window of ["none", "hann"] as const) {
      const [{ z, x0, dx, y0, dy }] = tracesOf(fourier(wave, { window }));
      const [highest, second] = z
        .flatMap((row, v) => row.map((value, u) => ({ value: value ?? NaN, u, v })))
        .sort((a, b) => b.value - a.value);
      const places = [highest, second].map(({ u, v }) => [x0 + u * dx, y0 + v * dy]);
      places.sort((a, b) => a[0] - b[0]);
      assert.ok(Math.abs(places[0][0] + 1.5) < 1e-5 && Math.abs(places[0][1] + 2.5) < 1e-5);
      assert.ok(Math.abs(places[1][0] - 1.5) < 1e-5 && Math.abs(places[1][1] - 2.5) < 1e-5);
      assert.ok(Math.abs(10 ** highest.value - 50) < 0.5, `${window}: 10^${highest.value} pm`);
    }
  });

  it("reads frames that are not square, with gaps", () => {
    const { x, y, dx, dy } = { ...tracesOf(fourier(exampleScan(1)))[0] } as Trace & object;
    assert.deepEqual([x, y], [undefined, undefined]);
    assert.ok(Math.abs(dx - 0.5) < 1e-9 && Math.abs(dy - 2 / 3) < 1e-6);
  });
});
