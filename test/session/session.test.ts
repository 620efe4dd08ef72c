import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readImageSetNpz, readLabels, readScans } from "../../src/formats";
import {
  classOf,
  className,
  collectImages,
  densities,
  exportSession,
  gainRange,
  gainSentence,
  importLabels,
  openSession,
  resolveItems,
  type Action,
  type Session,
} from "../../src/session";
import { csvCell, undefused } from "../../src/session/csv";
import { changeSince, effectiveCount, type Model } from "../../src/session/model";
import { bumps } from "./bumps";

describe("session", function () {
  this.timeout(120_000);
  const { collection, truth } = bumps(1, 2);
  let folder: string;
  let sent = 0;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-session-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const open = async (name = "labels"): Promise<Session> =>
    await openSession(collection, {
      folder: path.join(folder, name),
      now: () => "2026-01-01T00:00:00.000Z",
    });
  const act = (session: Session, action: Action, by = "ann"): void => {
    session.record([{ uuid: `u${++sent}`, by, action }]);
  };
  const how = { blind: true, reason: "audit" };
  const label = (session: Session, items: string[], to: string, by = "ann"): void =>
    act(session, { kind: "label", items, class: to, how }, by);
  const addClasses = (session: Session): void => {
    for (const name of ["round", "long", "hole"])
      act(session, { kind: "add class", class: name, name });
  };
  /** Answers truly what the session asks. */
  const answer = async (session: Session, count: number): Promise<void> => {
    for (let done = 0; done < count;) {
      for (const { item, reason } of session.next("ann", Math.min(10, count - done))) {
        const seen = { blind: true, reason, activeMs: 1500 };
        act(session, { kind: "label", items: [item], class: truth(item), how: seen });
        done++;
      }
      await session.refit();
    }
  };

  it("names the labelled features that one is most like, and nothing of what measures", async () => {
    const session = await open();
    addClasses(session);
    await answer(session, 40);
    const free = session.items.filter(({ id }) => !session.state.answers.has(id));
    let [right, all] = [0, 0];
    for (const { id } of free) {
      const near = session.nearest(id, 3);
      if (session.isAudit(id)) {
        assert.deepEqual(near, []);
        continue;
      }
      assert.equal(near.length, 3);
      assert.ok(near.every((one, i) => i === 0 || one.distance >= near[i - 1].distance));
      for (const one of near) {
        assert.ok(one.push !== undefined && one.push.by >= 0 && session.model?.classes.includes(one.push.towards)); // prettier-ignore
        assert.equal(session.isAudit(one.item), false);
        assert.equal(one.class, truth(one.item));
        all += 1;
        right += one.class === truth(id) ? 1 : 0;
      }
    }
    assert.ok(all > 20 && right / all > 0.8, `${right} of ${all}`);
    assert.deepEqual(session.nearest("not there", 3), []);
    session.close();
  });

  it("finds features up to the border and cuts an image around each", () => {
    const { items, images } = collection;
    assert.ok(items.length >= 60, `only ${items.length} features`);
    assert.deepEqual(images.shape, [24, 24, 1]);
    assert.equal(new Set(images.ids).size, items.length);
    const values = images.pixels.read([...items.keys()]);
    assert.ok(values.every(Number.isFinite));
    const brim = collection.cut(0, 0.1, 31.9);
    assert.equal(brim.length, 24 * 24);
    assert.throws(() => collection.cut(0, 40, 1), /a place on a scan/);
  });

  it("learns while labels come in, and says how many are missing for a promise", async () => {
    const session = await open();
    try {
      addClasses(session);
      assert.equal(gainRange(session), undefined);
      await answer(session, 20);
      const { model } = session;
      assert.ok(model !== undefined);
      assert.ok(model.conformal.missing > 0);
      assert.ok(model.verdicts.every((verdict) => verdict === "guess" || verdict === "unlike"));
      await answer(session, 36);
      const later = session.model;
      assert.ok(later !== undefined && later.conformal.missing === 0);
      const left = resolveItems(session).filter(({ label }) => label === undefined);
      const right = left.filter((one) => one.prediction === truth(one.item.id)).length;
      assert.ok(right / left.length > 0.7, `${right} of ${left.length}`);
      const told = later.verdicts.filter((verdict) => verdict === "told").length;
      assert.ok(told > 0, `${told} told`);
      assert.ok(later.told.n > 0 && later.told.low < later.told.high);
      assert.ok(later.accuracy.low > 0.2 && later.accuracy.high <= 1);
      const gain = gainRange(session);
      assert.ok(gain !== undefined && gain.low < 0 && gain.high > 0);
      assert.ok(gain.changed >= 0 && gain.changed <= 1);
      assert.match(gainSentence(session) ?? "", /^The last ten labels changed .* no promise\./);
    } finally {
      session.close();
    }
  });

  it("never learns from what measures", async () => {
    const session = await open();
    try {
      addClasses(session);
      const audits = session.items.filter(({ id }) => session.isAudit(id));
      assert.equal(audits.length, Math.ceil(session.items.length / 4));
      for (const { id } of audits) label(session, [id], truth(id));
      assert.equal(await session.refit(), undefined);
      const teaching = session.items.filter(({ id }) => !session.isAudit(id)).slice(0, 12);
      for (const { id } of teaching) label(session, [id], truth(id));
      const model = await session.refit();
      assert.equal(model?.trainedOn, 12);
      assert.equal(model?.accuracy.n, audits.length);
      // What was not answered blind measures nothing.
      act(session, {
        kind: "label",
        items: [audits[0].id],
        class: truth(audits[0].id),
        how: { blind: false, reason: "gallery" },
      });
      assert.equal((await session.refit())?.accuracy.n, audits.length - 1);
    } finally {
      session.close();
    }
  });

  it("takes back and brings back everything, each expert their own", async () => {
    const session = await open();
    try {
      const [{ id: a }, { id: b }] = session.items;
      addClasses(session);
      label(session, [a], "round");
      label(session, [a, b], "long");
      // Bea sees what Ann said, and says otherwise.
      const seen = { blind: false, reason: "gallery" };
      act(session, { kind: "label", items: [b], class: "hole", how: seen }, "bea");
      const now = (id: string): string | undefined => classOf(session.state, id);
      act(session, { kind: "undo" });
      assert.deepEqual([now(a), now(b)], ["round", "hole"]);
      act(session, { kind: "undo" });
      assert.equal(now(a), undefined);
      act(session, { kind: "redo" });
      act(session, { kind: "redo" });
      assert.deepEqual([now(a), now(b)], ["long", "hole"]);
      act(session, { kind: "undo" }, "bea");
      assert.equal(now(b), "long");
      assert.throws(() => act(session, { kind: "undo" }, "bea"), /nothing to undo/);
      for (let i = 0; i < 5; i++) act(session, { kind: "undo" });
      assert.throws(() => act(session, { kind: "undo" }), /nothing to undo/);
      assert.equal(session.state.classes.length, 3);
      label(session, [a], "artefact");
      assert.throws(() => act(session, { kind: "redo" }), /nothing to redo/);
    } finally {
      session.close();
    }
  });

  it("makes, renames and merges classes, and tells unknown from unsure and from nothing", async () => {
    const session = await open();
    try {
      const ids = session.items.map(({ id }) => id);
      addClasses(session);
      label(session, [ids[0]], "round");
      label(session, [ids[1]], "long");
      label(session, [ids[2]], "unknown");
      act(session, { kind: "unsure", items: [ids[3]], how });
      act(session, { kind: "skip", items: [ids[4]], how });
      act(session, { kind: "rename class", class: "round", name: "<b>dome</b>" });
      act(session, { kind: "merge class", class: "long", into: "round" });
      assert.equal(className(session, classOf(session.state, ids[1])), "<b>dome</b>");
      assert.equal(classOf(session.state, ids[3]), undefined);
      assert.throws(() => label(session, [ids[0]], "none"), /the class "none"/);
      assert.throws(() => label(session, ["x"], "round"), /the item "x"/);
      const again: Action = { kind: "add class", class: "new", name: " HOLE" };
      assert.throws(() => act(session, again), /there already/);
      // The last label of a class may go.
      for (const item of [ids[0], ids[1]]) label(session, [item], "nothing");
      assert.equal(await session.refit(), undefined);
    } finally {
      session.close();
    }
  });

  it("adds a feature where somebody points, and has it again when it is opened again", async () => {
    const first = await open();
    const n = first.items.length;
    act(first, { kind: "add feature", item: "mine", scan: 1, xNm: 5, yNm: 0.2 });
    addClasses(first);
    label(first, ["mine"], "hole");
    act(first, { kind: "remove feature", items: [first.items[0].id] });
    assert.equal(first.items.length, n + 1);
    const image = first.read([n]);
    first.close();
    const second = await open();
    try {
      assert.equal(second.items[n].id, "mine");
      assert.deepEqual(second.read([n]), image);
      assert.equal(classOf(second.state, "mine"), "hole");
      assert.equal(resolveItems(second).length, n);
      assert.deepEqual(second.state.answers, first.state.answers);
      assert.deepEqual(second.next("ann", 7), first.next("ann", 7));
    } finally {
      second.close();
    }
  });

  it("keeps what is sent twice once, and is open once", async () => {
    const session = await open();
    try {
      const request = {
        uuid: "same",
        by: "ann",
        action: { kind: "label", items: [session.items[0].id], class: "artefact", how },
      };
      const [one] = session.record([request]);
      const [two] = session.record([request]);
      assert.deepEqual(one, two);
      assert.equal(session.events.length, 1);
      await assert.rejects(open(), /this process has open/);
      const wrong = { ...request, uuid: "other", action: { kind: "drop everything" } };
      assert.throws(() => session.record([wrong]), /Got an event that is none/);
    } finally {
      session.close();
    }
  });

  it("refuses labels of other scans", async () => {
    const session = await open();
    label(session, [session.items[0].id], "artefact");
    session.close();
    const other = bumps(7).collection;
    const opened = openSession(other, { folder: path.join(folder, "labels") });
    await assert.rejects(opened, /images that are not there/);
  });

  it("gives the same session for the same labels, to the last digit", async () => {
    const runs = [];
    for (const name of ["one", "two"]) {
      const session = await open(name);
      addClasses(session);
      await answer(session, 24);
      runs.push([session.model?.probabilities, session.next("bea", 10)]);
      session.close();
    }
    assert.deepEqual(runs[0], runs[1]);
  });

  it("writes what it found, and takes it in again unchanged", async () => {
    const session = await open();
    addClasses(session);
    act(session, { kind: "rename class", class: "long", name: '=2+"3"' });
    await answer(session, 40);
    const out = path.join(folder, "out");
    const files = exportSession(session, out);
    const labels = new Map(
      resolveItems(session).flatMap((one) =>
        one.label === undefined ? [] : [[one.item.id, className(session, one.label)]],
      ),
    );
    assert.equal(labels.size, 40);
    const read = async (name: string): Promise<Map<string, string>> => {
      const table = (await readLabels(path.join(out, name))).labels;
      return new Map(
        [...table].filter(([, word]) => word !== "").map(([k, w]) => [k, undefused(w)]),
      );
    };
    assert.deepEqual(await read("features.csv"), labels);
    const images = readImageSetNpz(path.join(out, "images.npz"));
    const named = images.ids.flatMap((id, i) =>
      images.labels[i] < 0 ? [] : [[id, images.classNames[images.labels[i]]] as const],
    );
    assert.deepEqual(new Map(named), labels);
    const rows = densities(session);
    const raw = fs.readFileSync(path.join(out, "labels-raw.csv"), "utf8");
    assert.equal(raw.trim().split("\n").length, 1 + session.events.length);
    session.close();
    for (const name of ["features.csv", "coco.json", "label-studio.json"]) {
      const copy = await open(name);
      try {
        assert.equal(await importLabels(copy, path.join(out, name), "import"), 40, name);
        const again = resolveItems(copy).flatMap((one) =>
          one.label === undefined ? [] : [[one.item.id, className(copy, one.label)] as const],
        );
        assert.deepEqual(new Map(again), labels, name);
        assert.equal(await importLabels(copy, path.join(out, name), "import"), 0);
      } finally {
        copy.close();
      }
    }
    // The masks: every classified feature, and its class as a channel.
    const gwy = files.filter((file) => file.endsWith(".gwy"));
    assert.equal(gwy.length, 2);
    const [scan] = await readScans(gwy[0]);
    const classes = scan.channels.find(({ name }) => name === "class");
    assert.ok(classes !== undefined && classes.data.some((value) => value > 0));
    assert.equal(scan.metadata["fewscope class 5"], '=2+"3"');
    const area = 32 * 32;
    const all = rows.filter(({ scan: name }) => name === "all");
    assert.ok(all.every(({ areaNm2 }) => Math.abs(areaNm2 - 2 * area) < 1e-6));
    assert.ok(all.every(({ low, perNm2, high }) => low <= perNm2 && perNm2 <= high));
  });

  it("works on any set of images", async () => {
    const session = await openSession(collectImages(collection.images), { folder });
    try {
      assert.equal(session.items.length, collection.images.ids.length);
      const files = exportSession(session, path.join(folder, "out"));
      assert.ok(!files.some((file) => file.endsWith("coco.json")));
      const add: Action = { kind: "add feature", item: "x", scan: 0, xNm: 1, yNm: 1 };
      assert.throws(() => act(session, add), /Expected scans/);
    } finally {
      session.close();
    }
  });
});

