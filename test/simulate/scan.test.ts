import assert from "node:assert/strict";
import { InputError, type Scan } from "../../src/core";
import { defectClasses, scan, type ScanOptions } from "../../src/simulate";
import { levelled } from "../../src/simulate/levelled";

const pm = ({ channels }: Scan): Float64Array => channels[0].data.map((metres) => metres * 1e12);

const quiet = {
  tiltDegrees: [0, 0],
  noisePm: [0, 0],
  wanderPm: [0, 0],
  lineOffsetPm: [0, 0],
} as const;

/** Highest and lowest change against the same scan without defects, within 0.6 nm of each defect, in pm. */
function heightsOf(className: string, seed: number): { high: number; low: number }[] {
  const options: ScanOptions = { seed, pixels: 128, instrument: quiet };
  const made = scan({ ...options, defects: { [className]: 8 } });
  const without = pm(scan({ ...options, defects: {} }).clean);
  const change = pm(made.clean).map((value, i) => value - without[i]);
  return made.defects.map(({ x, y }) => {
    const around: number[] = [];
    for (let row = Math.ceil(y - 5); row <= y + 5; row++) {
      for (let column = Math.ceil(x - 5); column <= x + 5; column++) {
        around.push(change[row * 128 + column]);
      }
    }
    return { high: Math.max(...around), low: Math.min(...around) };
  });
}

