import { imageOf, scanOf } from "./api.js";
import { drawGrey, levelsOf, type Levels } from "./draw.js";
import { FeatureImage } from "./image.js";
import { h, useEffect, useRef, useState, type View } from "./preact.js";
import { useKeys } from "./keys.js";
import { LevelSliders } from "./levels.js";
import type { Store } from "./store.js";

/** One feature after the other, the ones first that are worth most; no word of the model before the answer. */
export function LabelView({ store }: { readonly store: Store }): View {
  // What was answered, so that one may go back; the last place is the head of the queue.
  const [past, setPast] = useState<readonly string[]>([]);
  const [back, setBack] = useState(0);
  const asked = store.queue.at(0);
  const current = back > 0 ? past[past.length - back] : asked?.item;
  const shown = useRef({ id: "", at: 0, active: 0, since: 0 });
  const item = current === undefined ? undefined : store.item(current);
  const levels = store.levelsOf(item);

  useEffect(() => {
    const now = performance.now();
    shown.current = { id: current ?? "", at: Date.now(), active: 0, since: now };
    // The next ones are fetched while one looks at this one.
    const size = store.facts.shape.reduce((a, b) => a * b, 1);
    for (const { item: id } of store.queue.slice(0, 5)) {
      const index = store.index.get(id);
      if (index !== undefined) void imageOf(id, index, size).catch(() => undefined);
    }
    const hidden = (): void => {
      const time = performance.now();
      if (document.hidden) shown.current.active += time - shown.current.since;
      shown.current.since = time;
    };
    document.addEventListener("visibilitychange", hidden);
    return () => document.removeEventListener("visibilitychange", hidden);
  }, [current]);

  const give = (answer: string): void => {
    if (current === undefined) return;
    const now = performance.now();
    const active = shown.current.active + (document.hidden ? 0 : now - shown.current.since);
    store.answer([current], answer, {
      blind: back === 0,
      reason: back > 0 ? "again" : (asked?.reason ?? "label"),
      shownAt: new Date(shown.current.at).toISOString(),
      answeredAt: new Date().toISOString(),
      activeMs: Math.min(60_000, Math.round(active)),
      low: levels.low,
      high: levels.high,
      ...(item?.seq === undefined ? {} : { knew: item.seq }),
    });
    if (back > 0) setBack(back - 1);
    else {
      setPast([...past, current]);
      store.takeFromQueue();
    }
  };

  useKeys((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (event.key === "ArrowLeft" && back < past.length) setBack(back + 1);
    else if (event.key === "ArrowRight" && back > 0) setBack(back - 1);
    else {
      // A key that is held must not answer ten times.
      const answer = [...store.keys].find(([, key]) => key === event.key)?.[0];
      if (answer === undefined || event.repeat) return;
      give(answer);
    }
    event.preventDefault();
  });

  if (current === undefined || item === undefined) {
    if (store.isAsking) return h("div", { class: "empty" }, h("p", null, "Asking what comes next"));
    return h(
      "div",
      { class: "empty" },
      h("h2", null, "Nothing more to ask"),
      h("p", null, "Look at what is told under Gallery and Scans, or export it."),
    );
  }
  const scan = store.facts.scans.at(item.scan);
  const given = item.kind === "label" ? className(store, item.class) : item.kind;
  return h(
    "div",
    { class: "label-view", "data-item": current },
    h(
      "div",
      { class: "pictures" },
      h(
        "figure",
        null,
        h("div", { class: "big" }, h(FeatureImage, { store, id: current })),
        h("figcaption", null, patchCaption(store)),
      ),
      scan === undefined || item.scan < 0 || item.x === undefined
        ? null
        : h(
            "figure",
            null,
            h(Surroundings, { store, id: current, key: current }),
            h(
              "figcaption",
              null,
              `${scan.name}, ${item.x.toFixed(1)} nm, ${item.y?.toFixed(1)} nm`,
            ),
          ),
      h(Profile, { store, id: current, levels }),
    ),
    h(LevelSliders, { store, item }),
    h(
      "p",
      { class: "hint", "aria-live": "polite" },
      back > 0
        ? `Answered before: ${given ?? "nothing"}. A key changes it; the right arrow goes on.`
        : "Press the key of a class. The left arrow goes back, Ctrl+Z takes back.",
    ),
  );
}

