import * as fs from "node:fs";
import type { Server } from "node:http";
import * as path from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { checkInteger, InputError } from "../core";
import { exportSession, type Session } from "../session";
import { sessionFacts, sessionState } from "./answers";
import { guard } from "./guard";

/** How the page is served. */
export interface ServeOptions {
  /** 0 takes any that is free. @default 0 */
  readonly port?: number;
  /** Labels after which the classifier is fitted again, at least 1. @default 3 */
  readonly every?: number;
  /** Where exports go. @default "export" below the session's folder */
  readonly out?: string;
  /** Hears what went wrong inside; the page is told that something did. */
  readonly onFault?: (error: unknown) => void;
}

/** A page that is being served. */
export interface LabelServer {
  /** To open in a browser of this machine; holds the secret that lets one in. */
  readonly url: string;
  readonly port: number;
  /** Stops serving, once what was being written is written. */
  close(): Promise<void>;
}

/** Largest request; a bulk label of 20 000 items needs less. */
const largestBody = 4 * 1024 * 1024;
/** Images in one answer. */
const mostImages = 500;

/** Modules of the page, one for each view. */
const views = ["labelView", "galleryView", "scanView", "expertsView", "exportView"];

/** A file of preact, wherever it is installed. */
function ofPreact(...parts: readonly string[]): string {
  return path.join(path.dirname(require.resolve("preact/package.json")), ...parts);
}

/** Files of the page, by address. Nothing else is ever read for a request, so no path leads anywhere. */
const pageFiles: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["src/label/page/index.html", "text/html; charset=utf-8"],
  "/style.css": ["src/label/page/style.css", "text/css; charset=utf-8"],
  "/icon.svg": ["src/label/page/icon.svg", "image/svg+xml"],
  "/lib/preact.js": [ofPreact("dist", "preact.min.umd.js"), "text/javascript"],
  "/lib/hooks.js": [ofPreact("hooks", "dist", "hooks.umd.js"), "text/javascript"],
  ...Object.fromEntries(
    [
      "main",
      "api",
      "draw",
      "store",
      "preact",
      "image",
      "levels",
      "side",
      "why",
      "unsent",
      "keys",
      ...views,
    ].map((name) => [`/${name}.js`, [`dist/label/page/${name}.js`, "text/javascript"]]),
  ),
};

/**
 * Serves the page of a session on this machine alone. The classifier is fitted again while labels come in.
 * @throws InputError if the port is taken or the page is not built
 */
