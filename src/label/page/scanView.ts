import { scanOf, type ItemInfo } from "./api.js";
import { colourOf, drawGrey, levelsOf, type Levels } from "./draw.js";
import { className, isTyping } from "./labelView.js";
import { h, useEffect, useRef, useState, type View } from "./preact.js";
import { useKeys } from "./keys.js";
import { fresh, type Store } from "./store.js";

/** Where one looks: the pixel of the scan in the corner of the canvas, and how many screen pixels one takes. */
interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** A scan with its features, to pan, zoom, choose, add and remove. */
export function ScanView({ store }: { readonly store: Store }): View {
  const { scans } = store.facts;
  const [number, setNumber] = useState(0);
  const [channel, setChannel] = useState(0);
  const [values, setValues] = useState<Float32Array | undefined>(undefined);
  const [levels, setLevels] = useState<Levels | undefined>(undefined);
  const [camera, setCamera] = useState<Camera | undefined>(undefined);
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [adding, setAdding] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<HTMLCanvasElement | undefined>(undefined);
  const layer = useRef<Layer | undefined>(undefined);
  const drag = useRef<{ x: number; y: number; moved: boolean } | undefined>(undefined);
  const scan = scans.at(number);
  const here = store.state.items.filter((item) => item.scan === number && item.removed !== true);

  useEffect(() => {
    let wanted = true;
    setValues(undefined);
    void scanOf(number, channel).then((all) => {
      if (!wanted) return;
      setValues(all);
      setLevels(levelsOf(all));
    });
    return () => {
      wanted = false;
    };
  }, [number, channel]);

  useEffect(() => setCamera(undefined), [number]);

  useEffect(() => {
    if (values === undefined || levels === undefined || scan === undefined) return;
    const made = picture.current ?? document.createElement("canvas");
    drawGrey(made, values, scan.width, scan.height, levels);
    picture.current = made;
  }, [values, levels]);

  const fitted = (): Camera => {
    const element = canvas.current;
    if (element === null || scan === undefined) return { x: 0, y: 0, zoom: 1 };
    const zoom = Math.min(element.width / scan.width, element.height / scan.height);
    const before = (length: number, pixels: number): number => (pixels - length / zoom) / 2;
    return { x: before(element.width, scan.width), y: before(element.height, scan.height), zoom };
  };
  const view = camera ?? fitted();

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (element === null || !context || scan === undefined) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#e5e7eb";
    context.fillRect(0, 0, element.width, element.height);
    if (picture.current === undefined || values === undefined) return;
    const now = camera ?? fitted();
    const parts = [values, levels, store.state, now.zoom];
    if (!covers(layer.current, parts, element, now))
      layer.current = drawLayer(parts, element, now, (on, from) => {
        if (picture.current === undefined) return;
        on.imageSmoothingEnabled = false;
        const [w, tall] = [scan.width * from.zoom, scan.height * from.zoom];
        on.drawImage(picture.current, -from.x * from.zoom, -from.y * from.zoom, w, tall);
        drawFeatures(on, here, scan, from, store);
      });
    const { drawn, x, y } = layer.current ?? { drawn: element, x: 0, y: 0 };
    context.drawImage(
      drawn,
      Math.round((x - now.x) * now.zoom),
      Math.round((y - now.y) * now.zoom),
    );
    const marked = here.find(({ id }) => id === chosen);
    if (marked !== undefined) drawChosen(context, boxOf(marked, scan, now));
  });

  const at = (event: MouseEvent): readonly [number, number] => {
    const element = canvas.current;
    if (element === null) return [0, 0];
    const box = element.getBoundingClientRect();
    const [sx, sy] = [element.width / box.width, element.height / box.height];
    return [(event.clientX - box.left) * sx, (event.clientY - box.top) * sy];
  };
  const zoomBy = (factor: number, [px, py]: readonly [number, number]): void => {
    const zoom = Math.max(fitted().zoom / 2, Math.min(64, view.zoom * factor));
    const [x, y] = [view.x + px / view.zoom, view.y + py / view.zoom];
    setCamera({ x: x - px / zoom, y: y - py / zoom, zoom });
  };
  const middle = (): readonly [number, number] => {
    const { width = 0, height = 0 } = canvas.current ?? {};
    return [width / 2, height / 2];
  };
  const click = (event: MouseEvent): void => {
    if (scan === undefined) return;
    const [px, py] = at(event);
    const nm = [scan.sizeNm[0] / scan.width, scan.sizeNm[1] / scan.height];
    const [x, y] = [(view.x + px / view.zoom) * nm[0], (view.y + py / view.zoom) * nm[1]];
    if (adding) {
      if (x < 0 || y < 0 || x > scan.sizeNm[0] || y > scan.sizeNm[1]) return;
      const item = `${scan.name} ${x.toFixed(2)} ${y.toFixed(2)} added ${fresh().slice(0, 8)}`;
      store.act({ kind: "add feature", item, scan: number, xNm: x, yNm: y });
      setAdding(false);
      setChosen(item);
      return;
    }
    const far = (item: ItemInfo): number => Math.hypot((item.x ?? 0) - x, (item.y ?? 0) - y);
    const nearest = here.reduce<ItemInfo | undefined>(
      (a, b) => (a === undefined || far(b) < far(a) ? b : a),
      undefined,
    );
    const reach = Math.max(1, (14 * nm[0]) / view.zoom);
    setChosen(nearest !== undefined && far(nearest) <= reach ? nearest.id : undefined);
  };
  const give = (answer: string): void => {
    if (chosen === undefined) return;
    // One that was added a moment ago is not in the list yet; the server hears of it first.
    const item = store.item(chosen);
    store.answer([chosen], answer, {
      blind: item?.audit === true && item.kind === undefined,
      reason: "scan",
      answeredAt: new Date().toISOString(),
      ...(levels ?? {}),
      ...(item?.prediction === undefined ? {} : { shownPrediction: item.prediction }),
    });
  };
  const remove = (): void => {
    if (chosen !== undefined) store.act({ kind: "remove feature", items: [chosen] });
    setChosen(undefined);
  };
  const walk = (step: number): void => {
    if (here.length === 0 || scan === undefined) return;
    const now = here.findIndex(({ id }) => id === chosen);
    const next = here[(now + step + here.length) % here.length];
    setChosen(next.id);
    const element = canvas.current;
    if (camera === undefined || element === null) return;
    const x = ((next.x ?? 0) / scan.sizeNm[0]) * scan.width;
    const y = ((next.y ?? 0) / scan.sizeNm[1]) * scan.height;
    setCamera({
      ...camera,
      x: x - element.width / camera.zoom / 2,
      y: y - element.height / camera.zoom / 2,
    });
  };
  useKeys((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const step = 60 / view.zoom;
    const moves: Readonly<Record<string, () => void>> = {
      "+": () => zoomBy(1.25, middle()),
      "-": () => zoomBy(0.8, middle()),
      "0": () => setCamera(undefined),
      ",": () => walk(-1),
      ".": () => walk(1),
      Delete: remove,
      ArrowLeft: () => setCamera({ ...view, x: view.x - step }),
      ArrowRight: () => setCamera({ ...view, x: view.x + step }),
      ArrowUp: () => setCamera({ ...view, y: view.y - step }),
      ArrowDown: () => setCamera({ ...view, y: view.y + step }),
    };
    const answer = [...store.keys].find(([, key]) => key === event.key)?.[0];
    if (answer !== undefined && !event.repeat) give(answer);
    else if (event.key in moves) moves[event.key]();
    else return;
    event.preventDefault();
  });

  if (scan === undefined)
    return h("p", { class: "empty" }, "This session has images and no scans.");
  const item = chosen === undefined ? undefined : store.item(chosen);
  return h(
    "div",
    { class: "scan-view" },
    h(
      "div",
      { class: "bar" },
      select(
        "Scan ",
        scans.map(({ name }) => name),
        number,
        setNumber,
      ),
      select(
        "channel ",
        scan.channels.map(({ name }) => name),
        channel,
        setChannel,
      ),
      h(
        "button",
        { "aria-pressed": adding ? "true" : "false", onClick: () => setAdding(!adding) },
        adding ? "click the feature" : "add a feature",
      ),
      h("button", { disabled: item === undefined, onClick: remove }, "remove"),
      h("button", { onClick: () => zoomBy(1.25, middle()), "aria-label": "larger" }, "+"),
      h("button", { onClick: () => zoomBy(0.8, middle()), "aria-label": "smaller" }, "−"),
      h("button", { onClick: () => setCamera(undefined) }, "whole"),
    ),
    h("canvas", {
      ref: canvas,
      width: 960,
      height: 600,
      class: adding ? "scan adding" : "scan",
      tabIndex: 0,
      role: "application",
      "aria-label":
        "Scan: arrows move, plus and minus zoom, comma and full stop go through the features, the keys of the classes label the chosen one",
      onMouseDown: (event: MouseEvent) => {
        const [x, y] = at(event);
        drag.current = { x, y, moved: false };
      },
      onMouseMove: (event: MouseEvent) => {
        const held = drag.current;
        if (held === undefined || event.buttons !== 1) return;
        const [x, y] = at(event);
        const [dx, dy] = [x - held.x, y - held.y];
        if (!held.moved && Math.hypot(dx, dy) < 4) return;
        drag.current = { x, y, moved: true };
        setCamera({ ...view, x: view.x - dx / view.zoom, y: view.y - dy / view.zoom });
      },
      onMouseUp: (event: MouseEvent) => {
        if (drag.current?.moved === false) click(event);
        drag.current = undefined;
      },
      onWheel: (event: WheelEvent) => {
        event.preventDefault();
        zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2, at(event));
      },
    }),
    h("p", { class: "hint", "aria-live": "polite" }, describe(store, item, here.length)),
  );
}

