import * as path from "node:path";
import {
  defined,
  checkInteger,
  createRng,
  InputError,
  type ImageSet,
  type Pretrain,
  type Progress,
} from "../core";
import { maxHerding, type Acquire } from "../acquire";
import { logisticRegression } from "../classify";
import { labelPusher, type LabelPush } from "./labelPush";
import { neighbours } from "../explain";
import { addedItem, checkAgainst } from "./checkAgainst";
import { embedOnce } from "./embed";
import { openEventLog } from "./eventLog";
import { checkRequest, type EventRequest, type SessionEvent } from "./events";
import type { Collection, Item, SessionScan } from "./items";
import { changeSince, fitModel, type Model } from "./model";
import { principal } from "./principal";
import { foldEvents, type SessionState } from "./state";

/** How a session is kept, and how it asks. */
export interface SessionOptions {
  /** Where the labels are kept; made if it is not there. */
  readonly folder: string;
  /** @default 1 */
  readonly seed?: number;
  /** What chooses the labels that teach. @default acquire.maxHerding: of all strategies the one that was ahead of chance on real scans and not behind it on simulated ones (test/bench/labelling.ts) */
  readonly strategy?: Acquire;
  /** Share of what is asked that is drawn at random and measures, 0 to 1. @default 0.2 */
  readonly auditShare?: number;
  /** Random features that each two experts answer without seeing each other's answers, at least 0. @default 50, below which kappa's interval is wider than 0.3 */
  readonly overlap?: number;
  /** Share of what is told that may be wrong, above 0 and below 1. @default 0.1 */
  readonly miss?: number;
  /** An encoder. @default pretrain.physics() for heights, else pretrain.hog(); neither needs training */
  readonly pretrain?: Pretrain;
  /** Gives the time of an event. @default the clock */
  readonly now?: () => string;
  readonly on?: Progress;
}

/** Something to answer next, and why. */
export interface Asked {
  readonly item: string;
  /** "audit" for what measures, else the name of the strategy. */
  readonly reason: string;
}

/** A labelled feature that looks like another. */
export interface LabelledNeighbour {
  readonly item: string;
  /** Id of its class. */
  readonly class: string;
  /** Euclidean, in the directions in which features differ most. */
  readonly distance: number;
  /** Whether both are of one scan, so that it may be near for the scan's sake. */
  readonly sameScan: boolean;
  /** How far its label pulls the model's answer; only of a label that the last fit knew. */
  readonly push?: LabelPush;
}

/** Labels that an expert gives, and what is learnt of them while they do. Everything said is on the disk before it counts. */
export interface Session {
  readonly folder: string;
  readonly scans: readonly SessionScan[];
  /** Grows where features are added. */
  readonly items: readonly Item[];
  /** Class and other answers as they stand. */
  readonly state: SessionState;
  readonly events: readonly SessionEvent[];
  /** The last fit; undefined until two classes have a label. */
  readonly model: Model | undefined;
  /** Whether an item measures: such a one never teaches, and is asked blind. */
  isAudit(item: string): boolean;
  /** The images of the items with these numbers. -> [n*h*w*c] */
  read(indices: ArrayLike<number>): Float32Array;
  readonly images: ImageSet;
  /**
   * Keeps what was done, once for each uuid. Returns when it is on the disk.
   * @throws InputError if it is none of the known actions, names what is not there, or cannot be written
   */
  record(requests: readonly unknown[]): readonly SessionEvent[];
  /** Fits the classifier to all labels. */
  refit(): Promise<Model | undefined>;
  /** What to answer next, in an order of its own for each expert; what another expert was asked at random comes first, until there is enough to tell how far they agree. */
  next(by: string, count: number): readonly Asked[];
  /** Items that another expert answered and this one is to answer too, without seeing that. */
  secondOpinions(by: string): readonly string[];
  /**
   * The labelled features that a feature is most like, nearest first: what makes the model say what it says. Those that measure are not among them; of one that measures and
   * has no answer yet nothing is told.
   */
  nearest(item: string, count: number): readonly LabelledNeighbour[];
  close(): void;
}

/** Features that are weighed against each other to choose what to ask, so that the next are there at once. */
const weighed = 400;
/** Labels between two fits that are compared. */
const horizon = 10;
/** Directions in which distances are told. */
const mainDirections = 32;
/** Most items that are set apart to measure; more would make the interval no use narrower. */
const mostAudits = 400;

/**
 * Opens the session of a folder, or begins it.
 * @throws InputError if another program has it open, its file is damaged, or it belongs to other images
 */
