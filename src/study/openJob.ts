import * as fs from "node:fs";
import * as path from "node:path";
import {
  canonicalJson,
  imagesHash,
  inPlace,
  sha256,
  subset,
  UNLABELLED,
  writeFileIfChanged,
  type ImageSet,
  type Progress,
} from "../core";
import { auditNotes, type AuditRule } from "./audit/auditNotes";
import { auditSplit, type SplitAudit } from "./audit/auditSplit";
import { drawSplit, type DrawnSplit } from "./drawSplit";
import { fullPlan } from "./fullPlan";
import { checkApart } from "./guard";
import { keepClasses } from "./keepClasses";
import { makeMethod, openOptions, type OpenSource } from "./methodSpecs";
import { openData } from "./openData";
import type { Plan } from "./plan";
import type { Split } from "./split";
import { readSplit, splitToJson } from "./splitFile";
import { readStudyFile, type Store } from "./store/store";
import { checkFolder, nameEnvironment, listTrials, writeStudyFile } from "./studyFolder";
import { environment, planUnits, type Environment, type TrialSettings } from "./work/planUnits";
import type { VariableMethod } from "./work/tuning";
import type { Job } from "./work/work";

/** A study that can be worked at, with what is known of it before. */
export interface OpenedJob {
  readonly job: Job;
  readonly notes: readonly string[];
}

/** Another process that finds out what this one would have to load TensorFlow for. It writes its audit of the split into the study's folder. */
export interface Elsewhere {
  /** What decides the last digits; undefined where it could not tell. */
  environment(): Promise<Environment | undefined>;
  /** Resolves when the audit lies in the folder, or will not. */
  audited(): Promise<void>;
}

/** Says that the images are read. */
export type SayRead = () => void;

/**
 * Opens the images of a plan, draws its split and labels, makes its methods, and writes down in the folder what there is to do.
 * @throws InputError if the data cannot be read, a class has too few images, or the folder is another study's
 */
export async function openJob(
  plan: Plan,
  store: Store,
  on: Progress = {},
  elsewhere?: Elsewhere,
  sayRead?: SayRead,
): Promise<OpenedJob> {
  const all = { ...(await openData(plan.data, on)), name: plan.name };
  sayRead?.();
  const images = imagesHash(all);
  checkFolder(store.folder, plan, images);
  const drawn = readOrDraw(all, plan, images);
  const { set, notes: classNotes } = keepClasses(all, drawn.split);
  // Labels as the set has them: some are taken off where a class is left out.
  const methods = await makeMethods(plan, hiddenImages(all, drawn.split), on);
  const settings = trialSettings(plan);
  const now = (await elsewhere?.environment()) ?? environment();
  const units = planUnits(set, drawn, methods, settings, now);
  const file = (name: string): string => path.join(store.folder, name);
  const leaks = await auditNotesOf(all, images, drawn, plan.audit ?? "refuse", store.folder, on, elsewhere); // prettier-ignore
  const notes = [
    ...leaks,
    ...drawn.split.notes,
    ...unlabelledNotes(all, drawn.split),
    ...classNotes,
  ];
  writeFileIfChanged(file("split.json"), splitToJson(all, images, drawn));
  writeFileIfChanged(file("plan.json"), `${canonicalJson(fullPlan(plan, methods), 1)}\n`);
  const trials = listTrials(units);
  const { shape, classNames } = set;
  const of = { plan, images, shape, classNames, notes, trials };
  writeStudyFile(store.folder, { ...of, ...nameEnvironment(now) });
  const metric = plan.metric ?? "balancedAccuracy";
  return { job: { set, drawn, units, settings, metric, store }, notes };
}

/** How many of the images that pretraining sees nobody has labelled. */
function unlabelledNotes({ labels }: ImageSet, { pretrain }: Split): string[] {
  const bare = pretrain.filter((i) => labels[i] === UNLABELLED).length;
  if (bare === 0) return [];
  return [`Pretraining: ${pretrain.length} images, ${bare} of them without a label.`];
}

/** What the audit of a split says; made once for each split and kept in the folder. */
async function auditNotesOf(
  set: ImageSet,
  images: string,
  { split }: DrawnSplit,
  rule: AuditRule,
  folder: string,
  on: Progress,
  elsewhere: Elsewhere | undefined,
): Promise<string[]> {
  if (rule === "off") return [];
  const file = path.join(folder, "audit.json");
  const of = sha256(images, ...[split.pretrain, split.pool, split.test].map((part) => part.join()));
  const kept = (): SplitAudit | undefined => {
    if (!fs.existsSync(file)) return undefined;
    const before = readStudyFile(folder, "audit.json") as KeptAudit;
    return before.of === of ? before.audit : undefined;
  };
  const audited = async (): Promise<SplitAudit | undefined> => {
    await elsewhere?.audited();
    return kept();
  };
  const audit = kept() ?? (await audited()) ?? (await auditSplit(set, split, on));
  writeFileIfChanged(file, `${canonicalJson({ of, audit } satisfies KeptAudit, 1)}\n`);
  return auditNotes(audit, rule);
}

/** An audit as a folder keeps it. */
export interface KeptAudit {
  /** Which split it is of. */
  readonly of: string;
  readonly audit: SplitAudit;
}

function trialSettings(plan: Plan): TrialSettings {
  const { labelsPerClass, counting, allLabels = false, draws, pretrainings = 1, seed } = plan;
  return { labelsPerClass, counting, allLabels, draws, pretrainings, seed, tuning: plan.tuning };
}

/** Images whose labels are bought or tested, and those that have none here but may have one in a source. */
function hiddenImages(set: ImageSet, { pool, test, pretrain }: Split): ImageSet {
  const unlabelled = pretrain.filter((i) => set.labels[i] === UNLABELLED);
  return subset(set, [...new Set([...pool, ...test, ...unlabelled])]);
}

/** The methods of a plan. Each other set that they learn from is opened once, and must not hold the study's own images. */
async function makeMethods(plan: Plan, hidden: ImageSet, on: Progress): Promise<VariableMethod[]> {
  const opened = new Map<string, ImageSet>();
  const openSource: OpenSource = async (data) => {
    const key = canonicalJson(data);
    const source = opened.get(key) ?? (await openData(data, on));
    if (!opened.has(key)) checkApart(hidden, source);
    opened.set(key, source);
    return source;
  };
  const methods: VariableMethod[] = [];
  for (const [m, spec] of plan.methods.entries()) {
    const given = await openOptions(spec, openSource);
    methods.push(inPlace(`methods[${m}]`, () => makeMethod(spec, given)));
  }
  return methods;
}

function readOrDraw(set: ImageSet, plan: Plan, images: string): DrawnSplit {
  if (plan.ladder === undefined) return drawSplit(set, plan);
  const budget = Math.max(...plan.labelsPerClass);
  return readSplit(plan.ladder, set, images, plan.draws, budget);
}
