import type { Json, Result } from "../../core";
import type { ResultMetric } from "../../metrics";
import { metricWords } from "../savingsText";
import { version } from "../version";
import type { ReportData } from "./readReport";
import { specText } from "./specText";

/**
 * What was done, as a paper's methods section says it, with every number filled in.
 */
export function methodsText(data: ReportData, metric: ResultMetric, baseline: string): string {
  return [
    ...imagesText(data),
    ...labelsText(data),
    ...techniquesText(data),
    tuningText(data),
    ...scoresText(data, metric, baseline),
    ...auditText(data),
    ...softwareText(data),
  ].join(" ");
}

function imagesText({ plan, study, classNames, split }: ReportData): string[] {
  const { shape } = study;
  const size =
    shape === undefined
      ? ""
      : `${shape[1]} × ${shape[0]} pixels${shape[2] === 1 ? "" : ` and ${shape[2]} channels`}; `;
  return [
    `We compared ${count(plan.methods.length, "method")} on ${plan.name} (${size}${count(classNames.length, "class", "classes")}: ${classNames.join(", ")}).`,
    `${count(split.test, "image")} were kept for testing, ${split.pretrain} could be learnt from without labels, and labels were drawn from a pool of ${split.pool}.`,
    plan.transductive === true
      ? "Pretraining saw the test images without their labels."
      : "Pretraining saw no test image.",
    ...study.notes.filter((note) => !note.startsWith("Leak")).map(sentence),
  ];
}

function labelsText({ plan }: ReportData): string[] {
  const { labelsPerClass, counting = "perClass", draws, seed, pretrainings = 1, allLabels } = plan;
  const how = {
    perClass: "labels of each class",
    total: "labels in all, as evenly over the classes as can be",
    asTheyCome: "labels in all, drawn as they come",
  }[counting];
  const nested =
    labelsPerClass.length > 1 ? " Each budget holds the labels of the smaller ones." : "";
  const all =
    allLabels === true ? " Every method was also taught with all labels of the pool." : "";
  return [
    `Each method learnt from ${list(labelsPerClass.map(String))} ${how}.${nested}${all}`,
    `Labelled images were drawn ${times(draws)} (seed ${seed}), the same for all methods; encoders were pretrained ${times(pretrainings)}${pretrainings > 1 && draws > 1 ? ", and the draws took turns with them" : ""}.`,
  ];
}

function techniquesText({ fullPlan }: ReportData): string[] {
  const told = fullPlan.methods.map(({ name, pretrain, classify }, m) => {
    const own = specText(pretrain as Json);
    // Said once: a paragraph is to be read.
    const before = fullPlan.methods.slice(0, m).find((one) => specText(one.pretrain as Json) === own); // prettier-ignore
    const start = before === undefined || own.length < 60 ? own : `the pretraining of “${before.name}”`; // prettier-ignore
    return `“${name}”: ${start}, then ${specText(classify as Json)}`;
  });
  return [`The methods were ${told.join("; ")}.`];
}

function tuningText({ plan, results }: ReportData): string {
  if (plan.tuning === undefined) return "No setting was searched.";
  const choices = results.flatMap(({ tuning }) => tuning ?? []);
  if (choices.length === 0) return "A search for settings was asked for, and no method had any.";
  const counts = choices.map(({ settings }) => settings.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const images = [...new Set(choices.map((choice) => choice.images))].sort((a, b) => a - b);
  const range = images.length === 1 ? String(images[0]) : `${images[0]} to ${images[images.length - 1]}`; // prettier-ignore
  const { steps, seconds } = plan.tuning;
  const same =
    steps === undefined && seconds === undefined
      ? "for every method alike"
      : `each method for ${steps ?? seconds} ${steps === undefined ? "seconds" : "steps"}`;
  return `These settings are where a search began: ${least === most ? most : `${least} to ${most}`} were compared ${same}, on ${choices[0].by} (${range} images), and the best was taken; every record tells the choice.`;
}

function scoresText(
  { plan, results }: ReportData,
  metric: ResultMetric,
  baseline: string,
): string[] {
  const units = plan.draws > 2 ? " with 95 % intervals of Student's t over the draws" : "";
  const compared =
    plan.draws > 2 && new Set(results.map(({ method }) => method)).size > 1
      ? ` Methods were held against “${baseline}” draw by draw by paired t-tests with Holm's correction.`
      : "";
  const one =
    (plan.pretrainings ?? 1) === 1 && plan.draws > 1
      ? " One pretraining served all draws, so that the intervals leave out what another would change."
      : "";
  return [`Scores are ${metricWords[metric]}, means over the draws${units}.${compared}${one}`];
}

function auditText({ audit, plan }: ReportData): string[] {
  if (audit === undefined)
    return [plan.audit === "off" ? "No search for leaks was made." : "The split was not searched for leaks."]; // prettier-ignore
  const { copies, alike, looked, threshold } = audit;
  return [
    `A search for leaks found ${count(copies.length, "copy", "copies")} of learnt images among the test images, turned or mirrored ones included, and among ${looked} of them ${alike.length} of the same place as a learnt one (correlation of at least ${threshold.toFixed(3)}).`,
  ];
}

function softwareText({ study, results, machines }: ReportData): string[] {
  const tensorflow = results[0] === undefined ? "" : `, TensorFlow ${results[0].tensorflow}`;
  const where = machines.length === 0 ? "" : ` on ${machines.join("; ")}`;
  const gpu = study.device === undefined ? "" : `, ${onGpu(study.device)}`;
  const mixed = study.precision === undefined ? "" : ", with 16-bit brain floats inside convolutions"; // prettier-ignore
  return [`All was done with fewscope ${version}${tensorflow}, ${study.threads} threads${mixed}${gpu}${where}.`]; // prettier-ignore
}

const onGpu = (device: string): string =>
  device === "cuda" ? "on a GPU of NVIDIA" : "trainings on a GPU through WebGPU";

/** A number with its noun. */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n} ${n === 1 ? one : many}`;

const times = (n: number): string => (n === 1 ? "once" : n === 2 ? "twice" : `${n} times`);

/** Parts as a list in a sentence. */
export const list = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`; // prettier-ignore

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A budget in words, by how labels are counted. */
export function budgetWords(results: readonly Result[], budget: number): string {
  if (budget === 0) return "all labels";
  const each = (results[0]?.counting ?? "perClass") === "perClass" ? "a class" : "in all";
  return `${count(budget, "label")} ${each}`;
}
