import { readFileSync, writeSync } from "node:fs";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import * as zeromq from "zeromq";
import { readDescriptors } from "./descriptorReaders";
import { createDesk } from "./desk";
import { InputError } from "./inputError";
import { endChildren } from "./processes";
import { createWire, type Request, type Wire } from "./wire";
import { type News, type SocketThreadData, slot } from "./threads";

/** What Jupyter writes for a kernel that it starts. */
interface Connection {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly signature_scheme: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
}

/** Milliseconds that the last messages may take after the sockets are closed. */
const linger = 1000;
/** Characters that may wait to be sent before what children write has to wait. */
const backlogLimit = 4_000_000;

/** Milliseconds between texts of cells after which something else may have been written. */
const lookEvery = 1;

const data = workerData as SocketThreadData;

async function main(port: MessagePort): Promise<void> {
  const shared = new Int32Array(data.shared);
  const connection = JSON.parse(readFileSync(data.connectionFile, "utf8")) as Connection;
  const wire = createWire(connection.key, connection.signature_scheme);
  const { publisher, shell, control, stdin, heartbeat } = await openSockets(connection);

  const desk = createDesk({
    publish: (message) =>
      publisher.send(wire.encode({ ...message, identities: [message.kind], type: message.kind })),
    reply: {
      shell: oneByOne((message) => shell.send(wire.encode(message))),
      control: oneByOne((message) => control.send(wire.encode(message))),
      stdin: oneByOne((message) => stdin.send(wire.encode(message))),
    },
    post: (order) => port.postMessage(order),
    kernelInfo: data.kernelInfo,
    shared,
  });

  const close = async (): Promise<void> => {
    await desk.close();
    for (const socket of [publisher, shell, control, stdin, heartbeat]) socket.close();
    Atomics.store(shared, slot.closed, 1);
    Atomics.notify(shared, slot.closed);
    // The thread ends by itself: what is ended from outside may fail on its way.
    process.exit(0);
  };
  const takeWritten = readDescriptors(data.descriptors, (name, text) => {
    Atomics.add(shared, slot.backlog, text.length);
    desk.written(name, text);
    return Atomics.load(shared, slot.backlog) > backlogLimit;
  });
  let lastLook = -Infinity;
  let isClosing = false;
  const hear = (news: News): void => {
    // A timer that goes on printing would put the end off until this process is killed.
    if (isClosing) return;
    // What others wrote before the main thread said this comes before it; what it said before they began has been heard.
    const now = performance.now();
    const isDue = now - lastLook > lookEvery || Atomics.exchange(shared, slot.others, 0) === 1;
    if (typeof news !== "string" || isDue) takeWritten();
    lastLook = now;
    desk.hear(news);
    Atomics.add(shared, slot.heard, 1);
    Atomics.notify(shared, slot.heard);
    if (typeof news === "string" || news.type !== "exit") return;
    isClosing = true;
    void close();
  };
  port.on("message", hear);
  void listen(shell, wire, desk.shell);
  void listen(control, wire, desk.control);
  void listen(stdin, wire, desk.stdin);
  void (async () => {
    for await (const beat of heartbeat) await heartbeat.send(beat);
  })();
  void (async () => {
    // A client that subscribes is welcomed, so that it knows when it hears everything.
    for await (const [frame] of publisher)
      if (frame?.[0] === 1) desk.welcome(frame.subarray(1).toString());
  })();
  endWithParent();
}

interface Sockets {
  readonly publisher: zeromq.XPublisher;
  readonly shell: zeromq.Router;
  readonly control: zeromq.Router;
  readonly stdin: zeromq.Router;
  readonly heartbeat: zeromq.Reply;
}

async function openSockets(connection: Connection): Promise<Sockets> {
  const patient = { linger, sendHighWaterMark: 0 };
  const publisher = new zeromq.XPublisher({ ...patient, verbosity: "allSubs" });
  const [shell, control, stdin] = [patient, patient, patient].map(
    (options) => new zeromq.Router(options),
  ) as [zeromq.Router, zeromq.Router, zeromq.Router];
  const heartbeat = new zeromq.Reply({ linger: 0 });
  const { transport, ip } = connection;
  const address = (number: number): string =>
    `${transport}://${ip}${transport === "ipc" ? "-" : ":"}${number}`;
  const places = [
    ["iopub", publisher, connection.iopub_port],
    ["shell", shell, connection.shell_port],
    ["control", control, connection.control_port],
    ["stdin", stdin, connection.stdin_port],
    ["heartbeat", heartbeat, connection.hb_port],
  ] as const;
  const bound = await Promise.allSettled(
    places.map(([, socket, port]) => socket.bind(address(port))),
  );
  const refused = places.flatMap(([name, , port], index) => {
    const result = bound[index];
    return result?.status === "rejected" ? [{ name, port, error: result.reason as unknown }] : [];
  });
  const [first] = refused;
  if (first === undefined) return { publisher, shell, control, stdin, heartbeat };
  // A socket that is still open when its thread ends takes the process with it, without a word.
  for (const [, socket] of places) socket.close();
  throw new InputError({
    got: `an address for ${refused.map(({ name }) => name).join(", ")}, ${address(first.port)}, that cannot be listened on (${first.error instanceof Error ? first.error.message : String(first.error)})`,
    expected: "addresses that no other program has",
    todo: "Start the kernel again: Jupyter then chooses others.",
  });
}

async function listen(
  socket: zeromq.Router,
  wire: Wire,
  answer: (request: Request) => void,
): Promise<void> {
  for await (const frames of socket) {
    try {
      answer(wire.decode(frames));
    } catch (error) {
      log(`a message was left out: ${String(error)}`);
    }
  }
}

/** Sends only when the message before is on its way, since a socket refuses a second waiting message. */
function oneByOne<T>(send: (message: T) => Promise<void>): (message: T) => Promise<void> {
  let before = Promise.resolve();
  return (message) => {
    before = before.then(() => send(message)).catch((error: unknown) => log(String(error)));
    return before;
  };
}

/** A kernel whose server was killed would otherwise stay for ever. */
function endWithParent(): void {
  if (process.env["JPY_PARENT_PID"] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid === parent) return;
    endChildren();
    process.kill(process.pid, "SIGKILL");
  }, 2000).unref();
}

/** Writes to the server's log; `process.stderr` here would end up in a cell. */
function log(text: string): void {
  if (data.descriptors.log !== undefined)
    writeSync(data.descriptors.log, `fewscope kernel: ${text}\n`);
}

if (parentPort !== null) void main(parentPort);