function select(
  text: string,
  names: readonly string[],
  value: number,
  set: (value: number) => void,
): View {
  return h(
    "label",
    null,
    text,
    h(
      "select",
      {
        value: String(value),
        onChange: (event: Event) => set(Number((event.target as HTMLSelectElement).value)),
      },
      names.map((name, i) => h("option", { value: String(i), key: i }, name)),
    ),
  );
}

function describe(store: Store, item: ItemInfo | undefined, count: number): string {
  if (item === undefined)
    return `${count} features. Click one, or go through them with comma and full stop; boxes are solid where you labelled, dashed where the model speaks.`;
  const place = `${item.x?.toFixed(1)} nm, ${item.y?.toFixed(1)} nm`;
  if (item.kind === "label") return `${place}: ${className(store, item.class)}`;
  if (item.audit === true)
    return `${place}: kept for measuring, so nothing is told before you answer`;
  const told = className(store, item.prediction);
  const words = ["", "a guess", "told", "doubtful", "unlike anything labelled"];
  return told === undefined
    ? `${place}: no label yet`
    : `${place}: ${told}? (${words[item.verdict]})`;
}

/** A scan with its features as it was drawn once, with room around it, so that moving it draws nothing anew. */
interface Layer {
  readonly drawn: HTMLCanvasElement;
  /** What it shows; anything else makes it stale. */
  readonly parts: readonly unknown[];
  /** Pixel of the scan in its corner. */
  readonly x: number;
  readonly y: number;
}

