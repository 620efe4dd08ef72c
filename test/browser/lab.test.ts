import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import * as path from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { findChromium } from "./findChromium";
import { prepareJupyter, project, type Jupyter } from "../notebooks/runNotebook";

/** Set to a folder to keep the screenshots: FEWSCOPE_SCREENSHOTS=/tmp/shots npm run test:browser */
const screenshots = process.env["FEWSCOPE_SCREENSHOTS"];

describe("JupyterLab in a browser", function () {
  this.timeout(600_000);
  let jupyter: Jupyter;
  let browser: Browser;
  let lab: ChildProcess;
  let page: Page;
  let folder: string;
  let address: string;

  before(async function () {
    const chromium = findChromium();
    if (chromium === undefined) {
      process.stdout.write("      not run: there is no Chromium (Debian: apt install chromium)\n");
      this.skip();
    }
    try {
      jupyter = await prepareJupyter();
    } catch (error) {
      const { name, message } = error as Error;
      if (name !== "Problem" || process.env["CI"]) throw error;
      process.stdout.write(`      not run: ${message}\n`);
      this.skip();
    }
    // A copy, since JupyterLab saves what it has run; inside the project, where notebooks find fewscope by its name.
    folder = path.join(project, ".cache", `browser-${process.pid}`);
    fs.mkdirSync(folder, { recursive: true });
    fs.cpSync(
      path.join(project, "notebooks", "01-quickstart.ipynb"),
      path.join(folder, "quickstart.ipynb"),
    );
    writeNotebook(path.join(folder, "widget.ipynb"), widgetCells);
    writeNotebook(path.join(folder, "label.ipynb"), labelCells);
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    lab = startLab(jupyter, folder, port);
    const { chromium: driver } = await import("playwright-core");
    browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
    page = await browser.newPage({ viewport: { width: 1100, height: 1000 } });
    await untilReached(`${address}/api`, lab);
    await page.goto(`${address}/lab/tree/quickstart.ipynb?token=${token}`);
  });

  after(async () => {
    await browser?.close();
    if (lab !== undefined && lab.exitCode === null) {
      lab.kill("SIGTERM");
      await once(lab, "exit");
    }
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  });

  // A workspace of its own: the other one opens the quickstart again, whose cells would be hidden.
  const widgetPage = (name = "widget"): string =>
    `${address}/lab/workspaces/widgets-${name}/tree/${name}.ipynb?token=${token}`;

  const shot = async (name: string): Promise<void> => {
    if (screenshots !== undefined)
      await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  };

  it("runs all cells of the quickstart, with a bar that moves", async () => {
    await page.waitForSelector(".jp-Notebook .jp-CodeCell", { timeout: 120_000 });
    await untilReady(page);
    await command(page, "notebook:clear-all-cell-outputs");
    const done = command(page, "notebook:run-all-cells");
    const bar = page.locator(".jp-OutputArea-output progress");
    await bar.first().waitFor({ state: "attached", timeout: 120_000 });
    const seen = new Set<string>();
    let running = true;
    void done.finally(() => (running = false));
    while (running) {
      seen.add((await bar.last().getAttribute("value")) ?? "");
      if (seen.size === 3) {
        // Each step puts a new bar in place of the old one, so waiting for it to stand still may never end.
        await bar.last().evaluate((element) => element.scrollIntoView());
        await shot("progress");
      }
      await page.waitForTimeout(100);
    }
    await done;
    assert.equal(await promptOf(page, 9), "[9]:");
    assert.ok(seen.size >= 3, `the bar was seen at ${[...seen].join(", ")}`);
    assert.equal(
      await page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count(),
      0,
    );
    assert.equal(await page.locator('[data-mime-type="application/vnd.jupyter.error"]').count(), 0);
  });

  it("draws the figures, and shows a label where the mouse is", async () => {
    // The picture stands there until the mouse comes; then the extension draws the chart in its place.
    const chart = page.locator(".jp-RenderedPlotly").nth(1);
    await chart.scrollIntoViewIfNeeded();
    if ((await chart.locator(".plot-container").count()) === 0)
      await chart.locator("img.plot-img").dispatchEvent("mouseenter");
    const point = chart.locator(".scatterlayer .trace .points path").first();
    await point.waitFor({ state: "attached" });
    const box = await point.boundingBox();
    assert.ok(box !== null, "the chart has no point");
    await page.mouse.move(box.x + box.width / 2 - 30, box.y + 20);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
    const label = chart.locator(".hoverlayer .hovertext");
    await label.first().waitFor({ state: "attached", timeout: 20_000 });
    assert.match((await label.first().textContent()) ?? "", /\d/);
    await shot("figure");
  });

  it("shows the table with its numbers below each other", async () => {
    const table = page.locator(".jp-RenderedHTMLCommon table").last();
    await table.scrollIntoViewIfNeeded();
    assert.deepEqual(await table.locator("th").allInnerTexts(), [
      "method",
      "labelsPerClass",
      "draws",
      "mean",
      "halfWidth",
    ]);
    const edges = await table
      .locator("td:nth-child(4)")
      .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().right));
    assert.equal(new Set(edges).size, 1);
    const align = await table
      .locator("td:nth-child(4)")
      .first()
      .evaluate((cell) => getComputedStyle(cell).textAlign);
    assert.equal(align, "right");
    await shot("table");
  });

  it("moves a widget with the cells, both ways", async () => {
    const widgets = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    try {
      await widgets.goto(widgetPage());
      await widgets.waitForSelector(".jp-Notebook .jp-CodeCell", { timeout: 120_000 });
      await untilReady(widgets);
      await runCell(widgets, 0);
      await runCell(widgets, 1);
      const slider = widgets.locator(".jp-OutputArea-output input[type=range]");
      await slider.waitFor({ timeout: 60_000 });
      assert.equal(await slider.inputValue(), "30");
      // By hand: the handle is drawn from 30 to the right end.
      const box = await slider.boundingBox();
      assert.ok(box !== null, "the slider is not seen");
      const middle = box.y + box.height / 2;
      await widgets.mouse.move(box.x + 0.3 * box.width, middle);
      await widgets.mouse.down();
      await widgets.mouse.move(box.x + box.width, middle, { steps: 5 });
      await widgets.mouse.up();
      const output = (cell: number): Locator =>
        widgets.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea-output");
      // What its function prints is shown below the cell that gave it.
      await output(1).getByText("moved to 100").waitFor({ timeout: 20_000 });
      await runCell(widgets, 2);
      assert.match((await output(2).innerText()) ?? "", /^100$/m);
      // By a cell.
      await runCell(widgets, 3);
      await widgets.waitForFunction(
        () => document.querySelector<HTMLInputElement>("input[type=range]")?.value === "64",
      );
      assert.match(await output(0).innerText(), /64/);
      if (screenshots !== undefined)
        await widgets.screenshot({ path: path.join(screenshots, "widget.png") });
    } finally {
      await widgets.close();
    }
  });

  it("shows a widget again when the page is opened anew while the kernel runs", async () => {
    const again = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    try {
      await again.goto(widgetPage());
      await again.waitForSelector(".jp-Notebook .jp-CodeCell", { timeout: 120_000 });
      await untilReady(again);
      await runCell(again, 4);
      const slider = again.locator(".jp-OutputArea-output input[type=range]").last();
      await slider.waitFor({ timeout: 60_000 });
      assert.equal(await slider.inputValue(), "64");
    } finally {
      await again.close();
    }
  });

  it("takes labels by the keyboard in a cell, and the next cell has them", async () => {
    const own = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    try {
      await own.goto(widgetPage("label"));
      await own.waitForSelector(".jp-Notebook .jp-CodeCell", { timeout: 120_000 });
      await untilReady(own);
      await runCell(own, 0);
      const place = own.locator(".jp-OutputArea-output .fewscope-label");
      await place.waitFor({ timeout: 60_000 });
      await place.focus();
      // The keys are those of JupyterLab's own commands too, which must not hear them.
      for (const [i, key] of ["1", "2", "1", "n", "s", "2"].entries()) {
        const item = await place.getAttribute("data-item");
        await own.keyboard.press(key);
        await own.waitForFunction(
          (before) =>
            document.querySelector<HTMLElement>(".fewscope-label")?.dataset["item"] !== before,
          item,
        );
        const labelled = i + (i < 4 ? 1 : 0);
        await place.getByText(`${labelled} of 40 labelled`).waitFor({ timeout: 20_000 });
      }
      await own.keyboard.press("z");
      await place.getByText("4 of 40 labelled").waitFor({ timeout: 20_000 });
      if (screenshots !== undefined)
        await own.screenshot({ path: path.join(screenshots, "label-cell.png") });
      await runCell(own, 1);
      const output = own.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea-output");
      await output.getByText("bright 2, dark 1, nothing there 1").waitFor({ timeout: 20_000 });
    } finally {
      await own.close();
    }
  });

  it("becomes a page with pictures through nbconvert", async () => {
    const source = path.join(project, "notebooks", "01-quickstart.ipynb");
    const run = spawnSync(
      jupyter.python,
      ["-m", "nbconvert", "--to", "html", "--output-dir", folder, source],
      { encoding: "utf8", env: jupyter.env },
    );
    assert.equal(run.status, 0, run.stderr);
    const plain = await browser.newPage({ viewport: { width: 900, height: 1000 } });
    await plain.goto(`file://${path.join(folder, "01-quickstart.html")}`, {
      waitUntil: "domcontentloaded",
    });
    const pictures = plain.locator('img[src^="data:image/png"]');
    assert.equal(await pictures.count(), 3);
    const widths = await pictures.evaluateAll((all) =>
      all.map((image) => image.getBoundingClientRect().width),
    );
    assert.ok(Math.min(...widths) > 200, `pictures of width ${widths.join(", ")}`);
    if (screenshots !== undefined) {
      await plain.screenshot({ path: path.join(screenshots, "page.png"), fullPage: true });
    }
  });
});