export async function openSession(
  collection: Collection,
  options: SessionOptions,
): Promise<Session> {
  const {
    folder,
    seed = 1,
    auditShare = 0.2,
    overlap = 50,
    miss = 0.1,
    pretrain,
    on = {},
  } = options;
  const { strategy = maxHerding({ sample: weighed }), now = () => new Date().toISOString() } =
    options;
  checkInteger("seed", seed);
  checkInteger("overlap", overlap, { min: 0 });
  const log = openEventLog(path.join(folder, "events.jsonl"));
  try {
    const { images, scans, cut } = collection;
    const embedded = await embedOnce(images, {
      ...defined({ pretrain }),
      folder,
      seed,
      on,
    });
    const rng = createRng(seed);
    const audits = auditOrder(collection, rng.fork("audit"));
    const auditSet = new Set(audits);
    const items = [...collection.items];
    const index = new Map(items.map(({ id }, i) => [id, i]));
    const more: Float32Array[] = [];
    let features = embedded.features;
    // What is near to what, and what to ask next, is told in few directions; classes in all.
    const main = principal(features, embedded.dim, mainDirections);
    let reduced = main.project(features);
    const perImage = images.shape[0] * images.shape[1] * images.shape[2];
    const addItem = (item: Item, image: Float32Array): void => {
      const row = embedded.one(image);
      const grown = new Float32Array(features.length + row.length);
      grown.set(features);
      grown.set(row, features.length);
      features = grown;
      reduced = main.project(features);
      more.push(image);
      index.set(item.id, items.length);
      items.push(item);
    };
    let state = foldEvents(log.events);
    for (const { action } of log.events) {
      if (action.kind !== "add feature") continue;
      addItem(addedItem(action), cut(action.scan, action.xNm, action.yNm));
    }
    checkKnown(state, index);
    let model: Model | undefined;
    let past: Model[] = [];
    let version = 0;
    let fitting: Promise<unknown> = Promise.resolve();

    const keepOne = (request: EventRequest): SessionEvent => {
      const before = log.find(request.uuid);
      if (before !== undefined) return before;
      const action = checkAgainst(request, state, index);
      const image =
        action.kind === "add feature" ? cut(action.scan, action.xNm, action.yNm) : undefined;
      const event = { ...request, action, seq: log.events.length + 1, at: now(), model: version };
      log.append([event]);
      if (action.kind === "add feature" && image !== undefined) addItem(addedItem(action), image);
      state = foldEvents(log.events);
      return event;
    };

    let pusher: { readonly of: Model; readonly push: ReturnType<typeof labelPusher> } | undefined;
    const pusherOf = (of: Model): ReturnType<typeof labelPusher> => {
      if (pusher?.of.version !== of.version)
        pusher = { of, push: labelPusher(of, features, embedded.dim) };
      return pusher.push;
    };

    const fitNow = async (): Promise<Model | undefined> => {
      const { fit } = logisticRegression();
      if (fit === undefined) return undefined;
      version++;
      const fitted = { items: [...items], features, reduced, state };
      const found = await fitModel({
        ...fitted,
        dim: embedded.dim,
        reducedDim: main.dim,
        isAudit: (i) =>
          i < collection.items.length && measures(auditSet, fitted.state, items[i].id),
        version,
        seed,
        miss,
        fit,
      });
      // The one that saw ten labels fewer, and those since; labels that were taken back make none comparable.
      past = past.filter(({ labelled }) => labelled <= (found?.labelled ?? 0));
      const ten = past.findLastIndex(
        ({ labelled }) => labelled + horizon <= (found?.labelled ?? 0),
      );
      past = past.slice(Math.max(0, ten));
      const before = ten < 0 ? undefined : past.at(0);
      model =
        found === undefined || before === undefined
          ? found
          : { ...found, change: changeSince(before, found) };
      if (found !== undefined) past.push(found);
      return model;
    };

    return {
      folder,
      scans,
      get items() {
        return items;
      },
      get state() {
        return state;
      },
      events: log.events,
      get model() {
        return model;
      },
      images,
      isAudit: (item) => auditSet.has(item),
      read: (indices) => {
        const out = new Float32Array(indices.length * perImage);
        for (let at = 0; at < indices.length; at++) {
          const i = indices[at];
          const n = collection.items.length;
          out.set(i < n ? images.pixels.read([i]) : more[i - n], at * perImage);
        }
        return out;
      },
      record: (requests) => requests.map((request) => keepOne(checkRequest(request))),
      refit: () => {
        // One fit after the other, each with all labels that there are when it begins.
        const result = fitting.then(fitNow);
        fitting = result.catch(() => undefined);
        return result;
      },
      secondOpinions: (by) => awaited(state, audits, by, overlap),
      next: (by, wholeCount) => {
        const again = awaited(state, audits, by, overlap).slice(0, wholeCount);
        const count = wholeCount - again.length;
        const step = rng.fork(`next ${log.events.length}`);
        const free = (id: string): boolean => !state.answers.has(id) && !state.removed.has(id);
        const wanted = Math.floor(count * auditShare + step.uniform());
        const audit = audits.filter(free).slice(0, Math.min(wanted, count));
        const pool = {
          features: reduced,
          dim: main.dim,
          ids: items.map(({ id }) => id),
          labels: items.map(({ id }) => teachingLabel(state, auditSet, id)),
          available: items.map(({ id }) => (free(id) && !auditSet.has(id) ? 1 : 0)),
          ...(model === undefined ? {} : { probabilities: padded(model, items.length) }),
        };
        const chosen = strategy(pool, count - audit.length, step.fork("strategy"));
        const reason = strategy.settings?.name ?? "strategy";
        const asked: Asked[] = [
          ...again.map((item) => ({ item, reason: "second opinion" })),
          ...audit.map((item) => ({ item, reason: "audit" })),
          ...Array.from(chosen, (i) => ({ item: items[i].id, reason })),
        ];
        // The label before one leans on the next, so each expert has an order of their own.
        const order = createRng(seed).fork(`order ${by} ${log.events.length}`);
        return Array.from(order.permutation(asked.length), (at) => asked[at]);
      },
      nearest: (id, count) => {
        const at = index.get(id);
        if (at === undefined || (auditSet.has(id) && !state.answers.has(id))) return [];
        const dim = main.dim;
        const labels = Int32Array.from(items, (item) => item.id === id ? -1 : teachingLabel(state, auditSet, item.id)); // prettier-ignore
        const groups = items.map(({ scan }) => String(scan));
        const row = reduced.subarray(at * dim, (at + 1) * dim);
        const group = items[at].scan < 0 ? {} : { groups, group: groups[at] };
        const push = model === undefined ? undefined : pusherOf(model);
        return neighbours({ features: reduced, labels, dim }, row, { count, ...group }).map((one) => ({ item: items[one.row].id, class: state.classes[one.label].id, distance: one.distance, sameScan: one.sameGroup, ...defined({ push: push?.(one.row, at) }) })); // prettier-ignore
      },
      close: () => {
        log.close();
        embedded.dispose();
      },
    };
  } catch (error) {
    log.close();
    throw error;
  }
}

