/**
 * Proves views of STM images and times them.
 *
 *   node --import tsx test/bench/views.ts --legal [--out folder] [--steps 3000]
 *     Trains a network on simulated images with known truth and prints for each default view how many points of
 *     accuracy it costs (bound: 2), then for strengths up to 3 times the default, and for the changes that destroy the
 *     class. Writes the figure views-legal, where the largest legal strength is drawn.
 *   node --import tsx test/bench/views.ts --speed
 *     Images per second of the views beside those of a step of SimCLR with the small ResNet, in seconds of processor.
 */
import * as path from "node:path";
import { parseArgs } from "node:util";
import * as augment from "../../src/augment";
import { configureBackend, createRng, tf, type Augmentation, type Figure } from "../../src/core";
import * as figures from "../../src/figures";
import * as pretrain from "../../src/pretrain";
import * as simulate from "../../src/simulate";
import { judged, percent, pointsLost, trainJudge, type Judge } from "../augment/judge";

/** Points of accuracy that a legal view may cost. */
const bound = 2;
const strengths = [0.5, 0.75, 1, 1.5, 2, 3];
/** Steps that know no strength. */
const fixed: readonly string[] = ["latticeTurns", "latticeMirrors"];
const destroying: Readonly<Record<string, Augmentation>> = {
  zInversion: augment.stm.destroying.zInversion(),
  strongGhost: augment.stm.destroying.strongGhost(),
  wideBlur: augment.stm.destroying.wideBlur(),
  largeZoom: augment.stm.destroying.largeZoom(),
  rescalePatch: augment.stm.destroying.rescalePatch(),
};
const whole: Readonly<Record<string, Augmentation>> = {
  "stm.views": augment.stm.views(),
  "stm.views at strength 1": augment.stm.views({ strength: 1 }),
  "photo.views": augment.photo.views(),
  "grey.views": augment.grey.views(),
};

/** All steps one after the other. */
const together = "all together";

/** Points lost at each strength. */
interface Curve {
  readonly name: string;
  readonly lost: readonly number[];
  /** Largest strength, between those measured, at which no more than the bound is lost; undefined beyond all of them. */
  readonly limit: number | undefined;
}

async function legal(steps: number, folder: string): Promise<void> {
  const began = performance.now();
  const judge = await trainJudge({
    trainScans: 120,
    testScans: 40,
    steps,
    width: 12,
    batchSize: 64,
  });
  const rng = createRng(13);
  const plain = await judged(judge, undefined, rng);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `judge: ${percent(plain).toFixed(2)} % of ${plain.length} images right, ${steps} steps, ${seconds} s\n`,
  );
  const cost = async (name: string, change: Augmentation): Promise<number> => {
    const { lost, within } = pointsLost(plain, await judged(judge, change, rng.fork(name)));
    const verdict = lost <= bound ? "legal" : "NOT legal";
    console.log(name.padEnd(28), lost.toFixed(2).padStart(7), "+-", within.toFixed(2), verdict);
    return lost;
  };
  console.log("points of accuracy lost, with 95 % intervals of the paired difference");
  for (const [name, change] of Object.entries(augment.stm.steps({ strength: 1 })))
    await cost(name, change);
  console.log("\nall steps together, and other views");
  for (const [name, change] of Object.entries(whole)) await cost(name, change);
  console.log("\nwhat destroys the class");
  for (const [name, change] of Object.entries(destroying)) await cost(name, change);
  console.log(`\npoints lost at strengths ${strengths.join(", ")}`);
  const curves = await measureCurves(judge, plain);
  console.log(
    `\nstrength, as a factor of the default, from which more than ${bound} points are lost`,
  );
  for (const { name, limit } of curves) {
    console.log(
      name.padEnd(28),
      limit === undefined ? `beyond ${strengths.at(-1)}` : limit.toFixed(2),
    );
  }
  const base = path.join(folder, "views-legal");
  await figures.exportFigure(legalFigure(curves, percent(plain)), base, ["json", "png", "svg"], {
    width: 900,
    height: 640,
  });
  console.log(`\n${base}.png`);
  judge.classifier.dispose();
}

async function measureCurves(judge: Judge, plain: Uint8Array): Promise<Curve[]> {
  const names = Object.keys(augment.stm.steps()).filter((name) => !fixed.includes(name));
  const curves: Curve[] = [];
  for (const name of [...names, together]) {
    const lost: number[] = [];
    for (const strength of strengths) {
      const change = atStrength(name, strength);
      lost.push(pointsLost(plain, await judged(judge, change, createRng(14).fork(name))).lost);
    }
    curves.push({ name, lost, limit: legalLimit(lost) });
    console.log(name.padEnd(28), ...lost.map((points) => points.toFixed(2).padStart(7)));
  }
  return curves;
}

function atStrength(name: string, strength: number): Augmentation | undefined {
  if (name === together) return augment.stm.views({ strength });
  const steps = augment.stm.steps({ strength });
  return new Map<string, Augmentation>(Object.entries(steps)).get(name);
}

/** Where the line between the measured points first crosses the bound. */
function legalLimit(lost: readonly number[]): number | undefined {
  const points = [[0, 0], ...strengths.map((strength, i) => [strength, lost[i]])];
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    if (y1 > bound) return x0 + ((bound - y0) / (y1 - y0)) * (x1 - x0);
  }
  return undefined;
}