const token = "browser-test";

/** A slider, and cells that read and move it. */
const widgetCells = [
  `import { notebook } from "fewscope";
const slider = notebook.widget({
  state: { value: 30 },
  css: ".fewscope-slider { font: 16px sans-serif } .fewscope-slider input { width: 20em }",
  esm: \`export default {
    render({ model, el }) {
      el.classList.add("fewscope-slider");
      const input = document.createElement("input");
      const label = document.createElement("span");
      Object.assign(input, { type: "range", min: 0, max: 100 });
      const draw = () => { input.value = model.get("value"); label.textContent = " " + model.get("value"); };
      input.addEventListener("input", () => { model.set("value", Number(input.value)); model.save_changes(); });
      model.on("change:value", draw);
      draw();
      el.append(input, label);
    },
  }\`,
});
slider`,
  'slider.on("value", (value) => console.log(`moved to ${value}`));\nconsole.log("listening");',
  'slider.get("value")',
  "slider.set({ value: 64 });",
  "slider.show();",
];

/** Labels in a cell, of images that need no training. */
const labelCells = [
  `import * as fs from "node:fs";
import * as os from "node:os";
import { core, notebook, session } from "fewscope";
const rng = core.createRng(1);
const pixels = Float32Array.from({ length: 40 * 16 * 16 }, (_, i) => rng.normal() + (Math.floor(i / 256) % 2) * 4);
const images = core.imageSet({ name: "spots", pixels, shape: [16, 16, 1] });
const folder = fs.mkdtempSync(os.tmpdir() + "/fewscope-cell-");
const opened = await session.openSession(session.collectImages(images), { folder });
const labelling = notebook.label(opened, { classes: ["bright", "dark"] });
labelling`,
  `const set = labelling.images();
opened.close();
fs.rmSync(folder, { recursive: true });
const count = (c: number) => set.labels.filter((label) => label === c).length;
const lines = set.classNames.map((name, c) => name + " " + count(c));
lines.filter((line) => !line.endsWith(" 0")).sort().join(", ")`,
];