export async function serve(session: Session, options: ServeOptions = {}): Promise<LabelServer> {
  const { port = 0, every = 3, out = path.join(session.folder, "export"), onFault } = options;
  checkInteger("port", port, { min: 0, max: 65535 });
  checkInteger("every", every, { min: 1 });
  const files = readPage();
  let bound = port;
  const door = guard(() => bound);
  const app = new Hono();
  app.use(door.everywhere);
  app.use(
    bodyLimit({
      maxSize: largestBody,
      onError: (context) => context.json({ error: "too large" }, 413),
    }),
  );
  app.onError((error, context) => explain(error, context, onFault));
  for (const [address, { content, type }] of files)
    app.get(address, (context) => context.body(content, 200, { "Content-Type": type }));
  app.post("/api/login", door.login);
  app.use("/api/*", door.api);
  addRoutes(app, session, every, out, onFault);
  app.notFound((context) => context.json({ error: "no such page" }, 404));
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  bound = await listen(server, port);
  return {
    url: `http://127.0.0.1:${bound}/#${door.token}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function addRoutes(
  app: Hono,
  session: Session,
  every: number,
  out: string,
  onFault: ServeOptions["onFault"],
): void {
  let sinceFit = 0;
  let fit: Promise<unknown> = Promise.resolve();
  const startFit = (): void => {
    sinceFit = 0;
    fit = session.refit().catch((error: unknown) => onFault?.(error));
  };
  startFit();
  const expert = (context: Context): string =>
    (context.req.query("by") ?? "").slice(0, 200) || "expert";
  app.get("/api/session", (context) => context.json(sessionFacts(session)));
  app.get("/api/state", async (context) => {
    // Labels come in while a fit runs; what is shown is the last one that has ended.
    if (context.req.query("wait") === "yes") await fit;
    return context.json(sessionState(session, expert(context)));
  });
  app.get("/api/next", (context) => {
    const count = checkInteger("count", Number(context.req.query("count") ?? 10), {
      min: 1,
      max: 100,
    });
    return context.json(session.next(expert(context), count));
  });
  app.get("/api/nearest", (context) => {
    const id = context.req.query("item") ?? "";
    // Whoever is to answer it too must not be led.
    const led = session.secondOpinions(expert(context)).includes(id);
    return context.json(led ? [] : session.nearest(id, 6));
  });
  app.get("/api/images", (context) => {
    const wanted = (context.req.query("i") ?? "").split(",").map(Number);
    if (wanted.length > mostImages)
      throw outside(`${wanted.length} images`, `at most ${mostImages}`);
    for (const i of wanted) checkInteger("i", i, { min: 0, max: session.items.length - 1 });
    return floats(context, session.read(wanted));
  });
  app.get("/api/scan/:scan/:channel", (context) => {
    const entry = session.scans.at(
      checkInteger("scan", Number(context.req.param("scan")), {
        min: 0,
        max: session.scans.length - 1,
      }),
    );
    const channels = entry?.scan.channels ?? [];
    const c = checkInteger("channel", Number(context.req.param("channel")), {
      min: 0,
      max: channels.length - 1,
    });
    const { data, unit } = channels[c];
    return floats(
      context,
      Float32Array.from(data, (value) => value * (unit === "m" ? 1e12 : 1)),
    );
  });
  app.post("/api/events", async (context) => {
    const body = await context.req
      .json<{ events?: unknown }>()
      .catch(() => ({ events: undefined }));
    if (!Array.isArray(body.events) || body.events.length > 1000)
      throw outside("a request without events", "a list of at most 1000 events");
    const before = session.events.length;
    const kept = session.record(body.events);
    sinceFit += session.events.length - before;
    if (sinceFit >= every) startFit();
    return context.json({ seqs: kept.map(({ seq }) => seq), seq: session.events.length });
  });
  app.post("/api/export", async (context) => {
    startFit();
    await fit;
    const written = exportSession(session, out);
    return context.json({
      folder: path.resolve(out),
      files: written.map((file) => path.basename(file)),
    });
  });
}

function floats(context: Context, values: Float32Array): Response {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return context.body(bytes as Uint8Array<ArrayBuffer>, 200, {
    "Content-Type": "application/octet-stream",
  });
}

/** A user's mistake is told; a fault of ours is told to whoever runs the server, and nobody else. */
function explain(error: unknown, context: Context, onFault: ServeOptions["onFault"]): Response {
  if (error instanceof InputError) {
    const { got, expected, todo } = error;
    return context.json({ error: error.message, got, expected, todo }, 400);
  }
  onFault?.(error);
  return context.json({ error: "Something went wrong; the terminal says what." }, 500);
}

function readPage(): Map<string, { content: Uint8Array<ArrayBuffer>; type: string }> {
  // The same from src and from dist.
  const project = path.join(__dirname, "..", "..");
  return new Map(
    Object.entries(pageFiles).map(([address, [file, type]]) => {
      const whole = path.resolve(project, file);
      if (!fs.existsSync(whole)) throw notBuilt(whole);
      return [address, { content: Uint8Array.from(fs.readFileSync(whole)), type }];
    }),
  );
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? portTaken(port) : error);
    });
    // Whoever sends slowly must not hold the page up.
    server.requestTimeout = 30_000;
    server.headersTimeout = 10_000;
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function portTaken(port: number): InputError {
  return new InputError({
    got: `the port ${port}, which another program has`,
    expected: "one that is free",
    todo: "Leave --port out, or give another.",
  });
}

function notBuilt(file: string): InputError {
  return new InputError({
    got: `no "${file}"`,
    expected: "the page as it was built",
    todo: "Run npm run build.",
  });
}

function outside(got: string, expected: string): InputError {
  return new InputError({ got, expected, todo: "Load the page again." });
}
