import { escapeHtml, InputError, type ImageSet } from "../core";
import { mosaic, valueRange, type Tile } from "../figures";
import {
  accuracySentence,
  classOf,
  promiseSentence,
  sessionImages,
  type Asked,
  type Session,
} from "../session";
import { labelCss, labelEsm } from "./labelPage";
import { widget } from "./widget";

/** Who labels what. */
export interface LabelOptions {
  /** Names of classes that are made where they are not there yet; more are made on the way. @default none */
  readonly classes?: readonly string[];
  /** Who labels. @default "expert" */
  readonly by?: string;
  /** Labels after which the classifier is fitted again, at least 1. @default 3 */
  readonly every?: number;
}

/** Labels that are given in a cell. As the last expression of a cell it is shown. */
export interface Labelling {
  /** All images with the labels that were given so far, for the cells that follow. */
  images(): ImageSet;
  /** Shows it below the cell that calls this. */
  show(): void;
  /** Takes it off the page. The session stays open. */
  close(): void;
}

/** An image that is to be answered. */
interface Shown extends Asked {
  /** PNG as a data address. */
  readonly picture: string;
}

/** Something that the page offers to answer. */
interface Answer {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly count: number;
}

interface PageState {
  readonly queue: readonly Shown[];
  readonly answers: readonly Answer[];
  readonly canUndo: boolean;
  readonly text: string;
  readonly message: string;
}

/** Images that wait in the page, so that the next is there at once, also from a machine far away. */
const ahead = 6;
/** Keys of what is there from the start, as the page of `fewscope label` has them. */
const fixedKeys: Readonly<Record<string, string>> = { nothing: "n", artefact: "a", unknown: "u" };

/**
 * Labels in a cell, one image after the other, those first that are worth most: a key of the class answers, z takes back, Z brings back. Every answer is on the
 * disk of the kernel's machine before it counts, as on the page of `fewscope label`, and the classifier learns meanwhile. Nothing waits for it: the next cell
 * takes `images()` when one is done.
 * @throws InputError if a class has no name
 */
export function label(session: Session, options: LabelOptions = {}): Labelling {
  const { classes = [], by = "expert", every = 3 } = options;
  makeClasses(session, classes);
  const painted = painter(session);
  let queue: Asked[] = [];
  let sinceFit = 0;
  let fitting = false;
  const state = (message: string): PageState => {
    queue = filled(session, queue, by);
    return {
      queue: queue.slice(0, ahead).map((asked) => ({ ...asked, picture: painted(asked.item) })),
      answers: answersOf(session),
      canUndo: session.state.undoable(by) !== undefined,
      text: textOf(session),
      message,
    };
  };
  const shown = widget<PageState>({
    esm: labelEsm,
    css: labelCss,
    state: state(""),
    still: ({ queue: [first], answers, text }) => ({
      "text/plain": `Labels: ${answers.map(({ name, count }) => `${count} ${name}`).join(", ")}. ${text}`,
      "text/html": still(first, answers, text),
    }),
  });
  const refit = (): void => {
    if (fitting || sinceFit < every) return;
    [fitting, sinceFit] = [true, 0];
    session
      .refit()
      .then(() => shown.set(state("")))
      .catch((error: unknown) => shown.set(state(reasonOf(error))))
      .finally(() => (fitting = false));
  };
  shown.onMessage((message) => {
    const event = (message as { event?: { uuid?: unknown } }).event;
    let why = "";
    try {
      const before = session.state.answers;
      session.record([{ ...event, by }]);
      sinceFit++;
      // What was taken back is asked at once.
      const back = [...before.keys()].filter((item) => !session.state.answers.has(item));
      queue = [...back.map((item) => ({ item, reason: "again" })), ...queue];
    } catch (error) {
      why = reasonOf(error);
    }
    shown.set(state(why));
    shown.send({ done: event?.uuid });
    refit();
  });
  return Object.assign(shown, { images: () => sessionImages(session) });
}

/** By nobody who could take it back: z is for answers. */
function makeClasses(session: Session, names: readonly string[]): void {
  const known = new Set(session.state.classes.map(({ name }) => name));
  const news = [...new Set(names)].filter((name) => !known.has(name));
  session.record(
    news.map((name) => ({
      uuid: `class ${name}`,
      by: "cell",
      action: { kind: "add class", class: name, name },
    })),
  );
}

/** The queue without what has an answer, with more where it runs short. */
function filled(session: Session, queue: readonly Asked[], by: string): Asked[] {
  const { state } = session;
  const left = queue.filter(({ item }) => !state.answers.has(item) && !state.removed.has(item));
  if (left.length >= ahead) return left;
  const known = new Set(left.map(({ item }) => item));
  return [...left, ...session.next(by, 10).filter(({ item }) => !known.has(item))];
}

function answersOf({ state, items }: Session): Answer[] {
  const counts = new Map<string, number>();
  for (const { id } of items) {
    const found = classOf(state, id) ?? state.answers.get(id)?.kind;
    if (found !== undefined) counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  const count = (id: string): number => counts.get(id) ?? 0;
  const own = state.classes.filter(({ id }) => !(id in fixedKeys));
  const others = state.classes.filter(({ id }) => id in fixedKeys);
  return [
    ...own.map(({ id, name }, i) => ({ id, name, key: i < 9 ? `${i + 1}` : "", count: count(id) })),
    ...others.map(({ id, name }) => ({ id, name, key: fixedKeys[id], count: count(id) })),
    { id: "unsure", name: "unsure", key: "q", count: count("unsure") },
    { id: "skip", name: "skip", key: "s", count: count("skip") },
  ];
}

function textOf(session: Session): string {
  const { state, items } = session;
  const labelled = items.filter(({ id }) => classOf(state, id) !== undefined).length;
  return [
    `${labelled} of ${items.length} labelled.`,
    accuracySentence(session),
    promiseSentence(session),
  ]
    .filter((line) => line !== undefined)
    .join(" ");
}

/** Paints images with the same shades throughout. */
function painter(session: Session): (item: string) => string {
  const { items, images } = session;
  const numbers = new Map(items.map(({ id }, i) => [id, i]));
  const channel = images.shape[2] === 3 ? "rgb" : 0;
  const tileOf = (i: number): Tile => ({ row: 0, column: 0, values: session.read([i]) });
  const some = [...items.keys()].slice(0, 200).map(tileOf);
  const range = valueRange(some, images, channel);
  const grid = { shape: images.shape, rows: 1, columns: 1, gap: 0, channel } as const;
  return (item) => mosaic([tileOf(numbers.get(item) ?? 0)], { ...grid, range: () => range }).source;
}

function still(first: Shown | undefined, answers: readonly Answer[], text: string): string {
  const picture =
    first === undefined ? "" : `<img src="${first.picture}" width="160" alt="the next to answer">`;
  const counts = answers
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${count} ${escapeHtml(name)}`);
  return `<div>${picture}<p>${counts.join(", ")}</p><p>${escapeHtml(text)}</p></div>`;
}

/** A user's mistake in words; anything else is told as it is. */
function reasonOf(error: unknown): string {
  if (error instanceof InputError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
