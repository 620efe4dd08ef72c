import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Browser, Page } from "playwright-core";
import { serve, type LabelServer } from "../../src/label";
import { classOf, className, openSession, type Session } from "../../src/session";
import { bumps } from "../session/bumps";
import { findChromium } from "./findChromium";

/** Set FEWSCOPE_SCREENSHOTS to a folder to keep the screenshots. */
const screenshots = process.env["FEWSCOPE_SCREENSHOTS"];

/** What axe says of a page. */
interface Axe {
  run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

describe("the page for labels in a browser", function () {
  this.timeout(120_000);
  const { collection, truth } = bumps(5, 6);
  let folder: string;
  let session: Session;
  let server: LabelServer;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async function () {
    const chromium = findChromium();
    if (chromium === undefined) {
      process.stdout.write("      not run: there is no Chromium (Debian: apt install chromium)\n");
      this.skip();
    }
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-page-"));
    session = await openSession(collection, { folder });
    server = await serve(session);
    const { chromium: driver } = await import("playwright-core");
    browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(server.url);
    await page.waitForSelector(".label-view");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    session?.close();
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  });

  const shot = async (name: string): Promise<void> => {
    if (screenshots !== undefined)
      await page.screenshot({ path: path.join(screenshots, `label-${name}.png`) });
  };
  const labels = (): number =>
    session.items.filter(({ id }) => classOf(session.state, id) !== undefined).length;
  /** Waits until the session has heard of it. */
  const until = async (test: () => boolean): Promise<void> => {
    for (let i = 0; i < 400 && !test(); i++) await page.waitForTimeout(25);
    assert.ok(test(), test.toString());
  };
  const view = (name: string): Promise<void> =>
    page.getByRole("navigation").getByRole("button", { name }).click();
  /** What axe finds wrong: roles, names, contrast. */
  const violations = async (): Promise<string[]> => {
    const source = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
    await page.evaluate(source);
    const found = await page.evaluate(() =>
      (window as unknown as { axe: Axe }).axe.run({ runOnly: ["wcag2a", "wcag2aa"] }),
    );
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
  };

  it("takes the secret out of the address", () => {
    assert.equal(page.url(), `http://127.0.0.1:${server.port}/`);
  });

  it("makes classes and labels twenty features by keyboard alone", async () => {
    const name = page.getByRole("textbox", { name: "Name of a new class" });
    for (const word of ["round", "<img src=x onerror=document.title='hacked'>", "hole"]) {
      await name.focus();
      await page.keyboard.type(word);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: word, exact: true }).waitFor();
    }
    for (let i = 0; i < 20; i++) {
      const item = await page.locator(".label-view").getAttribute("data-item");
      assert.ok(item !== null);
      await page.keyboard.press({ round: "1", long: "2", hole: "3" }[truth(item)]);
      await until(() => classOf(session.state, item) !== undefined);
      await page.waitForFunction(
        (before) => document.querySelector(".label-view")?.getAttribute("data-item") !== before,
        item,
      );
      const given = className(session, classOf(session.state, item));
      assert.equal(given.startsWith("<img") ? "long" : given, truth(item));
    }
    assert.equal(labels(), 20);
    assert.notEqual(await page.title(), "hacked");
    assert.equal(await page.locator("aside img").count(), 0);
    await page.getByText("20 of").waitFor();
    await shot("label");
  });

  it("takes back and brings back what was kept", async () => {
    await page.keyboard.press("Control+z");
    await until(() => labels() === 19);
    await page.keyboard.press("Control+Shift+Z");
    await until(() => labels() === 20);
    await page.keyboard.press("ArrowLeft");
    await page.getByText("Answered before").waitFor();
    await page.keyboard.press("a");
    await until(() => session.events.at(-1)?.action.kind === "label");
    await page.keyboard.press("Control+z");
    await until(() => session.events.at(-1)?.action.kind === "undo");
  });

  it("labels many at once in the gallery", async () => {
    await view("Gallery");
    const tiles = page.locator(".tile");
    await tiles.first().waitFor();
    await tiles.nth(0).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await page.getByText("2 chosen").waitFor();
    // What was chosen last, beside what was labelled and looks like it.
    const why = page.getByRole("complementary", { name: "most like" });
    await why.locator("figure").nth(3).waitFor();
    assert.match(await why.innerText(), /away/);
    assert.deepEqual(await violations(), []);
    await shot("why");
    await page.keyboard.press("n");
    await until(() => labels() === 22);
    const last = session.events.at(-1)?.action;
    assert.ok(last?.kind === "label" && last.items.length === 2 && !last.how.blind);
    assert.ok(last.items.every((id) => !session.isAudit(id)));
    await shot("gallery");
    await page.keyboard.press("Control+z");
    await until(() => labels() === 20);
  });

  it("shows scans, and adds and removes features", async () => {
    await view("Scans");
    const canvas = page.getByRole("application");
    await canvas.waitFor();
    await canvas.focus();
    await page.keyboard.press(".");
    await page.keyboard.press("+");
    await shot("scan");
    const before = session.items.length;
    await page.getByRole("button", { name: "add a feature" }).click();
    await canvas.click({ position: { x: 200, y: 200 } });
    await until(() => session.items.length === before + 1);
    await page.keyboard.press("3");
    await until(() => classOf(session.state, session.items[before].id) !== undefined);
    await page.keyboard.press("Delete");
    await until(() => session.state.removed.size === 1);
  });

  it("asks a second expert blind, and has disputes decided without names", async () => {
    const who = page.getByRole("textbox", { name: "by" });
    const rename = async (name: string): Promise<void> => {
      await who.fill(name);
      await who.press("Tab");
    };
    await view("Label");
    // What was asked by the first expert and is answered late must neither show nor hold up anything.
    await page.route(/by=expert/, async (route) => {
      const response = await route.fetch();
      await page.waitForTimeout(1000);
      await route.fulfill({ response });
    });
    await page.keyboard.press("s");
    await until(() => session.events.at(-1)?.action.kind === "skip");
    await rename("bea");
    await page.getByText("Asking what comes next").waitFor({ state: "detached" });
    const wanted = session.secondOpinions("bea");
    assert.ok(wanted.length > 1);
    let answers = 0;
    for (const { item, reason } of session.next("bea", 10)) {
      if (answers === 2) break;
      await page.waitForFunction(
        (id) => document.querySelector(".label-view")?.getAttribute("data-item") === id,
        item,
      );
      // Nothing on the page says what the first expert answered.
      assert.equal(await page.getByText("Answered before").count(), 0);
      assert.equal(reason === "second opinion", wanted.includes(item));
      const own = { round: "1", long: "2", hole: "3" }[truth(item)];
      const other = own === "1" ? "2" : "1";
      const isAgain = reason === "second opinion";
      const before = session.events.length;
      await page.keyboard.press(isAgain ? (answers++ === 0 ? own : other) : "s");
      await until(() => session.events.length > before);
    }
    await until(() => session.state.disputed.size === 1);
    await view("Experts");
    await page.getByText("give 1 of 2 random features the same class").waitFor();
    await page.getByText("Decide: 1 left").waitFor();
    const words = (await page.locator("main").textContent()) ?? "";
    assert.match(words, /Experts say: .* or .*\. What is it\?/);
    assert.ok(!words.split("Decide")[1].includes("bea"), words);
    await shot("experts");
    assert.deepEqual(await violations(), []);
    await page.keyboard.press("3");
    await until(() => session.state.disputed.size === 0);
    await page.getByText("Decide: 0 left").waitFor();
    await page.keyboard.press("Control+z");
    await until(() => session.state.disputed.size === 1);
    await page.getByText("Decide: 1 left").waitFor();
    await page.keyboard.press("3");
    await until(() => session.state.disputed.size === 0);
    await page.unrouteAll({ behavior: "wait" });
    await rename("expert");
  });

  it("writes the export", async () => {
    await view("Export");
    await page.getByRole("button", { name: "Write all files" }).click();
    await page.getByRole("listitem").getByText("features.csv").waitFor();
    assert.ok(fs.existsSync(path.join(folder, "export", "features.csv")));
  });

  it("keeps what is said while the program is gone, and sends it to the next one", async () => {
    await view("Label");
    const { port } = server;
    const before = session.events.length;
    await server.close();
    const item = await page.locator(".label-view").getAttribute("data-item");
    await page.keyboard.press("1");
    await page.getByText("1 not kept yet. The program does not answer.").waitFor();
    // The browser's own complaints about a server that is gone.
    complaints.length = 0;
    server = await serve(session, { port });
    await page.getByText("Open the address that the terminal shows").waitFor();
    await page.goto(server.url);
    await until(() => session.events.length > before);
    await page.getByRole("alert").waitFor({ state: "hidden" });
    const last = session.events[before].action;
    assert.ok(last.kind === "label" && last.items[0] === item);
    // Also a page that is opened anew has it, and what is sent twice counts once.
    await server.close();
    await page.keyboard.press("1");
    await page.getByText("1 not kept yet").waitFor();
    server = await serve(session, { port });
    const other = await page.context().newPage();
    await other.goto(server.url);
    await until(() => session.events.length > before + 1);
    await other.close();
    await page.getByRole("alert").waitFor({ state: "hidden" });
    assert.equal(session.events.length, before + 2);
    complaints.length = 0;
  });

  it("is in order for who sees or points badly, large and small", async () => {
    for (const [width, height] of [
      [1366, 768],
      [390, 800],
    ]) {
      await page.setViewportSize({ width, height });
      for (const name of ["Label", "Gallery", "Scans", "Experts", "Export"]) {
        await view(name);
        await page.mouse.move(0, 0);
        assert.deepEqual(await violations(), [], `${name} at ${width}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${name} is ${wide} wide`);
      }
      await view("Label");
      await shot(`label-${width}`);
    }
  });

  it("had no error and loaded nothing from elsewhere", () => {
    assert.deepEqual(complaints, []);
  });
});
