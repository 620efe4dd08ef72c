import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { notebook, session } from "../../src";
import { bumps } from "../session/bumps";
import { inPage, type Page } from "./page";

/** The parts of the state that the page was told last. */
function told(page: Page): Record<string, unknown> {
  const all = page.sent.filter(({ data }) => data["method"] === "update");
  const states = all.map(({ data }) => data["state"] as Record<string, unknown>);
  return Object.assign({}, page.opened[0].data["state"], ...states) as Record<string, unknown>;
}

const queue = (page: Page): { item: string; picture: string; reason: string }[] =>
  told(page)["queue"] as { item: string; picture: string; reason: string }[];

describe("notebook/label", () => {
  const { collection, truth } = bumps(3);
  let folder: string;
  let opened: session.Session;
  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-cell-"));
    opened = await session.openSession(collection, { folder });
  });
  afterEach(() => {
    opened.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const say = (page: Page, uuid: string, action: object): void =>
    page.say({ method: "custom", content: { event: { uuid, action } } });
  const answer = (page: Page, uuid: string): string => {
    const [{ item, reason }] = queue(page);
    const how = { blind: true, reason };
    say(page, uuid, { kind: "label", items: [item], class: truth(item), how });
    return item;
  };

  it("asks, keeps what is answered on the disk, learns, and gives the labelled set", async () => {
    await inPage(async (page) => {
      const labelling = notebook.label(opened, { classes: ["round", "long", "hole"], every: 6 });
      assert.match(queue(page)[0].picture, /^data:image\/png;base64,/);
      const keys = told(page)["answers"] as { name: string; key: string; count: number }[];
      assert.deepEqual(
        keys.map(({ name, key }) => `${key} ${name}`),
        [
          "1 round",
          "2 long",
          "3 hole",
          "u unknown",
          "a artefact",
          "n nothing there",
          "q unsure",
          "s skip",
        ],
      );
      for (let i = 0; i < 12; i++) {
        const item = answer(page, `answer ${i}`);
        assert.notEqual(queue(page)[0].item, item);
        assert.deepEqual(page.sent.at(-1)?.data["content"], { done: `answer ${i}` });
      }
      await opened.refit();
      const lines = fs.readFileSync(path.join(folder, "events.jsonl"), "utf8").trim().split("\n");
      assert.equal(lines.length, 3 + 12);
      assert.ok(opened.model !== undefined);
      const set = labelling.images();
      const labelled = [...set.ids.keys()].filter((i) => set.labels[i] >= 0);
      assert.equal(labelled.length, 12);
      for (const i of labelled) assert.equal(set.classNames[set.labels[i]], truth(set.ids[i]));
      assert.match(String(told(page)["text"]), /^12 of \d+ labelled\. /);
      labelling.show();
      assert.match(String(page.shown[0]["text/html"]), /<img src="data:image\/png/);
      labelling.close();
    });
  });

  it("takes back what was answered, and asks it again at once", () => {
    inPage((page) => {
      notebook.label(opened, { classes: ["round", "long", "hole"] });
      const item = answer(page, "first");
      say(page, "back", { kind: "undo" });
      assert.equal(queue(page)[0].item, item);
      assert.equal(queue(page)[0].reason, "again");
      say(page, "forth", { kind: "redo" });
      assert.notEqual(queue(page)[0].item, item);
    });
  });

  it("tells what cannot be kept, and takes names for names", () => {
    inPage((page) => {
      const labelling = notebook.label(opened);
      say(page, "wrong", {
        kind: "label",
        items: ["none"],
        class: "unknown",
        how: { blind: true, reason: "x" },
      });
      assert.match(String(told(page)["message"]), /the item "none"/);
      say(page, "none", { kind: "undo" });
      assert.match(String(told(page)["message"]), /nothing to undo/);
      const name = "<img src=x onerror=alert(1)>";
      say(page, "class", { kind: "add class", class: "c", name });
      const [{ item, reason }] = queue(page);
      say(page, "label", {
        kind: "label",
        items: [item],
        class: "c",
        how: { blind: true, reason },
      });
      labelling.show();
      assert.ok(!String(page.shown[0]["text/html"]).includes(name));
      assert.match(String(page.shown[0]["text/html"]), /1 &lt;img/);
    });
  });

  it("makes a class once, however often its cell runs, and is text where there is no page", () => {
    notebook.label(opened, { classes: ["round"] });
    const again = notebook.label(opened, { classes: ["round"] });
    assert.equal(opened.events.length, 1);
    const bundle = (again as unknown as Record<symbol, () => notebook.Bundle>)[
      Symbol.for("Jupyter.display")
    ]();
    assert.match(String(bundle["text/plain"]), /^Labels: .*0 of \d+ labelled/);
    assert.equal(bundle["application/vnd.jupyter.widget-view+json"], undefined);
  });
});