/** Which items measure, in the order in which they are asked: a quarter of all, drawn before anything is known. */
function auditOrder({ items }: Collection, rng: { permutation(n: number): Int32Array }): string[] {
  const count = Math.min(mostAudits, Math.ceil(items.length / 4));
  return Array.from(rng.permutation(items.length).subarray(0, count), (i) => items[i].id);
}

/** Whether an item measures: it was set apart, and its answer, if it has one, was given blind. */
function measures(audits: ReadonlySet<string>, state: SessionState, id: string): boolean {
  const answer = state.answers.get(id);
  return audits.has(id) && (answer?.how.blind !== false || answer.isDecision === true);
}

/** What others answered blind of what measures and this expert has not, as far as it is wanted. */
function awaited(
  { answers, opinions, removed }: SessionState,
  audits: readonly string[],
  by: string,
  overlap: number,
): string[] {
  const saidBy = (id: string): boolean => opinions.get(id)?.has(by) === true;
  const shared = audits.filter(saidBy).length;
  return audits
    .filter((id) => {
      const answer = answers.get(id);
      const isOther = answer?.class !== undefined && answer.by !== by && answer.how.blind;
      return isOther && answer.isDecision !== true && !saidBy(id) && !removed.has(id);
    })
    .slice(0, Math.max(0, overlap - shared));
}

/** A class number for what teaches, so that strategies can count; -1 for the rest. */
function teachingLabel(state: SessionState, audits: ReadonlySet<string>, id: string): number {
  const answer = state.answers.get(id);
  if (answer?.class === undefined || audits.has(id) || state.removed.has(id)) return -1;
  const known = state.classes.findIndex((one) => one.id === state.resolve(answer.class ?? ""));
  return known;
}

/** Probabilities of all items; of those that came after the fit, even ones. */
function padded({ probabilities, classes }: Model, n: number): Float32Array {
  const out = new Float32Array(n * classes.length).fill(1 / classes.length);
  out.set(probabilities);
  return out;
}

/** @throws InputError if answers are about items that are not there */
function checkKnown(state: SessionState, index: ReadonlyMap<string, number>): void {
  const lost = [...state.answers.keys()].filter((id) => !index.has(id));
  if (lost.length === 0) return;
  throw new InputError({
    got: `a session with labels of ${lost.length} images that are not there, such as "${lost[0]}"`,
    expected: "the scans and settings that it was begun with",
    todo: "Name the same files and options, or give another folder with --out.",
  });
}
