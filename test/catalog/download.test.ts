import { defined } from "../../src/core";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { ProgressEvent } from "../../src/core";
import type { CatalogFile } from "../../src/catalog";
import { download } from "../../src/catalog/download";
import { refuses } from "../formats/helpers";
import { serve, type Answer, type TestServer } from "./server";

const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 251);
const sum = (kind: string): string => createHash(kind).update(content).digest("hex");

describe("download", () => {
  let folder = "";
  const servers: TestServer[] = [];
  const mirror = process.env["FEWSCOPE_MIRROR"];

  beforeEach(() => {
    delete process.env["FEWSCOPE_MIRROR"];
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-catalog-"));
  });
  afterEach(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    await Promise.all(servers.splice(0).map((server) => server.close()));
    if (mirror === undefined) delete process.env["FEWSCOPE_MIRROR"];
    else process.env["FEWSCOPE_MIRROR"] = mirror;
  });

  const start = async (...answers: Answer[]): Promise<TestServer> => {
    const server = await serve(content, ...answers);
    servers.push(server);
    return server;
  };
  const cardFor = (url: string, change: Partial<CatalogFile> = {}): CatalogFile => ({
    name: "data.bin",
    url: `${url}/data.bin`,
    bytes: content.length,
    sha256: sum("sha256"),
    md5: sum("md5"),
    checksumSource: "this test",
    ...change,
  });
  const here = (name = "data.bin"): string => path.join(folder, name);
  const arrived = (): void => {
    assert.deepEqual(new Uint8Array(fs.readFileSync(here())), content);
    assert.deepEqual(fs.readdirSync(folder), ["data.bin"]);
  };

  it("brings a file, says how far it is, and asks for it once only", async () => {
    const server = await start("whole");
    const events: ProgressEvent[] = [];
    const card = cardFor(server.url);
    const on = { report: (event: ProgressEvent): void => void events.push(event) };
    assert.equal(await download("set", card, folder, on), here());
    arrived();
    assert.deepEqual(events.at(-1), {
      task: "Fetching data.bin",
      done: content.length,
      total: content.length,
      unit: "byte",
    });
    await download("set", card, folder);
    assert.deepEqual(server.asked, [""]);
  });

  it("resumes where the line dropped, as often as it takes", async () => {
    const server = await start(
      { dropAfter: 30_000 },
      { dropAfter: 30_000 },
      { dropAfter: 1000 },
      "whole",
    );
    await download("set", cardFor(server.url), folder);
    arrived();
    assert.equal(server.asked.length, 4);
    assert.deepEqual(server.asked.slice(0, 1), [""]);
    for (const range of server.asked.slice(1)) assert.match(range, /^bytes=\d+-$/);
  });

  it("resumes what an earlier run left", async () => {
    fs.writeFileSync(here("data.bin.part"), content.subarray(0, 60_000));
    const server = await start("whole");
    await download("set", cardFor(server.url), folder);
    arrived();
    assert.deepEqual(server.asked, ["bytes=60000-"]);
  });

  it("begins anew where the server knows no ranges", async () => {
    fs.writeFileSync(here("data.bin.part"), new Uint8Array(500));
    const server = await start("no ranges");
    await download("set", cardFor(server.url), folder);
    arrived();
  });

  it("begins anew where the server refuses the range", async () => {
    fs.writeFileSync(here("data.bin.part"), new Uint8Array(500));
    const server = await start({ status: 416 }, "whole");
    await download("set", cardFor(server.url), folder, {}, () => Promise.resolve());
    arrived();
    assert.deepEqual(server.asked, ["bytes=500-", ""]);
  });

  it("tries a server in trouble again, and gives up with advice", async () => {
    const pauses: number[] = [];
    const pause = (seconds: number): Promise<void> => {
      pauses.push(seconds);
      return Promise.resolve();
    };
    const passing = await start({ status: 503 }, "drop at once", "whole");
    await download("set", cardFor(passing.url), folder, {}, pause);
    arrived();
    assert.deepEqual(pauses, [1, 2]);
    fs.rmSync(here());
    const broken = await start({ status: 503 });
    await refuses(
      () => download("set", cardFor(broken.url), folder, {}, pause),
      /no answer from 127\.0\.0\.1:\d+ for data\.bin \(the server answered 503\).*FEWSCOPE_MIRROR/,
    );
    assert.equal(broken.asked.length, 3);
  });

  it("keeps what came when the line stays dead, and says so", async () => {
    const server = await start({ dropAfter: 10_000 }, "drop at once");
    await refuses(
      () => download("set", cardFor(server.url), folder, {}, () => Promise.resolve()),
      /after \d+ of 100000 bytes.*goes on where it stopped/,
    );
    assert.ok(fs.statSync(here("data.bin.part")).size > 0);
  });

  it("deletes a file with a wrong byte and says so", async () => {
    const wrong = Uint8Array.from(content);
    wrong[50_000] ^= 1;
    const server = await start({ send: wrong });
    await refuses(
      () => download("set", cardFor(server.url), folder),
      /data\.bin with SHA-256 [0-9a-f]{64} from http.*Expected SHA-256.*was deleted/,
    );
    assert.deepEqual(fs.readdirSync(folder), []);
    const onlyMd5 = defined({ ...cardFor(server.url), sha256: undefined });
    await refuses(() => download("set", onlyMd5, folder), /with MD5/);
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it("refuses a file that is longer than its card says, without taking all of it", async () => {
    const server = await start("whole");
    await refuses(
      () => download("set", cardFor(server.url, { bytes: 10 }), folder),
      /more than 10 bytes/,
    );
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it("checks what is in the cache before it trusts it", async () => {
    fs.writeFileSync(here(), new Uint8Array(content.length));
    const server = await start("whole");
    await refuses(
      () => download("set", cardFor(server.url), folder),
      /from the cache.*was deleted/,
    );
    await download("set", cardFor(server.url), folder);
    arrived();
  });

  it("gives one sentence where the address is gone", async () => {
    const server = await start({ status: 404 });
    await refuses(
      () => download("set", cardFor(server.url), folder),
      /answer 404 from http.*FEWSCOPE_MIRROR/,
    );
    assert.equal(server.asked.length, 1);
  });

  it("gives one sentence where nobody listens", async () => {
    const server = await serve(content);
    await server.close();
    await refuses(
      () => download("set", cardFor(server.url), folder),
      /no answer from 127\.0\.0\.1:\d+ for data\.bin \(ECONNREFUSED\).*put the file at ".*data\.bin" yourself/,
    );
  });

  it("stops when asked, and keeps what came", async () => {
    const server = await start("whole");
    const stop = new AbortController();
    const on = { signal: stop.signal, report: (): void => stop.abort(new Error("stopped by me")) };
    await assert.rejects(download("set", cardFor(server.url), folder, on), /stopped by me/);
    assert.deepEqual(fs.readdirSync(folder), ["data.bin.part"]);
  });

  it("takes a mirror: an address", async () => {
    const server = await start("whole");
    process.env["FEWSCOPE_MIRROR"] = `${server.url}/sets/`;
    await download("set", cardFor("http://127.0.0.1:9"), folder);
    arrived();
  });

  it("takes a mirror: a folder", async () => {
    const own = path.join(folder, "own");
    fs.mkdirSync(path.join(own, "set"), { recursive: true });
    process.env["FEWSCOPE_MIRROR"] = own;
    const into = path.join(folder, "into");
    const card = cardFor("http://127.0.0.1:9");
    await refuses(
      () => download("set", card, into),
      /no file ".*data\.bin".*unset FEWSCOPE_MIRROR/,
    );
    fs.writeFileSync(path.join(own, "set", "data.bin"), content.subarray(1));
    await refuses(() => download("set", card, into), /99999 bytes from .*Expected 100000 bytes/);
    assert.ok(fs.existsSync(path.join(own, "set", "data.bin")), "the mirror keeps its file");
    fs.writeFileSync(path.join(own, "set", "data.bin"), content);
    await download("set", card, into);
    assert.deepEqual(fs.readdirSync(into), ["data.bin"]);
  });

  it("says so where the cache cannot be written", async () => {
    fs.writeFileSync(here("file"), "");
    const server = await start("whole");
    await refuses(
      () => download("set", cardFor(server.url), path.join(folder, "file", "deep")),
      /cannot be written/,
    );
  });
});