function patchCaption({ facts }: Store): string {
  const [height, width] = facts.shape;
  const nm = facts.nmPerPixel;
  return nm === undefined
    ? `${width} x ${height} pixels`
    : `${(width * nm).toFixed(1)} nm x ${(height * nm).toFixed(1)} nm`;
}

/** The name of a class as it stands. */
export function className(store: Store, id: string | undefined): string | undefined {
  return store.state.classes.find((known) => known.id === id)?.name;
}

/** Whether a key belongs to a field that is being written in. */
export function isTyping({ target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return target.type !== "range" && target.type !== "checkbox";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** A wide piece of the scan around a feature, with a box where it is. */
export function Surroundings({ store, id }: { readonly store: Store; readonly id: string }): View {
  const canvas = useRef<HTMLCanvasElement>(null);
  const item = store.item(id);
  useEffect(() => {
    const scan = item === undefined ? undefined : store.facts.scans.at(item.scan);
    if (item?.x === undefined || item.y === undefined || scan === undefined) return;
    const { x, y } = item;
    let wanted = true;
    void scanOf(item.scan, 0).then((values) => {
      if (!wanted || canvas.current === null) return;
      drawAround(canvas.current, values, scan, [x, y], store);
    });
    return () => {
      wanted = false;
    };
  }, [id]);
  return h("canvas", {
    ref: canvas,
    width: 288,
    height: 288,
    class: "around",
    role: "img",
    "aria-label": "The scan around the feature",
  });
}

function drawAround(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  scan: Store["facts"]["scans"][number],
  [x, y]: readonly [number, number],
  { facts }: Store,
): void {
  const edge = facts.shape[1] * (facts.nmPerPixel ?? 0.1);
  const wide = Math.min(6 * edge, ...scan.sizeNm);
  const perNm = [scan.width / scan.sizeNm[0], scan.height / scan.sizeNm[1]];
  const left = Math.max(0, Math.min(scan.sizeNm[0] - wide, x - wide / 2));
  const top = Math.max(0, Math.min(scan.sizeNm[1] - wide, y - wide / 2));
  const [c0, r0] = [Math.floor(left * perNm[0]), Math.floor(top * perNm[1])];
  const columns = Math.max(1, Math.min(scan.width - c0, Math.round(wide * perNm[0])));
  const rows = Math.max(1, Math.min(scan.height - r0, Math.round(wide * perNm[1])));
  const piece = new Float32Array(columns * rows);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      piece[r * columns + c] = values[(r0 + r) * scan.width + c0 + c];
  const small = document.createElement("canvas");
  drawGrey(small, piece, columns, rows, levelsOf(piece));
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  const scale = canvas.width / wide;
  context.lineWidth = 2;
  context.strokeStyle = "#ffb000";
  const half = edge / 2;
  context.strokeRect(
    (x - left - half) * scale,
    (y - top - half) * scale,
    edge * scale,
    edge * scale,
  );
}

/** Heights along the middle row. */
function Profile({
  store,
  id,
  levels,
}: {
  readonly store: Store;
  readonly id: string;
  readonly levels: Levels;
}): View {
  const [values, setValues] = useState<Float32Array | undefined>(undefined);
  const [height, width, channels] = store.facts.shape;
  const index = store.index.get(id);
  useEffect(() => {
    if (index === undefined) return;
    let wanted = true;
    void imageOf(id, index, height * width * channels).then((all) => {
      if (wanted) setValues(all.filter((_, i) => i % channels === 0));
    });
    return () => {
      wanted = false;
    };
  }, [id, index]);
  const row = Math.floor(height / 2);
  const line = values === undefined ? [] : [...values.subarray(row * width, (row + 1) * width)];
  const [low, high] = [Math.min(levels.low, ...line), Math.max(levels.high, ...line)];
  const points = line
    .map(
      (value, i) =>
        `${(4 + (i / (width - 1)) * 232).toFixed(1)},${(84 - ((value - low) / (high - low || 1)) * 76).toFixed(1)}`,
    )
    .join(" ");
  return h(
    "figure",
    null,
    h(
      "svg",
      {
        viewBox: "0 0 240 90",
        class: "profile",
        role: "img",
        "aria-label": "Heights along the middle row",
      },
      h("polyline", { points, fill: "none", stroke: "#0072b2", "stroke-width": 2 }),
    ),
    h(
      "figcaption",
      null,
      `middle row, ${low.toFixed(0)} to ${high.toFixed(0)} ${store.facts.unit}`,
    ),
  );
}