describe("simulate/scan", function () {
  // Some tests make several scans, which takes long on a machine that is busy with other work.
  this.timeout(20_000);

  it("gives a surface whose rows are 20 to 60 pm high and 0.768 nm apart", () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const made = scan({ seed, pixels: 160, defects: {}, rowDegrees: [0, 0], instrument: quiet });
      const z = pm(made.clean);
      const corrugation = z.reduce((a, b) => Math.max(a, b)) - z.reduce((a, b) => Math.min(a, b));
      assert.ok(corrugation > 20 && corrugation < 60, `${corrugation} pm`);
      // Ten rows are 64 pixels of 0.12 nm; a row and a half is dark where a row is bright.
      const down = Math.round(made.parameters.rowDegrees) === 0;
      const at = (i: number, k: number): number => z[down ? i * 160 + k : k * 160 + i];
      let [same, opposite] = [0, 0];
      for (let i = 0; i < 90; i++) {
        same = Math.max(same, Math.abs(at(i, 80) - at(i + 64, 80)));
        opposite = Math.max(opposite, Math.abs(at(i, 80) - at(i + 61, 80)));
      }
      assert.ok(same < 0.5, `rows differ by ${same} pm after ten of them`);
      assert.ok(opposite > 0.7 * corrugation);
    }
  });

  // Published and modelled heights with 30 % either way, as one value would be more than is known.
  const expected: Record<string, { low?: [number, number]; high?: [number, number] }> = {
    "single dimer vacancy": { low: [-130 * 1.3, -80 * 0.7], high: [-5, 20 * 1.3] },
    "double dimer vacancy": { low: [-250 * 1.3, -150 * 0.7], high: [-5, 20 * 1.3] },
    "C defect": { low: [-100, -15], high: [20, 100] },
    phosphine: { low: [-60, 0], high: [60 * 0.7, 150 * 1.3] },
  };
  for (const [className, range] of Object.entries(expected)) {
    it(`gives a ${className} its height, and not always the same`, () => {
      const heights = [1, 2, 3].flatMap((seed) => heightsOf(className, seed));
      assert.equal(heights.length, 24);
      for (const { high, low } of heights) {
        if (range.low) assert.ok(low >= range.low[0] && low <= range.low[1], `lowest ${low} pm`);
        if (range.high) assert.ok(high >= range.high[0] && high <= range.high[1], `highest ${high} pm`); // prettier-ignore
      }
      assert.equal(new Set(heights.map(({ high, low }) => `${high} ${low}`)).size, 24);
    });
  }

  it("puts as many defects of each class as wanted, apart from each other and from the border", () => {
    const made = scan({ seed: 2, defects: { phosphine: 3, "C defect": 7 }, separationNm: 3 });
    const classes = made.defects.map(({ className }) => className);
    assert.equal(classes.filter((name) => name === "phosphine").length, 3);
    assert.equal(classes.filter((name) => name === "C defect").length, 7);
    made.defects.forEach(({ x, y, xNm, yNm }, i) => {
      assert.ok(Math.abs(xNm - 0.12 * x) < 1e-12 && Math.abs(yNm - 0.12 * y) < 1e-12);
      assert.ok(Math.min(x, y, 223 - x, 223 - y) >= 1 / 0.12);
      for (const other of made.defects.slice(i + 1)) {
        assert.ok(Math.hypot(xNm - other.xNm, yNm - other.yNm) >= 3);
      }
    });
  });

  it("records what the instrument adds: tilt, line offsets, noise, in steps of 0.1 pm", () => {
    const instrument = {
      tiltDegrees: [0.3, 0.3],
      noisePm: [5, 5],
      wanderPm: [0, 0],
      lineOffsetPm: [20, 20],
    } as const;
    const made = scan({ seed: 5, instrument });
    const observed = pm(made.observed);
    const [n, count] = [224, 224 * 224];
    const clean = pm(made.clean);
    const added = observed.map((value, i) => value - clean[i]);
    // 0.3 degrees over the frame of 26.9 nm; line offsets of 20 pm shift the slope down by a few pm.
    const corner = Math.tan((0.3 * Math.PI) / 180) * 120 * (n - 1);
    const right = mean(added.filter((_, i) => i % n === n - 1)) - mean(added.filter((_, i) => i % n === 0)); // prettier-ignore
    assert.ok(Math.abs(right - corner) < 5, `${right} pm instead of ${corner}`);
    const slope = corner / (n - 1);
    const rows = Array.from({ length: n }, (_, r) => {
      const row = added.slice(r * n, (r + 1) * n).map((v, c) => v - slope * c);
      return { mean: mean(row) - slope * r, spread: spread(row) };
    });
    const lineOffset = spread(rows.map((row) => row.mean));
    assert.ok(Math.abs(lineOffset - 20) < (5 * 20) / Math.sqrt(2 * n), `${lineOffset} pm`);
    const noise = Math.sqrt(mean(rows.map((row) => row.spread ** 2)));
    assert.ok(Math.abs(noise - 5) < (5 * 5) / Math.sqrt(2 * count), `${noise} pm`);
    assert.ok(observed.every((value) => Math.abs(value * 10 - Math.round(value * 10)) < 1e-6));
  });

  it("adds noise that lasts some pixels, of the wanted spread", () => {
    const made = scan({ seed: 6, instrument: { ...quiet, wanderPm: [10, 10] } });
    const clean = pm(made.clean);
    const added = pm(made.observed).map((value, i) => value - clean[i]);
    // Some 224 * 224 / 12 independent values.
    assert.ok(Math.abs(spread(added) - 10) < (5 * 10) / Math.sqrt(2 * 4000));
    const next = mean(added.slice(1).map((value, i) => value * added[i])) / spread(added) ** 2;
    assert.ok(Math.abs(next - Math.exp(-1 / 6)) < 0.02, `${next}`);
  });

  it("gives the same bytes for the same seed, others for another, and says what was drawn", () => {
    const [once, again, other] = [scan({ seed: 9 }), scan({ seed: 9 }), scan({ seed: 10 })];
    assert.deepEqual(again, once);
    assert.notDeepEqual(other.observed.channels[0].data, once.observed.channels[0].data);
    assert.deepEqual(JSON.parse(once.observed.metadata["simulated"]), once.parameters);
    assert.ok(once.parameters.tip.distanceNm >= 0.55 && once.parameters.tip.distanceNm <= 0.8);
    assert.equal(once.observed.sizeMetres[0], 224 * 0.12e-9);
    assert.equal(once.seed, 9);
  });

  it("refuses options out of range with a sentence", () => {
    const wrong: [ScanOptions, RegExp][] = [
      [{ seed: 0.5 }, /seed 0.5/],
      [{ surface: "Si(111)" as "Si(001)-2x1" }, /surface "Si\(111\)".*Si\(001\)-2x1/],
      [{ pixels: 8 }, /pixels 8.*at least 16/],
      [{ pixels: 1e6 }, /pixels 1000000.*at most 2048/],
      [{ nmPerPixel: 0 }, /nmPerPixel 0/],
      [{ pixels: 2048, nmPerPixel: 0.5 }, /frame of 1024 nm.*at most 300 nm/],
      [{ defects: { phosphin: 2 } }, /defect class "phosphin".*Did you mean "phosphine"/],
      [{ defects: { phosphine: -2 } }, /number of phosphine -2/],
      [{ defects: { phosphine: 900 } }, /900 places in 224 x 224 pixels.*Lower the number/],
      [{ marginNm: 20 }, /from the border/],
      [{ rowDegrees: [10, -10] }, /rowDegrees \[10,-10\].*smaller first/],
      [{ tip: { distanceNm: [0.1, 0.2] } }, /distanceNm 0.1/],
      [{ tip: { workFunctionEv: [4, 50] } }, /workFunctionEv 50/],
      [{ instrument: { noisePm: [-1, 2] } }, /noisePm -1/],
      [{ instrument: { tiltDegrees: [0, 45] } }, /tiltDegrees 45/],
      [{ instrument: { lineOffsetPm: [NaN, 2] } }, /lineOffsetPm NaN/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(
        () => scan(options),
        (error: Error) => error instanceof InputError && message.test(error.message),
        message.source,
      );
    }
  });

  it("knows these four classes of defects first", () => {
    assert.deepEqual(defectClasses().slice(0, 4), Object.keys(expected));
  });
});

describe("simulate/levelled", () => {
  it("takes off the plane and nothing else", () => {
    const [width, height] = [7, 5];
    const bump = (i: number): number => (i === 17 ? 3 : 0);
    const data = (plane: boolean): Float64Array =>
      Float64Array.from(
        { length: 35 },
        (_, i) => (bump(i) + (plane ? 40 + 2 * (i % 7) - 5 * Math.floor(i / 7) : 0)) * 1e-12,
      );
    const made = scan({ pixels: 16, defects: {}, instrument: quiet }).clean;
    const of = (plane: boolean): Float64Array =>
      levelled({
        ...made,
        width,
        height,
        channels: [{ ...made.channels[0], data: data(plane) }],
      });
    of(true).forEach((value, i) => assert.ok(Math.abs(value - of(false)[i]) < 1e-9));
  });
});

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function spread(values: ArrayLike<number>): number {
  const middle = mean(values);
  return Math.sqrt(mean(Float64Array.from(values, (value) => (value - middle) ** 2)));
}