function writeNotebook(file: string, cells: readonly string[]): void {
  const notebook = {
    cells: cells.map((source, i) => ({
      ...{ cell_type: "code", id: `c${i}`, metadata: {}, source, outputs: [] },
      execution_count: null,
    })),
    metadata: {
      kernelspec: { name: "fewscope", display_name: "fewscope", language: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  fs.writeFileSync(file, JSON.stringify(notebook));
}

/** Runs one cell, counted from 0, as a click on it and Ctrl-Enter would. */
async function runCell(page: Page, cell: number): Promise<void> {
  await page.evaluate((index) => {
    const { jupyterapp } = globalThis as unknown as { jupyterapp: Application };
    jupyterapp.shell.currentWidget.content.activeCellIndex = index;
  }, cell);
  await command(page, "notebook:run-cell");
}

function startLab({ python, env }: Jupyter, folder: string, port: number): ChildProcess {
  const asRoot = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const settings = path.join(folder, "settings");
  // All cells in the page, whether in view or not; and no question about news in front of them.
  writeSettings(settings, "notebook-extension/tracker", { windowingMode: "none" });
  writeSettings(settings, "apputils-extension/notification", {
    fetchNews: "false",
    checkForUpdates: false,
  });
  return spawn(
    python,
    [
      ..."-m jupyter lab --no-browser --ServerApp.ip=127.0.0.1 --ServerApp.port_retries=0".split(
        " ",
      ),
      ...[`--ServerApp.port=${port}`, `--IdentityProvider.token=${token}`],
      ...[`--ServerApp.root_dir=${folder}`, "--LabApp.expose_app_in_browser=True", ...asRoot],
    ],
    {
      stdio: "ignore",
      env: {
        ...env,
        NODE_OPTIONS: "",
        // No settings of this user, and no notebooks opened again that were open some time before.
        JUPYTERLAB_SETTINGS_DIR: settings,
        JUPYTERLAB_WORKSPACES_DIR: path.join(folder, "workspaces"),
        // The quick variant, whose trainings take seconds.
        FEWSCOPE_FAST: "1",
      },
    },
  );
}

function writeSettings(folder: string, plugin: string, settings: object): void {
  const file = path.join(folder, "@jupyterlab", `${plugin}.jupyterlab-settings`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(settings));
}

/** Runs a command of JupyterLab to its end, as its menu would. */
function command(page: Page, id: string): Promise<void> {
  return page.evaluate(async (name) => {
    const { jupyterapp } = globalThis as unknown as { jupyterapp: Application };
    await jupyterapp.commands.execute(name);
  }, id);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}

/** Waits until a server answers, whatever it says. */
async function untilReached(address: string, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error("JupyterLab ended before it began");
    try {
      await fetch(address);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** What we use of JupyterLab's own objects in the page. */
interface Application {
  readonly commands: { execute(id: string): Promise<unknown> };
  readonly shell: {
    readonly currentWidget: {
      readonly content: { activeCellIndex: number };
      readonly sessionContext: {
        readonly ready: Promise<void>;
        readonly session: { readonly kernel: { readonly info: Promise<unknown> } };
      };
    };
  };
}

/** Waits until the notebook's kernel is there; JupyterLab asks which one is meant where a cell is run earlier. */
async function untilReady(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { jupyterapp } = globalThis as unknown as { jupyterapp: Application };
    const { sessionContext } = jupyterapp.shell.currentWidget;
    await sessionContext.ready;
    await sessionContext.session.kernel.info;
  });
}

/** What stands before a code cell, for example "[3]:". */
async function promptOf(page: Page, cell: number): Promise<string> {
  const prompts = page.locator(".jp-CodeCell .jp-InputPrompt");
  return (await prompts.nth(cell - 1).innerText({ timeout: 60_000 })).trim();
}