/** Whether a layer shows these parts, and all that is to be seen. */
function covers(
  layer: Layer | undefined,
  parts: readonly unknown[],
  { width, height }: HTMLCanvasElement,
  { x, y, zoom }: Camera,
): layer is Layer {
  if (layer === undefined || layer.parts.some((part, i) => part !== parts[i])) return false;
  const [left, top] = [(layer.x - x) * zoom, (layer.y - y) * zoom];
  const { width: w, height: tall } = layer.drawn;
  return left <= 0 && top <= 0 && left + w >= width && top + tall >= height;
}

function drawLayer(
  parts: readonly unknown[],
  { width, height }: HTMLCanvasElement,
  { x, y, zoom }: Camera,
  draw: (context: CanvasRenderingContext2D, from: Camera) => void,
): Layer | undefined {
  const drawn = document.createElement("canvas");
  [drawn.width, drawn.height] = [2 * width, 2 * height];
  const context = drawn.getContext("2d");
  if (context === null) return undefined;
  const from = { x: x - width / 2 / zoom, y: y - height / 2 / zoom, zoom };
  context.fillStyle = "#e5e7eb";
  context.fillRect(0, 0, drawn.width, drawn.height);
  draw(context, from);
  return { drawn, parts, x: from.x, y: from.y };
}

type Box = readonly [left: number, top: number, width: number, height: number];

/** Where a feature is on the screen; never too small to be seen. */
function boxOf(item: ItemInfo, scan: Store["facts"]["scans"][number], { x, y, zoom }: Camera): Box {
  const [px, py] = [scan.width / scan.sizeNm[0], scan.height / scan.sizeNm[1]];
  const w = Math.max(8, ((item.w || 1) * px + 2) * zoom);
  const tall = Math.max(8, ((item.h || 1) * py + 2) * zoom);
  return [
    ((item.x ?? 0) * px - x) * zoom - w / 2,
    ((item.y ?? 0) * py - y) * zoom - tall / 2,
    w,
    tall,
  ];
}

/** In boxes smaller than this no dash can be seen. */
const dashable = 12;

function drawFeatures(
  context: CanvasRenderingContext2D,
  items: readonly ItemInfo[],
  scan: Store["facts"]["scans"][number],
  camera: Camera,
  store: Store,
): void {
  const { width, height } = context.canvas;
  // One path for each look, since ten thousand strokes of their own would take a second.
  const paths = new Map<string, Path2D>();
  for (const item of items) {
    const [left, top, w, tall] = boxOf(item, scan, camera);
    if (left > width || top > height || left + w < 0 || top + tall < 0) continue;
    const isLabel = item.kind === "label";
    const colour = colourOf(isLabel ? item.class : item.prediction, store.state.classes);
    const look = isLabel ? "solid" : Math.max(w, tall) > dashable ? "dashed" : "thin";
    const key = `${colour} ${look}`;
    const path = paths.get(key) ?? new Path2D();
    path.rect(left, top, w, tall);
    paths.set(key, path);
  }
  for (const [key, path] of paths) {
    const [colour, look] = key.split(" ");
    context.setLineDash([]);
    if (look !== "thin") {
      // A light line below keeps a dark one visible on dark ground.
      context.lineWidth = 4;
      context.strokeStyle = "rgba(255,255,255,0.75)";
      context.stroke(path);
    }
    context.lineWidth = look === "thin" ? 1.5 : 2;
    context.setLineDash(look === "dashed" ? [5, 4] : []);
    context.strokeStyle = colour;
    context.stroke(path);
  }
  context.setLineDash([]);
}

function drawChosen(context: CanvasRenderingContext2D, box: Box): void {
  context.lineWidth = 6;
  context.strokeStyle = "rgba(255,255,255,0.75)";
  context.strokeRect(...box);
  context.lineWidth = 4;
  context.strokeStyle = "#ffb000";
  context.strokeRect(...box);
}
