import * as fs from "node:fs";
import * as path from "node:path";
import { figures, metrics, type core } from "../../src";

/** What is kept of one labelling. */
export interface ChoosingRecord {
  readonly task: string;
  readonly arm: string;
  readonly method: string;
  readonly draw: number;
  readonly tests: number;
  readonly classesThere: number;
  readonly points: readonly ChoosingRecordPoint[];
}

export interface ChoosingRecordPoint {
  readonly labels: number;
  readonly seconds: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  readonly classesFound: number;
  readonly foundHidden: boolean;
  readonly area: number;
  readonly risks: readonly number[];
}

/** Methods in one figure. */
const shown = ["random", "maxHerding", "typiClust", "margin", "badge", "mixed"];

/** Prints tables of every arm and task, and writes their figures. */
export async function report(
  out: string,
  records: readonly ChoosingRecord[],
  notes: readonly string[],
): Promise<void> {
  const lines: string[] = [...notes];
  for (const arm of new Set(records.map((record) => record.arm)))
    for (const task of new Set(records.map((record) => record.task))) {
      const own = complete(records.filter((record) => record.arm === arm && record.task === task));
      if (own.size === 0) continue;
      lines.push(...tableOf(`${task}, ${arm}`, own));
      await draw(path.join(out, `${task}, ${arm}`.replaceAll(/[^a-zA-Z0-9]+/g, "-")), `${task}, ${arm}`, own, notes); // prettier-ignore
    }
  fs.writeFileSync(path.join(out, "tables.txt"), `${lines.join("\n")}\n`);
  console.log(lines.join("\n"));
}

type Own = ReadonlyMap<string, readonly ChoosingRecord[]>;

/** Records by method, of the draws that every method has; fewer than three make no interval. */
function complete(records: readonly ChoosingRecord[]): Own {
  const methods = [...new Set(records.map(({ method }) => method))].sort(
    (a, b) => Number(b === "random") - Number(a === "random") || (a < b ? -1 : 1),
  );
  const has = (method: string, draw: number): boolean =>
    records.some((record) => record.method === method && record.draw === draw);
  const draws = [...new Set(records.map((record) => record.draw))]
    .filter((one) => methods.every((method) => has(method, one)))
    .sort((a, b) => a - b);
  if (draws.length < 3) return new Map();
  return new Map(
    methods.map((method) => [
      method,
      draws.flatMap((one) => records.filter((r) => r.method === method && r.draw === one)),
    ]),
  );
}