/** A small plot for each step: accuracy against strength, and the strength up to which it is legal. */
function legalFigure(curves: readonly Curve[], plain: number): Figure {
  const columns = 4;
  const rows = Math.ceil(curves.length / columns);
  const data: object[] = [];
  const layout: Record<string, unknown> = {
    grid: { rows, columns, pattern: "independent", xgap: 0.16, ygap: 0.34 },
    showlegend: false,
    paper_bgcolor: "#fff",
    plot_bgcolor: "#fff",
    font: { size: 13 },
    margin: { l: 60, r: 20, t: 84, b: 60 },
    title: {
      text: `Accuracy of a judge against the strength of each view<br><sup>green: the default; dashed: ${bound} points below plain images (${plain.toFixed(1)} %); red: more than that is lost</sup>`,
      font: { size: 18 },
    },
  };
  const lowest = Math.min(
    plain - 8,
    ...curves.flatMap(({ lost }) => lost.map((points) => plain - points)),
  );
  const annotations: object[] = [];
  const shapes: object[] = [];
  curves.forEach(({ name, lost, limit }, i) => {
    const axis = i === 0 ? "" : String(i + 1);
    data.push({
      type: "scatter",
      mode: "lines+markers",
      x: [0, ...strengths],
      y: [plain, ...lost.map((points) => plain - points)],
      xaxis: `x${axis}`,
      yaxis: `y${axis}`,
      line: { color: "#0072B2" },
    });
    const line = {
      showgrid: true,
      gridcolor: "#e5e5e5",
      linecolor: "#333",
      mirror: true,
      zeroline: false,
    };
    layout[`xaxis${axis}`] = {
      ...line,
      range: [0, 3.1],
      dtick: 1,
      ...(i >= curves.length - columns
        ? { title: { text: "strength", standoff: 4, font: { size: 13 } } }
        : {}),
    };
    layout[`yaxis${axis}`] = {
      ...line,
      range: [lowest - 1, plain + 4],
      ...(i % columns === 0
        ? { title: { text: "accuracy, %", standoff: 4, font: { size: 13 } } }
        : {}),
    };
    const usual = name === together ? 0.75 : 1;
    const on = { xref: `x${axis}`, yref: `y${axis}` };
    const dash = { color: "#333", width: 1, dash: "dash" };
    shapes.push({
      type: "line",
      ...on,
      x0: 0,
      x1: 3.1,
      y0: plain - bound,
      y1: plain - bound,
      line: dash,
    });
    shapes.push({
      type: "line",
      ...on,
      x0: usual,
      x1: usual,
      y0: lowest - 1,
      y1: plain + 4,
      line: { color: "#009E73", width: 1 },
    });
    if (limit !== undefined) {
      shapes.push({
        type: "rect",
        ...on,
        x0: limit,
        x1: 3.1,
        y0: lowest - 1,
        y1: plain + 4,
        fillcolor: "#D55E00",
        opacity: 0.18,
        line: { width: 0 },
      });
    }
    const text = limit === undefined ? name : `${name}: to ${limit.toFixed(1)}`;
    annotations.push({
      text,
      xref: `x${axis} domain`,
      yref: `y${axis} domain`,
      x: 0.5,
      y: 1.02,
      xanchor: "center",
      yanchor: "bottom",
      showarrow: false,
      font: { size: 14 },
    });
  });
  return { data, layout: { ...layout, annotations, shapes } };
}

async function speed(): Promise<void> {
  configureBackend({ threads: 1 });
  const set = simulate.images({ trainScans: 8, testScans: 0 });
  const count = 256;
  const values = set.pixels.read(Int32Array.from({ length: count }, (_, i) => i));
  const seconds = (from: NodeJS.CpuUsage): number => {
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1e6;
  };
  const rate = (change: Augmentation): number => {
    const images = tf.tensor4d(values, [count, ...set.shape]);
    const rng = createRng(1);
    const once = (i: number): void => {
      const changed = change(images, rng.fork(String(i)));
      changed.dataSync();
      changed.dispose();
    };
    for (let i = 0; i < 5; i++) once(i);
    const from = process.cpuUsage();
    for (let i = 0; i < 20; i++) once(i);
    const taken = seconds(from);
    images.dispose();
    return (20 * count) / taken;
  };
  const print = (name: string, images: number): void =>
    console.log(name.padEnd(28), `${images.toFixed(0).padStart(8)} images / s`);
  console.log("32 x 32, one channel, batches of 256, one thread, by processor time");
  for (const [name, change] of Object.entries(augment.stm.steps({ strength: 1 })))
    print(name, rate(change));
  const views = rate(augment.stm.views());
  print("stm.views", views);
  print("photo.views", rate(augment.photo.views()));
  print("grey.views", rate(augment.grey.views()));
  const encoder = { resnet: { depth: 10, width: 8 } } as const;
  const train = async (epochs: number): Promise<number> => {
    const from = process.cpuUsage();
    const trained = await pretrain.simclr({
      encoder,
      epochs,
      batchSize: 128,
      views: (images) => images.clone(),
    })(set, createRng(1));
    trained.dispose();
    return seconds(from);
  };
  await train(1);
  // The difference leaves out what is done once.
  const [short, long] = [await train(1), await train(5)];
  const steps = 4 * Math.floor(set.ids.length / 128);
  const step = (steps * 256) / (long - short);
  print("a SimCLR step, ResNet 10 x 8", step);
  console.log(
    `views take ${((100 * step) / views).toFixed(0)} % of the time of the step they are for`,
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      legal: { type: "boolean" },
      speed: { type: "boolean" },
      out: { type: "string", default: "runs" },
      steps: { type: "string", default: "3000" },
    },
  });
  if (values.legal === true) await legal(Number(values.steps), values.out);
  if (values.speed === true) await speed();
  if (values.legal !== true && values.speed !== true) console.log("Say --legal or --speed.");
}

void main();
