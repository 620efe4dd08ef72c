import { createHmac, randomUUID } from "node:crypto";
import * as zeromq from "zeromq";

/** What a kernel and its clients share. */
export interface Ports {
  readonly shell: number;
  readonly iopub: number;
  readonly control: number;
  readonly stdin: number;
  readonly heartbeat: number;
}

export const key = "a key for this test";
const delimiter = "<IDS|MSG>";

export type Content = Record<string, unknown>;

/** A message as the kernel sent it. */
export interface Message {
  readonly type: string;
  /** Identity of the request that it belongs to. */
  readonly parent: string | undefined;
  readonly content: Content;
  readonly metadata: Content;
  readonly buffers: readonly Buffer[];
}

/** The sockets of one client, which speaks Jupyter's protocol. */
export interface Connection {
  /** Sends a message and gives its identity. */
  readonly send: (
    channel: "shell" | "control" | "stdin",
    type: string,
    content: Content,
    buffers?: readonly Uint8Array[],
  ) => string;
  readonly close: () => void;
}

/** What a client hears, by the socket that it comes from. */
export interface Listener {
  readonly reply: (message: Message) => void;
  readonly published: (message: Message) => void;
  readonly asked: (message: Message) => void;
}

/** Connects a client with an identity and a session of its own. */
export function connect(ports: Ports, listener: Listener): Connection {
  const session = randomUUID();
  const dealer = (): zeromq.Dealer => new zeromq.Dealer({ linger: 0, routingId: session });
  const sockets = { shell: dealer(), control: dealer(), stdin: dealer() };
  const iopub = new zeromq.Subscriber({ linger: 0 });
  const address = (port: number): string => `tcp://127.0.0.1:${port}`;
  for (const channel of ["shell", "control", "stdin"] as const)
    sockets[channel].connect(address(ports[channel]));
  iopub.connect(address(ports.iopub));
  iopub.subscribe();
  const listen = async (
    socket: AsyncIterable<Buffer[]>,
    take: (message: Message) => void,
  ): Promise<void> => {
    for await (const frames of socket) take(decode(frames));
  };
  void listen(sockets.shell, listener.reply);
  void listen(sockets.control, listener.reply);
  void listen(sockets.stdin, listener.asked);
  void listen(iopub, listener.published);
  // A socket refuses a second message while it still waits with the first.
  let sent = Promise.resolve();
  return {
    send: (channel, type, content, buffers = []) => {
      const { id, frames } = encode(session, type, content);
      sent = sent.then(() => sockets[channel].send([...frames, ...buffers]));
      return id;
    },
    close: () => {
      for (const socket of [...Object.values(sockets), iopub]) socket.close();
    },
  };
}

function encode(session: string, type: string, content: Content): { id: string; frames: string[] } {
  const id = randomUUID();
  const header = {
    msg_id: id,
    msg_type: type,
    session,
    username: "test",
    date: new Date().toISOString(),
    version: "5.3",
  };
  const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
  return { id, frames: [delimiter, sign(parts), ...parts] };
}

function decode(frames: readonly Buffer[]): Message {
  const start = frames.findIndex((frame) => frame.toString() === delimiter);
  const [signature, ...parts] = frames.slice(start + 1, start + 6).map((frame) => frame.toString());
  if (signature !== sign(parts)) throw new Error("The kernel's message is not signed.");
  const [header, parent, metadata, content] = parts.map((part) => JSON.parse(part) as Content);
  return {
    type: String(header?.["msg_type"]),
    parent: parent?.["msg_id"] as string | undefined,
    content: content ?? {},
    metadata: metadata ?? {},
    buffers: frames.slice(start + 6),
  };
}

function sign(parts: readonly string[]): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}