/** The score after so many seconds, straight in log seconds between two budgets; undefined beyond them. */
function after({ points }: ChoosingRecord, seconds: number): number | undefined {
  const at = points.findIndex((point) => point.seconds >= seconds);
  if (at < 0 || (at === 0 && points[0].seconds > seconds)) return undefined;
  if (at === 0) return points[0].balancedAccuracy;
  const [a, b] = [points[at - 1], points[at]];
  const share = Math.log(seconds / a.seconds) / Math.log(b.seconds / a.seconds);
  return a.balancedAccuracy + share * (b.balancedAccuracy - a.balancedAccuracy);
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;

function tableOf(title: string, own: Own): string[] {
  const random = own.get("random") ?? [];
  const budgets = random[0].points.map(({ labels }) => labels);
  const draws = random.length;
  const wide = 22;
  const row = (head: string, cells: readonly string[]): string =>
    [head.padEnd(18), ...cells.map((cell) => cell.padStart(wide))].join("");
  const against = (
    value: (record: ChoosingRecord) => number | undefined,
    scale = 100,
  ): ((method: string) => string) => {
    const base = random.map(value);
    return (method) => {
      const found = (own.get(method) ?? []).map(value);
      if ([...found, ...base].some((one) => one === undefined)) return "-";
      const of = (some: readonly (number | undefined)[]): number[] =>
        some.map((one) => scale * (one ?? NaN));
      if (method === "random") return mean(of(base)).toFixed(1);
      const { mean: by, low, high } = metrics.pairedDifference(of(found), of(base));
      const mark = low > 0 || high < 0 ? "*" : " ";
      return `${by >= 0 ? "+" : ""}${by.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})${mark}`;
    };
  };
  const table = (
    head: string,
    columns: readonly string[],
    cells: readonly ((method: string) => string)[],
  ): string[] => [
    // prettier-ignore
    row(head, columns),
    ...[...own.keys()].map((method) => row(method, cells.map((cell) => cell(method)))), // prettier-ignore
  ];
  const times = budgets.map((_, b) => mean(random.map(({ points }) => points[b].seconds)));
  const last = budgets.length - 1;
  const hidden = random.some(({ points }) => points[last].foundHidden);
  return [
    "",
    `${title}: balanced accuracy in points over random (random itself: as it is), ${draws} paired draws, 95 % t-intervals; * leaves 0 out`,
    ...table("equal labels", budgets.map(String), budgets.map((_, b) => against(({ points }) => points[b].balancedAccuracy))), // prettier-ignore
    ...table("equal seconds", times.slice(1, -1).map((s) => s.toFixed(0)), times.slice(1, -1).map((s) => against((record) => after(record, s)))), // prettier-ignore
    ...table(
      "with all labels",
      ["seconds", "classes ever found", "risk-coverage area"],
      [
        against(({ points }) => points[last].seconds, 1),
        against(({ points }) => points[last].classesFound, 1),
        against(({ points }) => points[last].area),
      ],
    ),
    `of ${mean(random.map(({ classesThere }) => classesThere)).toFixed(1)} classes`,
    ...(hidden
      ? table("class not known", budgets.map((n) => `found with ${n}`), budgets.map((_, b) => (method: string) => `${(own.get(method) ?? []).filter(({ points }) => points[b].foundHidden).length} of ${draws}`)) // prettier-ignore
      : []),
  ];
}

async function draw(
  base: string,
  title: string,
  own: Own,
  notes: readonly string[],
): Promise<void> {
  const all = [...own].flatMap(
    ([method, records]) =>
    records.flatMap((record) => record.points.map((point) => resultOf(record, method, point.labels, point))), // prettier-ignore
  );
  const few = all.filter(({ method }) => shown.includes(method));
  const draws = own.get("random")?.length ?? 0;
  const said = [...notes, `${draws} paired draws. ${helps(own)}`];
  const keep = async (name: string, figure: core.Figure): Promise<void> => {
    await figures.exportFigure(figure, `${base}-${name}`, ["png", "svg"]);
  };
  await keep("curve", figures.labelEfficiency(few, { title, against: "random", notes: said }));
  await keep("labels", figures.labelSavings(all, { baseline: "random", title, notes: said }));
  const timed = inSeconds(own);
  if (timed.length > 0)
    await keep("seconds", figures.labelSavings(timed, { baseline: "random", counted: "seconds", title, notes: said })); // prettier-ignore
  const runs = [...own]
    .filter(([method]) => shown.includes(method))
    .map(([name, records]) => {
      const risks = records.map(({ points }) => points.at(-1)?.risks ?? []);
      return { name, risks: risks[0].map((_, at) => mean(risks.map((one) => one[at]))) };
    });
  await keep("risk", figures.riskCoverage(runs, { title, notes: said }));
}

/** Which strategies are not told from random, or are worse, with the middle budget. */
function helps(own: Own): string {
  const random = own.get("random") ?? [];
  const middle = random[0].points.length >> 1;
  const of = (records: readonly ChoosingRecord[]): number[] =>
    records.map(({ points }) => points[middle].balancedAccuracy);
  const others = [...own].filter(([method]) => method !== "random");
  const found = others.map(([method, records]) => ({
    method,
    ...metrics.pairedDifference(of(records), of(random)),
  }));
  const list = (some: readonly { method: string }[]): string =>
    some.map(({ method }) => method).join(", ");
  const [better, worse] = [found.filter(({ low }) => low > 0), found.filter(({ high }) => high < 0)]; // prettier-ignore
  const rest = found.filter(({ low, high }) => low <= 0 && high >= 0);
  const labels = random[0].points[middle].labels;
  const words = [
    better.length > 0 ? `better than random: ${list(better)}` : "none is better than random",
    ...(rest.length > 0 ? [`not told from it: ${list(rest)}`] : []),
    ...(worse.length > 0 ? [`worse: ${list(worse)}`] : []),
  ];
  return `With ${labels} labels ${words.join("; ")}.`;
}

function resultOf(
  { task, draw: number, tests }: ChoosingRecord,
  method: string,
  effort: number,
  point: Pick<ChoosingRecordPoint, "accuracy" | "balancedAccuracy" | "macroF1" | "labels">,
): core.Result {
  const { accuracy, balancedAccuracy, macroF1, labels } = point;
  return {
    dataset: task,
    method,
    labelsPerClass: effort,
    counting: "asTheyCome",
    draw: number,
    seed: number + 1,
    accuracy,
    balancedAccuracy,
    macroF1,
    nTest: tests,
    labelsRead: labels,
  };
}

/** The same results after seconds that every labelling reached. */
function inSeconds(own: Own): core.Result[] {
  const all = [...own.values()].flat();
  const low = Math.ceil(Math.max(...all.map(({ points }) => points[0].seconds)));
  const high = Math.floor(Math.min(...all.map(({ points }) => points.at(-1)?.seconds ?? 0)));
  if (high <= low) return [];
  const grid = Array.from({ length: 6 }, (_, i) => Math.round(low * (high / low) ** (i / 5)));
  return [...own].flatMap(([method, records]) =>
    records.flatMap((record) =>
      [...new Set(grid)].flatMap((seconds) => {
        const score = after(record, seconds);
        if (score === undefined) return [];
        const { labels } = record.points[0];
        const point = { accuracy: score, balancedAccuracy: score, macroF1: score, labels };
        return [resultOf(record, method, seconds, point)];
      }),
    ),
  );
}
