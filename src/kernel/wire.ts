import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** Version of the Jupyter messaging protocol that this kernel speaks. */
export const protocolVersion = "5.4";

/** What identifies a message. */
export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

/** A message from a client. */
export interface Request {
  /** Where to send the reply. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
  /** Bytes beside the content. */
  readonly buffers: readonly Uint8Array[];
}

/** A message to a client, before it is signed. */
export interface Outgoing {
  /** The addressee on a router socket, or the topic on a publisher. */
  readonly identities: readonly (Uint8Array | string)[];
  readonly type: string;
  /** The message that this one answers or belongs to. */
  readonly parent?: Header | undefined;
  /** An object, or its JSON where that exists already. */
  readonly content: object | string;
  /** JSON. */
  readonly metadata?: string;
  readonly buffers?: readonly Uint8Array[];
}

/** Turns messages into frames and back, signed with the connection's key. */
export interface Wire {
  encode(message: Outgoing): (Uint8Array | string)[];
  /** @throws Error if frames are missing, are not JSON, or are not signed with the key */
  decode(frames: readonly Uint8Array[]): Request;
}

const delimiter = Buffer.from("<IDS|MSG>");

/**
 * The wire format of Jupyter: routing frames, delimiter, signature, header, parent header, metadata, content.
 * @param key secret of the connection; empty means that nothing is signed
 * @param scheme for example "hmac-sha256"
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
export function createWire(key: string, scheme: string): Wire {
  const algorithm = scheme.replace(/^hmac-/, "");
  const session = randomUUID();
  const sign = (parts: readonly (Uint8Array | string)[]): string => {
    if (key === "") return "";
    const hmac = createHmac(algorithm, key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  };
  return {
    encode: ({ identities, type, parent, content, metadata = "{}", buffers = [] }) => {
      const header: Header = {
        msg_id: randomUUID(),
        msg_type: type,
        session,
        username: "kernel",
        date: new Date().toISOString(),
        version: protocolVersion,
      };
      const parts = [
        JSON.stringify(header),
        JSON.stringify(parent ?? {}),
        metadata,
        typeof content === "string" ? content : JSON.stringify(content),
      ].map(wellFormed);
      return [...identities, delimiter, sign(parts), ...parts, ...buffers];
    },
    decode: (frames) => {
      const start = frames.findIndex((frame) => delimiter.equals(frame));
      const [signature, ...rest] = frames.slice(start + 1);
      const parts = rest.slice(0, 4);
      const [header, , metadata, content] = parts;
      if (start < 0 || !signature || !header || !metadata || !content)
        throw new Error("message lacks frames");
      const expected = Buffer.from(sign(parts));
      if (expected.length !== signature.length || !timingSafeEqual(expected, signature))
        throw new Error("message is not signed with the key of this connection");
      return {
        identities: frames.slice(0, start),
        header: parseObject(header) as unknown as Header,
        metadata: parseObject(metadata),
        content: parseObject(content),
        buffers: rest.slice(4),
      };
    },
  };
}

/**
 * JSON without halves of characters. JavaScript's texts may hold the half of a pair, which is no Unicode: other languages fail
 * on it. Node, too, writes U+FFFD for it.
 */
function wellFormed(json: string): string {
  // In JSON that JavaScript wrote, a half stands as an escape and a whole pair does not.
  if (!json.includes("\\ud")) return json;
  return json.replace(/\\(?:u(d[89a-f][0-9a-f]{2})|.)/g, (escape, half: string | undefined) =>
    half === undefined ? escape : "\ufffd",
  );
}

function parseObject(json: Uint8Array): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(json).toString("utf8"));
  if (typeof value !== "object" || value === null) throw new Error("message part is no object");
  return value as Record<string, unknown>;
}
