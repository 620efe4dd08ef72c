import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { core, session } from "../../src";
import { serve } from "../../src/label";
import { findChromium } from "../browser/findChromium";

/*
 * How quick the page is with 20 000 features on two scans of 4096 x 4096, in Debian's Chromium:
 * node --import tsx test/bench/page.ts [LABELS]
 *
 * A fit, the ten next to ask, from a key to the next image on the screen, frames while a scan of 10 000 features is dragged, and memory of server and page.
 */
const [perScan, scans, edge, dim] = [10_000, 2, 32, 32];
const pixels = 4096;
const classes = 5;

async function main(): Promise<void> {
  const labels = Number(process.argv[2] ?? 40);
  const chromium = findChromium();
  if (chromium === undefined)
    throw new Error("there is no Chromium (Debian: apt install chromium)");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-page-"));
  const { collection, truth } = many();
  const opened = await session.openSession(collection, { folder, pretrain: firstValues() });
  const say = (action: object, uuid: string): unknown => opened.record([{ uuid, by: "expert", action }]); // prettier-ignore
  for (let c = 0; c < classes; c++) say({ kind: "add class", class: `c${c}`, name: `class ${c}` }, `c ${c}`); // prettier-ignore
  const how = { blind: true, reason: "audit" };
  const fits: number[] = [];
  const asks: number[] = [];
  for (let round = 0; round < 10; round++) {
    for (const { item } of opened.next("expert", 30))
      say({ kind: "label", items: [item], class: `c${truth(item)}`, how }, `label ${item}`);
    const from = performance.now();
    await opened.refit();
    const fitted = performance.now();
    opened.next("expert", 10);
    fits.push(fitted - from);
    asks.push(performance.now() - fitted);
  }
  told("fit", fits);
  told("ten next", asks);
  const server = await serve(opened);
  const { chromium: driver } = await import("playwright-core");
  const browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  const opening = performance.now();
  await page.goto(server.url);
  await page.waitForSelector(".label-view", { timeout: 120_000 });
  told("page opened", [performance.now() - opening]);
  // What the loader of these sources wraps functions in.
  await page.evaluate("globalThis.__name = (named) => named");
  const waits: number[] = [];
  for (let i = 0; i < labels; i++) {
    const item = (await page.locator(".label-view").getAttribute("data-item")) ?? "";
    waits.push(await page.evaluate(afterKey, String(1 + truth(item))));
  }
  told("next image on the screen", waits);
  await page.getByRole("navigation").getByRole("button", { name: "Scans" }).click();
  await page.getByText("10000 features").waitFor();
  await page.waitForTimeout(3000);
  for (const zoom of [0, 6]) {
    for (let i = 0; i < zoom; i++) await page.getByRole("button", { name: "larger" }).click();
    const [frames, ms] = await page.evaluate(dragged, 120);
    console.log(`dragged, zoom ${zoom}: ${((1000 * frames) / ms).toFixed(0)} frames a second`);
  }
  const heap = await page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  );
  console.log(
    `memory: program ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB, page's heap ${(heap / 2 ** 20).toFixed(0)} MB`,
  );
  await browser.close();
  await server.close();
  opened.close();
  fs.rmSync(folder, { recursive: true, force: true });
}

function told(what: string, ms: readonly number[]): void {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number): string => sorted[Math.floor(share * (sorted.length - 1))].toFixed(0);
  console.log(`${what}: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, most ${at(1)} ms`);
}

/** Runs in the page: presses a key, and waits for the frame in which another image is drawn. */
function afterKey(key: string): Promise<number> {
  return new Promise((resolve) => {
    const place = document.querySelector(".label-view");
    const before = place?.getAttribute("data-item");
    const from = performance.now();
    document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    requestAnimationFrame(function look() {
      const now = document.querySelector(".label-view")?.getAttribute("data-item");
      const canvas = document.querySelector<HTMLCanvasElement>(".big canvas");
      const middle = canvas?.getContext("2d")?.getImageData(16, 16, 1, 1).data[3];
      if (now !== before && middle === 255) resolve(performance.now() - from);
      else requestAnimationFrame(look);
    });
  });
}

