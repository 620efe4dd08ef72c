import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  agreements,
  agreementSentence,
  classOf,
  exportSession,
  openSession,
  resolveItems,
  type Action,
  type Session,
} from "../../src/session";
import { bumps } from "./bumps";

describe("two experts on one session", function () {
  this.timeout(120_000);
  const { collection, truth } = bumps(1, 2);
  let folder: string;
  let session: Session;
  let sent = 0;

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-experts-"));
    session = await openSession(collection, {
      folder,
      overlap: 8,
      now: () => "2026-01-01T00:00:00.000Z",
    });
    for (const name of ["round", "long", "hole"])
      act("ann", { kind: "add class", class: name, name });
  });
  afterEach(() => {
    session.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const act = (by: string, action: Action): void => {
    session.record([{ uuid: `u${++sent}`, by, action }]);
  };
  const say = (by: string, item: string, to: string, reason = "audit", blind = true): void =>
    act(by, { kind: "label", items: [item], class: to, how: { blind, reason } });
  const other = (item: string): string => (truth(item) === "round" ? "long" : "round");
  const audits = (): string[] =>
    session.items.flatMap(({ id }) => (session.isAudit(id) ? [id] : []));
  /** Ann answers what measures, truly. */
  const begin = (): string[] => {
    const some = audits();
    for (const id of some) say("ann", id, truth(id));
    return some;
  };

  it("asks the second first what was drawn at random for the first, and no more of it than is wanted", () => {
    begin();
    const wanted = session.secondOpinions("bea");
    assert.equal(wanted.length, 8);
    assert.ok(wanted.every((id) => session.isAudit(id)));
    assert.deepEqual(session.secondOpinions("ann"), []);
    const asked = session.next("bea", 12);
    const first = asked.filter(({ reason }) => reason === "second opinion");
    assert.deepEqual(new Set(first.map(({ item }) => item)), new Set(wanted));
    assert.equal(asked.length, 12);
    for (const { item } of first) say("bea", item, truth(item), "second opinion");
    assert.deepEqual(session.secondOpinions("bea"), []);
    assert.ok(session.next("bea", 5).every(({ reason }) => reason !== "second opinion"));
    // One who skips is not asked again.
    assert.equal(session.secondOpinions("cyd").length, 8);
    const [skipped] = session.secondOpinions("cyd");
    act("cyd", { kind: "skip", items: [skipped], how: { blind: true, reason: "second opinion" } });
    assert.ok(!session.secondOpinions("cyd").includes(skipped));
  });

  it("leaves what is disputed without a class until somebody decides, and forgets no word", () => {
    begin();
    const [item, same] = session.secondOpinions("bea");
    say("bea", item, other(item), "second opinion");
    say("bea", same, truth(same), "second opinion");
    assert.deepEqual([...session.state.disputed], [item]);
    const of = (id: string): ReturnType<typeof resolveItems>[number] | undefined =>
      resolveItems(session).find((one) => one.item.id === id);
    assert.deepEqual([of(item)?.label, of(item)?.source, of(item)?.disputed], [undefined, "nobody", true]); // prettier-ignore
    assert.deepEqual([of(same)?.label, of(same)?.disputed], [truth(same), false]);
    act("cyd", {
      kind: "adjudicate",
      items: [item],
      class: "hole",
      how: { blind: false, reason: "dispute" },
    });
    assert.equal(session.state.disputed.size, 0);
    assert.equal(of(item)?.label, "hole");
    // What experts say of it from now on is heard, and changes nothing.
    say("bea", item, truth(item), "again", false);
    assert.equal(of(item)?.label, "hole");
    const said = [...(session.state.opinions.get(item)?.entries() ?? [])];
    assert.deepEqual(
      said.map(([by, answer]) => [by, answer.class]),
      [
        ["ann", truth(item)],
        ["bea", truth(item)],
      ],
    );
    act("cyd", { kind: "undo" });
    assert.equal(session.state.disputed.size, 0, "bea came round");
    act("bea", { kind: "undo" });
    assert.deepEqual([...session.state.disputed], [item]);
    // Merging the two classes settles it.
    act("ann", { kind: "merge class", class: other(item), into: truth(item) });
    assert.equal(session.state.disputed.size, 0);
    const table = fs.readFileSync(exportSession(session, path.join(folder, "out"))[0], "utf8");
    assert.match(table.split("\n")[0], /,experts,disputed$/);
    assert.equal(table.match(/,2,no$/gm)?.length, 2);
  });

  it("lets whoever sees a label change it", () => {
    const [{ id }] = session.items;
    say("ann", id, "round");
    say("bea", id, "long", "gallery", false);
    assert.equal(classOf(session.state, id), "long");
    assert.equal(session.state.disputed.size, 0);
    assert.equal(session.state.opinions.size, 0);
    act("bea", { kind: "undo" });
    assert.equal(classOf(session.state, id), "round");
  });

  it("still measures on what is disputed, and never learns from it", async () => {
    const some = begin();
    const teaching = session.items.filter(({ id }) => !session.isAudit(id)).slice(0, 14);
    for (const { id } of teaching) say("ann", id, truth(id), "maxHerding");
    const before = await session.refit();
    const [item] = session.secondOpinions("bea");
    say("bea", item, other(item), "second opinion");
    // Both were asked the same at once, neither knowing of the other.
    say("bea", teaching[0].id, other(teaching[0].id), "maxHerding");
    const after = await session.refit();
    assert.equal(before?.accuracy.n, some.length);
    assert.equal(after?.accuracy.n, some.length);
    assert.equal(after?.trainedOn, (before?.trainedOn ?? 0) - 1);
  });

  it("tells how far they agree from the random ones alone, in numbers and words", () => {
    begin();
    assert.deepEqual(agreements(session), []);
    const shared = session.secondOpinions("bea");
    shared.forEach((id, i) => say("bea", id, i === 0 ? other(id) : truth(id), "second opinion"));
    const [chosen] = session.items.filter(({ id }) => !session.isAudit(id));
    say("ann", chosen.id, "round", "maxHerding");
    say("bea", chosen.id, "long", "maxHerding");
    const [found, ...more] = agreements(session);
    assert.equal(more.length, 0);
    assert.deepEqual(found.experts, ["ann", "bea"]);
    assert.equal(found.n, 8);
    assert.equal(found.observed, 7 / 8);
    assert.ok(found.low < found.kappa && found.kappa < found.high);
    const words = agreementSentence(session, found);
    assert.match(words, /^ann and bea give 7 of 8 random features the same class: kappa 0\.\d\d/);
    assert.match(words, /42 more make it worth something\. Most often .* against .*: 1\.$/);
  });
});
