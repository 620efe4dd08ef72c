import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Browser, Page } from "playwright-core";
import { readLabels, readScans } from "../../src/formats";
import { dataFolder } from "../formats/helpers";
import { findChromium } from "./findChromium";

/** Set FEWSCOPE_SCREENSHOTS to a folder to keep the screenshots. */
const screenshots = process.env["FEWSCOPE_SCREENSHOTS"];

const main = path.join(__dirname, "..", "..", "src", "cli", "main.ts");
/** Two instruments' own files, and arrays that say nothing of their size. */
const wanted = [
  ["spm", "sxm", "STM_nanonis_generic_4_5.sxm"],
  ["spm", "createc", "createc_scan_11nm.dat"],
  ["stm", "si001_gloucester_scan.npy"],
  ["stm", "ge001_29_4_forward.npy"],
];

describe("files of instruments, from the command to the tables", function () {
  this.timeout(400_000);
  let folder: string;
  let child: ChildProcess;
  let said = "";
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  const cli = (words: readonly string[], cwd: string): ChildProcess =>
    spawn(process.execPath, ["--import", require.resolve("tsx"), main, ...words], { cwd });

  before(async function () {
    const files = wanted.map((steps) => path.join(dataFolder() ?? "none", ...steps));
    const chromium = findChromium();
    if (chromium === undefined || files.some((file) => !fs.existsSync(file))) {
      process.stdout.write("      not run: there is no Chromium, or FEWSCOPE_DATA names no such files\n"); // prettier-ignore
      this.skip();
    }
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-real-"));
    const size = ["--nm-per-pixel", "0.195", "--unit", "nm"];
    child = cli(["label", ...files, "--out", path.join(folder, "labels"), ...size], folder);
    const url = await new Promise<string>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        said += chunk.toString();
        const found = /Open (\S+)\n/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      };
      child.stdout?.on("data", hear);
      child.stderr?.on("data", hear);
      child.on("close", () => reject(new Error(said)));
    });
    const { chromium: driver } = await import("playwright-core");
    browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
    page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(url);
    await page.waitForSelector(".label-view");
  });
  after(async () => {
    await browser?.close();
    if (child?.exitCode === null) {
      child.kill("SIGINT");
      await once(child, "close");
    }
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  });

  const shots = async (name: string): Promise<void> => {
    if (screenshots === undefined) return;
    for (const [width, height] of [
      [1366, 768],
      [390, 800],
    ]) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(300);
      await page.screenshot({ path: path.join(screenshots, `real-${name}-${width}.png`) });
    }
    await page.setViewportSize({ width: 1366, height: 768 });
  };
  const view = (name: string): Promise<void> =>
    page.getByRole("navigation").getByRole("button", { name }).click();
  /** Whether the middle of the image that is shown lies above its rim. */
  const isBright = async (item: string): Promise<boolean> => {
    const image = await page.evaluate(async (id) => {
      const { items } = (await (await fetch("/api/state?by=look")).json()) as { items: { id: string }[] }; // prettier-ignore
      const answer = await fetch(`/api/images?i=${items.findIndex((one) => one.id === id)}`);
      return [...new Float32Array(await answer.arrayBuffer())];
    }, item);
    const edge = Math.sqrt(image.length);
    const mean = (isWanted: (far: number) => boolean): number => {
      const some = image.filter((_, at) => {
        const [y, x] = [Math.floor(at / edge), at % edge];
        return isWanted(Math.max(Math.abs(y - edge / 2), Math.abs(x - edge / 2)));
      });
      return some.reduce((a, b) => a + b, 0) / some.length;
    };
    return mean((far) => far < edge / 8) > mean((far) => far > edge / 2 - 3);
  };

  it("finds features on all of them", () => {
    assert.match(said, /\d+ features of 4 scans/, said);
  });

  it("labels twenty by keyboard", async () => {
    const name = page.getByRole("textbox", { name: "Name of a new class" });
    for (const word of ["bright", "dark"]) {
      await name.focus();
      await page.keyboard.type(word);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: word, exact: true }).waitFor();
    }
    for (let i = 0; i < 20; i++) {
      const item = (await page.locator(".label-view").getAttribute("data-item")) ?? "";
      if (i === 10) await shots("label");
      await page.keyboard.press((await isBright(item)) ? "1" : "2");
      await page.waitForFunction(
        (before) => document.querySelector(".label-view")?.getAttribute("data-item") !== before,
        item,
      );
    }
    await page.getByText(/^20 of \d+ labelled/).waitFor();
    await page.getByText(/doubtful \d+/).waitFor();
    for (const tab of ["Gallery", "Scans", "Experts"]) {
      await view(tab);
      await shots(tab.toLowerCase());
    }
  });

  it("has a class for every feature in tables and masks that open again", async () => {
    await view("Export");
    await page.getByRole("button", { name: "Write all files" }).click();
    await page.getByRole("listitem").getByText("features.csv").waitFor();
    await shots("export");
    const out = path.join(folder, "labels", "export");
    const lines = fs.readFileSync(path.join(out, "features.csv"), "utf8").trim().split("\n");
    const column = lines[0].split(",").indexOf("prediction");
    assert.ok(lines.length > 40);
    assert.ok(lines.slice(1).every((line) => ["bright", "dark"].includes(line.split(",")[column])));
    const { labels } = await readLabels(path.join(out, "features.csv"));
    assert.equal([...labels.values()].filter((label) => label !== "").length, 20);
    const gwy = fs.readdirSync(out).filter((file) => file.endsWith(".gwy"));
    assert.equal(gwy.length, 4);
    for (const file of gwy) {
      // It writes its picture where it is called.
      const look = cli(["look", path.join(out, file)], out);
      let told = "";
      look.stdout?.on("data", (chunk: Buffer) => (told += chunk.toString()));
      look.stderr?.on("data", (chunk: Buffer) => (told += chunk.toString()));
      const [code] = (await once(look, "close")) as [number];
      assert.equal(code, 0, told);
      assert.match(told, /class/);
      assert.ok(fs.existsSync(path.join(out, file.replace(".gwy", ".look.png"))));
      const [scan] = await readScans(path.join(out, file));
      const guess = scan.channels.find((channel) => channel.name === "guess");
      assert.ok(
        guess?.data.some((value) => value > 0),
        file,
      );
      assert.ok(Object.values(scan.metadata).includes("bright"));
    }
    assert.deepEqual(complaints, []);
  });
});
