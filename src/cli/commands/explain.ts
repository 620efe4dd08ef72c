import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { defined, InputError, subset, withLabels, UNLABELLED, writeFileAtomically, type Encoder, type ImageSet } from "../../core"; // prettier-ignore
import * as explaining from "../../explain";
import { evidence as evidenceFigure, exportFigure, type EvidenceRow } from "../../figures";
import { embedImages, loadEncoder } from "../../nets";
import { configureFor, openJob, openStore, readPlan } from "../../study";
import { examples } from "../examples";

interface ExplainWords {
  readonly method?: string;
  readonly labels?: number;
  readonly images: number;
}

/** Adds `explain DIR`: why an encoder of a finished study says what it says of test images. */
export function explain(program: Command): void {
  program
    .command("explain")
    .description("show where a study's encoder looked, and which labels made it so")
    .addHelpText(
      "after",
      examples("explain runs/mine", 'explain runs/mine --method "SimCLR + logistic" --labels 20'),
    )
    .argument("<folder>", "output folder of a finished study")
    .option(
      "--method <name>",
      "method, by its name in the plan (default: the first with a network)",
    )
    .option("--labels <n>", "label budget (default: the largest)", Number)
    .option(
      "--images <n>",
      "test images in the figure, the most doubtful of each class first",
      Number,
      6,
    ) // prettier-ignore
    .action(run);
}

async function run(folder: string, words: ExplainWords): Promise<void> {
  const file = path.join(folder, "plan.json");
  if (!fs.existsSync(file)) {
    throw new InputError({
      got: `${folder} without plan.json`,
      expected: "the output folder of a study",
      todo: "Run fewscope study PLAN.json --out FOLDER first.",
    });
  }
  const store = openStore(folder);
  try {
    const plan = readPlan(file);
    // Encoders are named by the threads they were trained with, too.
    configureFor(plan);
    const { job } = await openJob(plan, store);
    const trials = job.units.filter((unit) => unit.kind === "trial" && unit.draw === 0);
    const keptFile = (unit: (typeof trials)[number]): string => store.encoderFile(unit.candidates[0].encoderKey); // prettier-ignore
    const methods = [...new Set(trials.filter((unit) => fs.existsSync(keptFile(unit))).map(({ method }) => method))]; // prettier-ignore
    const wanted = trials
      .filter(
        ({ method, labelsPerClass }) =>
          method === (words.method ?? methods[0]) &&
          (words.labels === undefined || labelsPerClass === words.labels),
      ) // prettier-ignore
      .sort((a, b) => b.labelsPerClass - a.labelsPerClass)
      .at(0);
    if (wanted === undefined || !fs.existsSync(keptFile(wanted))) {
      throw new InputError({
        got: words.method === undefined ? `${folder} without an encoder that has a network` : `method "${words.method}" with ${words.labels ?? "any number of"} labels`, // prettier-ignore
        expected: methods.length === 0 ? "a finished study with a pretrained network" : `one of ${methods.join(", ")}, with a budget of the plan`, // prettier-ignore
        todo: "Finish the study, or name another method or budget.",
      });
    }
    const encoder = await loadEncoder(keptFile(wanted));
    try {
      await explainUnit(folder, wanted.method, encoder, job.set, wanted, words.images);
    } finally {
      encoder.dispose();
    }
  } finally {
    store.claims.close();
  }
}

