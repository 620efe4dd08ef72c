import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type * as zeromq from "zeromq";
import { createDesk } from "./desk";
import { createWire, type Request } from "./wire";
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

async function main(): Promise<void> {
  const data = workerData as SocketThreadData;
  const port = parentPort;
  if (port === null) throw new Error("The socket thread is started by the kernel.");
  const shared = new Int32Array(data.shared);
  const connection = JSON.parse(readFileSync(data.connectionFile, "utf8")) as Connection;
  const wire = createWire(connection.key, connection.signature_scheme);
  const zmq = createRequire(require.resolve("tslab"))("zeromq") as typeof zeromq;

  const publisher = new zmq.Publisher({ linger, sendHighWaterMark: 0 });
  const shell = new zmq.Router({ linger, sendHighWaterMark: 0 });
  const control = new zmq.Router({ linger, sendHighWaterMark: 0 });
  const stdin = new zmq.Router({ linger: 0 });
  const heartbeat = new zmq.Reply({ linger: 0 });
  const address = (number: number): string =>
    `${connection.transport}://${connection.ip}${connection.transport === "ipc" ? "-" : ":"}${number}`;
  await Promise.all([
    publisher.bind(address(connection.iopub_port)),
    shell.bind(address(connection.shell_port)),
    control.bind(address(connection.control_port)),
    stdin.bind(address(connection.stdin_port)),
    heartbeat.bind(address(connection.hb_port)),
  ]);

  const desk = createDesk({
    publish: (message) =>
      publisher.send(wire.encode({ ...message, identities: [message.kind], type: message.kind })),
    reply: {
      shell: oneByOne((message) => shell.send(wire.encode(message))),
      control: oneByOne((message) => control.send(wire.encode(message))),
    },
    post: (order) => port.postMessage(order),
    kernelInfo: data.kernelInfo,
    shared,
  });

  port.on("message", (news: News) => {
    desk.hear(news);
    if (typeof news === "object" && news.type === "exit")
      void desk.close().finally(() => {
        for (const socket of [publisher, shell, control, stdin, heartbeat]) socket.close();
        Atomics.store(shared, slot.closed, 1);
        Atomics.notify(shared, slot.closed);
      });
  });
  const listen = async (
    socket: zeromq.Router,
    answer: (request: Request) => void,
  ): Promise<void> => {
    for await (const frames of socket) {
      try {
        answer(wire.decode(frames));
      } catch (error) {
        log(`a message was left out: ${String(error)}`);
      }
    }
  };
  void listen(shell, desk.shell);
  void listen(control, desk.control);
  void (async () => {
    for await (const beat of heartbeat) await heartbeat.send(beat);
  })();
  endWithParent();
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
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, 2000).unref();
}

/** Writes to the server's log; `process.stderr` here would end up in a cell. */
function log(text: string): void {
  writeSync(2, `fewscope kernel: ${text}\n`);
}

void main();