/** Runs in the page: moves the pointer once a frame. -> frames, ms */
function dragged(count: number): Promise<[number, number]> {
  return new Promise((resolve) => {
    const canvas = document.querySelector("canvas.scan");
    if (canvas === null) throw new Error("no scan");
    const box = canvas.getBoundingClientRect();
    let frame = 0;
    const from = performance.now();
    const start = { clientX: box.left + 300, clientY: box.top + 200, buttons: 1, bubbles: true };
    canvas.dispatchEvent(new MouseEvent("mousedown", start));
    requestAnimationFrame(function move() {
      frame++;
      const clientX = box.left + 300 + 100 * Math.sin(frame / 10);
      canvas.dispatchEvent(new MouseEvent("mousemove", { ...start, clientX }));
      if (frame < count) requestAnimationFrame(move);
      else {
        canvas.dispatchEvent(new MouseEvent("mouseup", { ...start, clientX, buttons: 0 }));
        resolve([frame, performance.now() - from]);
      }
    });
  });
}

function firstValues(): core.Pretrain {
  const encoder: core.Encoder = {
    dim,
    embed: (images) =>
      core.tf.tidy(() => images.reshape([images.shape[0], edge * edge]).slice([0, 0], [-1, dim])) as core.Tensor2D, // prettier-ignore
    clone: () => encoder,
    save: () => Promise.resolve(),
    dispose: () => undefined,
  };
  return core.known<core.Pretrain>(() => Promise.resolve(encoder), {
    name: "first values",
    revision: 1,
  });
}

function many(): { collection: session.Collection; truth: (item: string) => number } {
  const rng = core.createRng(1).fork("many");
  const n = perScan * scans;
  const truths = Int32Array.from({ length: n }, () => rng.integer(classes));
  const centres = Float32Array.from({ length: classes * dim }, () => rng.normal());
  const values = Float32Array.from({ length: n * edge * edge }, (_, at) => {
    const [i, j] = [Math.floor(at / edge ** 2), at % edge ** 2];
    return rng.uniform() * 3 + (j < dim ? centres[truths[i] * dim + j] : 0);
  });
  const images = core.imageSet({
    name: "many",
    pixels: values,
    shape: [edge, edge, 1],
    unit: "pm",
  });
  const nm = 400;
  const items = Array.from({ length: n }, (_, i): session.Item => ({
    id: `feature ${i}`,
    scan: Math.floor(i / perScan),
    place: {
      xNm: rng.uniform() * nm,
      yNm: rng.uniform() * nm,
      widthNm: 2,
      heightNm: 2,
      areaNm2: 4,
      height: 1e-10,
      polarity: "bright",
      score: 1,
    },
  }));
  const surface = Float64Array.from(
    { length: pixels ** 2 },
    (_, at) => ((at * 7919) % 1000) * 1e-13,
  );
  const all = Array.from({ length: scans }, (_, s): session.SessionScan => ({
    name: `scan ${s}`,
    file: `scan ${s}`,
    hash: String(s),
    mask: new Int32Array(pixels ** 2),
    scan: {
      name: `scan ${s}`,
      channels: [{ name: "Z", unit: "m", direction: "forward", data: surface }],
      width: pixels,
      height: pixels,
      sizeMetres: [nm * 1e-9, nm * 1e-9],
      completedRows: pixels,
      scanDirection: "up",
      metadata: {},
      history: [],
    },
  }));
  const cut = (): Float32Array => new Float32Array(edge * edge);
  return {
    collection: { scans: all, items, images, cut },
    truth: (item) => truths[Number(item.split(" ")[1])],
  };
}

void main();
