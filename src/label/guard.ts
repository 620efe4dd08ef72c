import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

/** Who may ask what. */
export interface Guard {
  /** Stands in the address that the user opens, behind the #, where no server and no log sees it. */
  readonly token: string;
  /** Refuses requests that were not meant for this server, and says what the page may do. */
  readonly everywhere: MiddlewareHandler;
  /** Refuses requests of whoever has not shown the token, and writes that the page itself did not send. */
  readonly api: MiddlewareHandler;
  /** Gives a cookie for the token. */
  readonly login: (context: Context) => Promise<Response>;
}

/**
 * Guards a server of this machine against other pages in the same browser: by name (a page elsewhere may point its own name here), by origin, and by a secret
 * that only the user who started it knows.
 * @param port gives the port once it is known
 */
export function guard(port: () => number): Guard {
  const token = secret();
  const session = secret();
  // Cookies are shared by all ports of a host.
  const cookie = (): string => `fewscope-${port()}`;
  return {
    token,
    everywhere: async (context, next) => {
      if (!isOwnHost(context.req.header("host"), port())) return refuse(context, 403, "wrong host");
      await next();
      for (const [name, value] of Object.entries(pageHeaders)) context.header(name, value);
      return undefined;
    },
    api: async (context, next) => {
      const isWrite = context.req.method !== "GET";
      if (isWrite && !isOwnWrite(context, port())) return refuse(context, 403, "wrong origin");
      const shown = getCookie(context, cookie());
      if (!same(shown, session)) return refuse(context, 401, "no cookie");
      await next();
      return undefined;
    },
    login: async (context) => {
      if (!isOwnWrite(context, port())) return refuse(context, 403, "wrong origin");
      const body: unknown = await context.req.json().catch(() => undefined);
      const given = (body as { token?: unknown } | undefined)?.token;
      if (!same(typeof given === "string" ? given : undefined, token))
        return refuse(context, 401, "wrong token");
      setCookie(context, cookie(), session, { httpOnly: true, sameSite: "Strict", path: "/" });
      return context.json({ ok: true });
    },
  };
}

/** What a browser is told of every answer. Nothing is loaded from anywhere else, framed, cached or sniffed. */
const pageHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
} as const;

/** 128 bits that nobody guesses. */
const secret = (): string => randomBytes(16).toString("hex");

function refuse(context: Context, status: 401 | 403, why: string): Response {
  return context.json({ error: why }, status, { ...pageHeaders });
}

/** Whether a name is one of this machine's own, with the port of this server. */
function isOwnHost(host: string | undefined, port: number): boolean {
  const found = /^(localhost|127\.0\.0\.1|\[::1\])\.?:(\d+)$/i.exec(host ?? "");
  return found !== null && Number(found[2]) === port;
}

/** Whether a write comes from the page: JSON, and from where the page was loaded. */
function isOwnWrite(context: Context, port: number): boolean {
  const type = context.req.header("content-type") ?? "";
  const origin = context.req.header("origin") ?? "";
  const host = context.req.header("host") ?? "";
  return (
    /^application\/json\s*(;|$)/i.test(type) &&
    isOwnHost(origin.replace(/^http:\/\//i, ""), port) &&
    origin.toLowerCase() === `http://${host.toLowerCase()}`
  );
}

function same(given: string | undefined, expected: string): boolean {
  if (given === undefined || given.length !== expected.length) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