async function explainUnit(
  folder: string,
  method: string,
  encoder: Encoder,
  set: ImageSet,
  { labelled, test, labelsPerClass }: { readonly labelled: Int32Array; readonly test: Int32Array; readonly labelsPerClass: number }, // prettier-ignore
  count: number,
): Promise<void> {
  const features = await embedImages(encoder, set);
  const known = new Set(labelled);
  const labels = set.labels.map((label, i) => (known.has(i) ? label : UNLABELLED));
  const { classNames } = set;
  const rows = { features, labels, dim: encoder.dim, classNames };
  const fit = explaining.fitLogistic(rows);
  const model = explaining.explained(encoder, fit.head);
  const row = (i: number): Float32Array => features.subarray(i * encoder.dim, (i + 1) * encoder.dim); // prettier-ignore
  const chosen = mostDoubtful(model, test, row, set, count);
  const shown = subset(withLabels(set, labels), chosen.map(({ index }) => index)); // prettier-ignore
  const targets = chosen.map(({ first, second }) => ({ for: first, against: second }));
  // The crystal can be told from heights only.
  const heights = set.unit === "pm" || set.unit === "nm";
  const clean = heights ? cleanOf(shown) : undefined;
  const found = explaining.evidence(model, shown, targets, defined({ clean }));
  const [height, width, channels] = set.shape;
  const figureRows = found.map(({ map, score }, k): EvidenceRow => {
    const { index, first, second } = chosen[k];
    const truth = set.labels[index] >= 0 ? `, labelled ${classNames[set.labels[index]]}` : "";
    return {
      title: `${set.ids[index]}: ${classNames[first]} against ${classNames[second]}, ${clean === undefined ? "score" : "more than the clean crystal by"} ${score.toFixed(2)}${truth}`, // prettier-ignore
      image: shown.pixels.read([k]).filter((_, i) => i % channels === 0),
      evidence: explaining.cellsToPixels(map, set.shape),
      height,
      width,
    };
  });
  const stem = path.join(folder, `explain-${method.replace(/[^\p{L}\p{N}]+/gu, "-")}`);
  const figure = evidenceFigure(figureRows, {
    title: `${method}: why`,
    unit: set.unit,
    ...defined({ nmPerPixel: set.nmPerPixel }),
    notes: [
      `Exact evidence of a logistic head on ${labelsPerClass === 0 ? "all" : labelsPerClass} labels a class, draw 0${clean === undefined ? "" : ", less that of the crystal without the feature"}.`, // prettier-ignore
      "Whether such maps mean anything is told by explain.audit on images whose features are known.",
    ],
  });
  await exportFigure(figure, stem, ["html", "svg", "png", "json"]);
  writeFileAtomically(`${stem}.csv`, whoTable(fit, rows, chosen, set, row));
  console.log(`${stem}.png: ${chosen.length} test images`);
  console.log(`${stem}.csv: nearest labelled images and the pushes of labels`);
}

/** The crystal without the features; undefined, with a word, where images are too small to tell it. */
function cleanOf(images: ImageSet): ImageSet | undefined {
  try {
    return explaining.cleanImages(images);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(`Evidence is not taken against the clean crystal. ${error.message}`);
    return undefined;
  }
}

interface Doubtful {
  readonly index: number;
  readonly first: number;
  readonly second: number;
  readonly lead: number;
}

/** Test images whose two best classes are nearest, of each predicted class in turn. */
function mostDoubtful(
  { head }: explaining.Explained,
  test: Int32Array,
  row: (i: number) => Float32Array,
  { classNames }: ImageSet,
  count: number,
): Doubtful[] {
  const all = Array.from(test, (index): Doubtful => {
    const scores = explaining.scoresOf(head, row(index));
    const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
    return { index, first: order[0], second: order[1], lead: scores[order[0]] - scores[order[1]] };
  }).sort((a, b) => a.lead - b.lead);
  const lists = classNames.map((_, c) => all.filter(({ first }) => first === c));
  const out: Doubtful[] = [];
  for (let k = 0; out.length < Math.min(count, all.length); k++)
    for (const list of lists) if (k < list.length && out.length < count) out.push(list[k]);
  return out;
}

function whoTable(
  fit: explaining.LogisticFit,
  rows: Parameters<typeof explaining.neighbours>[0],
  chosen: readonly Doubtful[],
  { ids, classNames, groups, labels }: ImageSet,
  row: (i: number) => Float32Array,
): string {
  const quoted = (text: string | number): string => `"${String(text).replace(/"/g, '""')}"`;
  const lines = chosen.flatMap(({ index, first, second, lead }) => {
    const near = explaining.neighbours(rows, row(index), { groups, group: groups[index] });
    const { pushes } = explaining.labelPushes(fit, row(index), { for: first, against: second });
    const head = [ids[index], classNames[first], classNames[second], lead.toFixed(3)];
    return [
      ...near.map((n) => [...head, "neighbour", ids[n.row], classNames[labels[n.row]], n.distance.toFixed(3), n.sameGroup ? "same scan" : ""]), // prettier-ignore
      ...pushes.slice(0, 5).map((p) => [...head, "push", ids[p.row], classNames[p.label], p.push.toFixed(4), groups[p.row] === groups[index] ? "same scan" : ""]), // prettier-ignore
    ];
  });
  const names = ["image", "predicted", "runner-up", "lead", "kind", "labelled image", "label", "distance or push", "note"]; // prettier-ignore
  return [names, ...lines].map((line) => line.map(quoted).join(",")).join("\n") + "\n";
}
