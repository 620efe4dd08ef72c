import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { serve, type LabelServer } from "../../src/label";
import { openSession, type Session } from "../../src/session";
import { bumps } from "../session/bumps";

/** What came back. */
interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

describe("the page for labels", function () {
  this.timeout(120_000);
  const { collection, truth } = bumps(3);
  let folder: string;
  let session: Session;
  let server: LabelServer;
  let cookie: string;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-label-"));
    session = await openSession(collection, { folder });
    server = await serve(session);
    const { headers } = await post("/api/login", { token: token() }, { cookie: "" });
    cookie = String(headers["set-cookie"]?.[0]).split(";")[0];
  });
  after(async () => {
    await server.close();
    session.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const token = (): string => new URL(server.url).hash.slice(1);
  const own = (): string => `127.0.0.1:${server.port}`;

  /** A request whose path and headers are sent as they are. */
  const ask = (
    method: string,
    address: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string | Buffer,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        {
          host: "127.0.0.1",
          port: server.port,
          method,
          path: address,
          headers: { host: own(), ...headers },
        },
        (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => (text += chunk.toString()));
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  const get = (address: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    ask("GET", address, { cookie, ...headers });
  const post = (
    address: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> =>
    ask(
      "POST",
      address,
      {
        cookie: cookie ?? "",
        origin: `http://${own()}`,
        "content-type": "application/json",
        ...headers,
      },
      JSON.stringify(body),
    );
  const json = <T>({ text }: Answer): T => JSON.parse(text) as T;

  it("listens on this machine alone", async () => {
    const others = Object.values(os.networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of others) {
      const reached = await new Promise((resolve) => {
        const request = http.get({ host: address, port: server.port, timeout: 2000 }, () =>
          resolve(true),
        );
        request.on("error", () => resolve(false));
        request.on("timeout", () => resolve(false));
      });
      assert.equal(reached, false, address);
    }
  });

  it("answers its own names only, for pages, images and words alike", async () => {
    const { port } = server;
    for (const host of [`LOCALHOST:${port}`, `localhost.:${port}`, `[::1]:${port}`, own()])
      assert.equal((await get("/", { host })).status, 200, host);
    const wrong = ["evil.example", `evil.example:${port}`, "127.0.0.1", "127.0.0.1:1", "localhost"];
    for (const host of [...wrong, `127.0.0.1.evil.example:${port}`, `127.0.0.1:${port}@x`])
      for (const address of ["/", "/api/session", "/api/images?i=0", "/main.js"])
        // What is no name at all is refused before anybody looks at it.
        assert.ok([400, 403].includes((await get(address, { host })).status), `${host} ${address}`);
  });

  it("says what the page may do, in every answer", async () => {
    for (const address of ["/", "/main.js", "/api/session", "/nothing"]) {
      const { headers } = await get(address);
      const policy = String(headers["content-security-policy"]);
      for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
        assert.ok(policy.includes(part), `${address}: ${policy}`);
      assert.ok(!policy.includes("unsafe"));
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["access-control-allow-origin"], undefined);
    }
    const refused = await get("/", { host: "evil.example" });
    assert.match(String(refused.headers["content-security-policy"]), /default-src 'none'/);
  });

  it("lets in who has the token, and trades it for a cookie that scripts do not see", async () => {
    assert.match(token(), /^[0-9a-f]{32}$/);
    assert.equal((await get("/api/session", { cookie: "" })).status, 401);
    assert.equal((await get("/api/session", { cookie: `fewscope-${server.port}=x` })).status, 401);
    for (const wrong of ["", "0".repeat(32), 7, null])
      assert.equal((await post("/api/login", { token: wrong }, { cookie: "" })).status, 401);
    assert.equal((await ask("GET", `/api/login?token=${token()}`)).status, 401);
    const { headers } = await post("/api/login", { token: token() }, { cookie: "" });
    const set = String(headers["set-cookie"]);
    assert.match(set, new RegExp(`^fewscope-${server.port}=`));
    assert.match(set, /HttpOnly/);
    assert.match(set, /SameSite=Strict/);
    assert.ok(!set.includes(token()));
    assert.equal((await get("/api/session")).status, 200);
  });

  it("takes words only from its own page, as JSON", async () => {
    const events = { events: [] };
    assert.equal((await post("/api/events", events)).status, 200);
    for (const origin of [
      "http://evil.example",
      `http://localhost:1`,
      "null",
      "",
      `https://${own()}`,
    ])
      assert.equal((await post("/api/events", events, { origin })).status, 403, origin);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
      assert.equal((await post("/api/events", events, { "content-type": type })).status, 403, type);
    const noOrigin = await ask(
      "POST",
      "/api/events",
      { cookie, "content-type": "application/json" },
      "{}",
    );
    assert.equal(noOrigin.status, 403);
    assert.equal(
      (await post("/api/login", { token: token() }, { origin: "http://evil.example" })).status,
      403,
    );
    assert.equal(
      (await ask("OPTIONS", "/api/events", { origin: "http://evil.example" })).status,
      403,
    );
  });

  it("gives no file but those of the page", async () => {
    const paths = [
      "/../package.json",
      "/..%2f..%2fpackage.json",
      "/%2e%2e/package.json",
      "/lib/../../package.json",
      "//etc/passwd",
      "/lib/preact.js/../../../package.json",
      "/events.jsonl",
      "/api/scan/../session",
      "/api/scan/0/..%2f0",
    ];
    for (const address of paths) {
      const { status, text } = await get(address);
      assert.ok(
        status === 404 || status === 400 || address.includes("../session"),
        `${address}: ${status}`,
      );
      assert.ok(!text.includes('"dependencies"') && !text.includes("root:"), address);
    }
  });

  it("names the labelled features that one is most like, to those who may know", async () => {
    const address = (item: string): string => `/api/nearest?item=${encodeURIComponent(item)}&by=ann`; // prettier-ignore
    const [{ id }] = session.items;
    const found = await get(address(id));
    assert.equal(found.status, 200);
    assert.deepEqual(json(found), session.nearest(id, 6));
    assert.deepEqual(json(await get(address("nothing"))), []);
  });

  it("refuses what is too large before it is read, and what is out of range", async () => {
    // A gigabyte is announced; the answer comes without one byte of it.
    const status = await new Promise((resolve, reject) => {
      const request = http.request(
        {
          host: "127.0.0.1",
          port: server.port,
          method: "POST",
          path: "/api/events",
          headers: {
            host: own(),
            cookie,
            origin: `http://${own()}`,
            "content-type": "application/json",
            "content-length": String(2 ** 30),
          },
        },
        (response) => {
          resolve(response.statusCode);
          request.destroy();
        },
      );
      request.on("error", reject);
      request.flushHeaders();
    });
    assert.equal(status, 413);
    const many = Array.from({ length: 501 }, () => 0).join(",");
    for (const query of ["i=-1", "i=1.5", "i=999999", "i=x", `i=${many}`])
      assert.equal((await get(`/api/images?${query}`)).status, 400, query);
    for (const address of [
      "/api/scan/9/0",
      "/api/scan/0/9",
      "/api/scan/-1/0",
      "/api/next?count=1e9",
    ])
      assert.equal((await get(address)).status, 400, address);
    const all = { events: Array.from({ length: 1001 }, () => ({})) };
    assert.equal((await post("/api/events", all)).status, 400);
    assert.equal(
      (
        await ask(
          "POST",
          "/api/events",
          { cookie, origin: `http://${own()}`, "content-type": "application/json" },
          "{",
        )
      ).status,
      400,
    );
    const wrong = await post("/api/events", {
      events: [{ uuid: "x", by: "a", action: { kind: "eval" } }],
    });
    assert.equal(wrong.status, 400);
    assert.match(json<{ error: string }>(wrong).error, /Got an event that is none/);
  });

  it("takes a class called as markup for a name", async () => {
    const name = "<img src=x onerror=alert(1)>";
    const events = [
      { uuid: "evil", by: "ann", action: { kind: "add class", class: "evil", name } },
    ];
    assert.equal((await post("/api/events", { events })).status, 200);
    const answer = await get("/api/state?by=ann");
    assert.match(String(answer.headers["content-type"]), /^application\/json/);
    assert.ok(
      json<{ classes: { name: string }[] }>(answer).classes.some((one) => one.name === name),
    );
    const page = ["labelView", "galleryView", "scanView", "exportView", "side", "main", "image"];
    for (const file of page) {
      const { text } = await get(`/${file}.js`);
      assert.doesNotMatch(
        text,
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/,
        file,
      );
    }
    await post("/api/events", { events: [{ uuid: "gone", by: "ann", action: { kind: "undo" } }] });
  });

  it("loses no label of two windows and two experts at once, and doubles none", async () => {
    const before = session.events.length;
    const how = { blind: true, reason: "test" };
    const requests = session.items.slice(0, 20).flatMap(({ id }, i) =>
      ["ann", "bea"].flatMap((by) => {
        const action = { kind: "label", items: [id], class: "artefact", how };
        const body = { events: [{ uuid: `${by} ${i}`, by, action }] };
        // As after a torn connection, each is sent twice.
        return [post("/api/events", body), post("/api/events", body)];
      }),
    );
    const answers = await Promise.all(requests);
    assert.ok(answers.every(({ status }) => status === 200));
    const added = session.events.slice(before);
    assert.equal(added.length, 40);
    assert.deepEqual(
      added.map(({ seq }) => seq),
      added.map((_, i) => before + 1 + i),
    );
    for (const by of ["ann", "bea"])
      assert.equal(added.filter((event) => event.by === by).length, 20);
  });

  it("shows how things stand: images, scans, what to ask, and nothing of the model on what measures", async () => {
    const facts = json<{ shape: number[]; scans: { width: number; channels: object[] }[] }>(
      await get("/api/session"),
    );
    assert.deepEqual(facts.shape, [24, 24, 1]);
    assert.equal(facts.scans[0].width, 160);
    const image = await fetch(`http://${own()}/api/images?i=0,1`, { headers: { cookie } });
    assert.equal((await image.arrayBuffer()).byteLength, 2 * 24 * 24 * 4);
    const scan = await fetch(`http://${own()}/api/scan/0/0`, { headers: { cookie } });
    assert.equal((await scan.arrayBuffer()).byteLength, 160 * 160 * 4);
    const asked = json<{ item: string; reason: string }[]>(await get("/api/next?count=5&by=ann"));
    assert.ok(asked.length > 0 && asked.every(({ reason }) => reason.length > 0));
    const events = ["round", "long", "hole"].map((name) => ({
      uuid: `make ${name}`,
      by: "ann",
      action: { kind: "add class", class: name, name },
    }));
    const teach = session.items
      .filter(({ id }) => !session.isAudit(id) && !session.state.answers.has(id))
      .slice(0, 12)
      .map(({ id }, i) => ({
        uuid: `teach ${i}`,
        by: "ann",
        action: {
          kind: "label",
          items: [id],
          class: truth(id),
          how: { blind: true, reason: "test" },
        },
      }));
    await post("/api/events", { events: [...events, ...teach] });
    const state = json<{
      items: { id: string; audit?: boolean; kind?: string; prediction?: string }[];
      model: { trainedOn: number; sentence: string };
    }>(await get("/api/state?by=ann&wait=yes"));
    assert.ok(state.model.trainedOn >= 12);
    const open = state.items.filter(({ audit, kind }) => audit === true && kind === undefined);
    assert.ok(open.every(({ prediction }) => prediction === undefined));
    assert.ok(state.items.some(({ prediction }) => prediction !== undefined));
  });

  it("writes the export below the session's folder", async () => {
    const { folder: out, files } = json<{ folder: string; files: string[] }>(
      await post("/api/export", {}),
    );
    assert.equal(out, path.join(folder, "export"));
    for (const file of [
      "features.csv",
      "labels-raw.csv",
      "coco.json",
      "densities.csv",
      "bumps-3.gwy",
    ])
      assert.ok(files.includes(file), file);
    assert.ok(files.every((file) => fs.existsSync(path.join(out, file))));
  });
});