describe("what labels bring", () => {
  const model = (labelled: number, told: readonly number[]): Model => ({
    version: 1,
    classes: ["a", "b"],
    probabilities: Float32Array.from(told.flatMap((p) => [p, 1 - p])),
    taught: new Int32Array(0),
    verdicts: [],
    conformal: { threshold: 1, n: 0, missing: 9 },
    accuracy: { share: 1, low: 0, high: 1, n: 0, effective: 0 },
    told: { share: 1, low: 0, high: 1, n: 0, effective: 0 },
    trainedOn: labelled,
    labelled,
  });

  it("is told from the share of features whose class the last ones changed", () => {
    const before = model(20, [0.9, 0.9, 0.1, 0.1]);
    const change = changeSince(before, model(40, [0.9, 0.2, 0.1, 0.1, 0.9]));
    assert.deepEqual(change, { labels: 20, share: 0.25 });
    const range = gainRange({ model: { ...before, change } });
    assert.ok(range !== undefined);
    assert.equal(range.changed, 0.125);
    assert.ok(Math.abs(range.low + 0.045) < 1e-12 && Math.abs(range.high - 0.07) < 1e-12);
    assert.equal(gainRange({ model: before }), undefined);
    // Taking labels back tells nothing.
    assert.equal(gainRange({ model: { ...before, change: { labels: 0, share: 0 } } }), undefined);
  });
});

describe("what a session writes", () => {
  it("takes no text for a formula, and gives each back", () => {
    const texts = ["=1", "+x", "-y", "@z", "'=1", "''=1", "'plain", "a=b", "\t=", 'a "b", c', ""];
    for (const text of texts) {
      const cell = csvCell(text);
      assert.ok(!/^"?[=+\-@\t\r]/.test(cell), cell);
    }
    assert.equal(csvCell(-5), "-5");
    assert.equal(csvCell("'=1"), "''=1");
    for (const text of ["=1", "'=1", "''=1", "'plain"])
      assert.equal(undefused(csvCell(text)), text);
  });

  it("counts patches of one scan for less where they hang together", () => {
    const scans = [0, 0, 0, 0, 1, 1, 1, 1];
    const together = [true, true, true, true, false, false, false, false];
    assert.ok(Math.abs(effectiveCount(scans, together) - 2) < 1e-9);
    const apart = [true, false, true, false, true, false, true, false];
    assert.equal(effectiveCount(scans, apart), 8);
  });
});
