import assert from "node:assert/strict";
import { errorOf, startKernel, valueOf, type KernelClient } from "./jupyterClient";
import { makeNotebookFolder, type NotebookFolder } from "./notebookFolder";
import type { Message } from "./connection";

const host = 'const host = (globalThis as any)[Symbol.for("fewscope.kernel")];';

describe("kernel/comms", function () {
  this.timeout(60_000);
  let folder: NotebookFolder;
  let kernel: KernelClient;
  before(async () => {
    folder = makeNotebookFolder("comms");
    kernel = await startKernel(folder.path);
    await kernel.execute(host);
  });
  after(async () => {
    await kernel.stop();
    folder.remove();
  });

  const open = async (target?: string): Promise<unknown> => {
    const content = target === undefined ? {} : { target_name: target };
    const { content: info } = await kernel.request("comm_info_request", content);
    return info["comms"];
  };
  const kinds = (messages: readonly Message[]): unknown[] =>
    messages.filter(({ type }) => type !== "status").map(({ type, content }) => [type, content]);

  it("opens a comm from a cell, with data, bytes and what belongs to them, and closes it", async () => {
    const run = await kernel.execute(`const comm = host.comms.open("shapes", { sides: 3 }, {
  metadata: { version: "2" }, buffers: [new Uint8Array([1, 2])], id: "from-cell",
});
comm.send({ more: true }, { buffers: [new Float32Array([1.5])] });`);
    const [opened, said] = run.messages.filter(({ type }) => type.startsWith("comm_"));
    assert.deepEqual(
      [opened?.type, opened?.content, opened?.metadata],
      [
        "comm_open",
        { comm_id: "from-cell", target_name: "shapes", data: { sides: 3 } },
        { version: "2" },
      ],
    );
    assert.deepEqual(
      opened?.buffers.map((bytes) => [...bytes]),
      [[1, 2]],
    );
    assert.deepEqual(
      [said?.type, said?.content],
      ["comm_msg", { comm_id: "from-cell", data: { more: true } }],
    );
    assert.equal(said?.buffers[0]?.readFloatLE(0), 1.5);
    assert.deepEqual(await open(), { "from-cell": { target_name: "shapes" } });
    assert.deepEqual(await open("others"), {});
    const closing = await kernel.execute("comm.close({ why: 1 }); comm.close();");
    assert.deepEqual(kinds(closing.messages).slice(1), [
      ["comm_close", { comm_id: "from-cell", data: { why: 1 } }],
    ]);
    assert.deepEqual(await open(), {});
  });

  it("hears a front end, and answers beside its message", async () => {
    await kernel.execute(`const heard: unknown[] = [];
host.comms.onOpen("echo", (comm: any, { data, metadata }: any) => {
  heard.push(["open", data]);
  comm.onMessage(({ data, buffers }: any) => {
    console.log("heard");
    comm.send({ back: data }, { buffers });
  });
  comm.onClose(({ data }: any) => heard.push(["closed", data]));
});`);
    await kernel.tell("comm_open", { comm_id: "c", target_name: "echo", data: { a: 1 } });
    assert.deepEqual(await open("echo"), { c: { target_name: "echo" } });
    const answered = await kernel.tell("comm_msg", { comm_id: "c", data: { b: 2 } }, [
      Buffer.from([7, 8]),
    ]);
    assert.deepEqual(kinds(answered), [
      ["stream", { name: "stdout", text: "heard\n" }],
      ["comm_msg", { comm_id: "c", data: { back: { b: 2 } } }],
    ]);
    assert.deepEqual(
      [...(answered.find(({ type }) => type === "comm_msg")?.buffers[0] ?? [])],
      [7, 8],
    );
    await kernel.tell("comm_close", { comm_id: "c", data: { end: true } });
    assert.equal(
      valueOf(await kernel.execute("JSON.stringify(heard)")),
      `'[["open",{"a":1}],["closed",{"end":true}]]'`,
    );
    assert.deepEqual(await open(), {});
  });

  it("closes what nobody has asked for, and does not mind what it does not know", async () => {
    const messages = await kernel.tell("comm_open", {
      comm_id: "x",
      target_name: "nobody",
      data: {},
    });
    assert.deepEqual(kinds(messages), [["comm_close", { comm_id: "x", data: {} }]]);
    assert.deepEqual(kinds(await kernel.tell("comm_msg", { comm_id: "none", data: {} })), []);
    assert.deepEqual(kinds(await kernel.tell("comm_close", { comm_id: "none" })), []);
    assert.equal(valueOf(await kernel.execute("1 + 1")), "2");
  });

  it("tells an error of what it calls, and goes on", async () => {
    await kernel.execute(
      'host.comms.onOpen("wrong", () => { throw new RangeError("too wrong"); });',
    );
    const [message] = (
      await kernel.tell("comm_open", { comm_id: "w", target_name: "wrong", data: {} })
    ).filter(({ type }) => type === "stream");
    assert.match(String(message?.content["text"]), /RangeError: too wrong[^]*Cell \[\d+\]/);
    assert.equal(valueOf(await kernel.execute("2 + 2")), "4");
  });

  it("hears while a cell awaits, which a cell can wait for", async () => {
    const cell = kernel.start(`const clicked = new Promise<number>((done) =>
  host.comms.onOpen("click", (comm: any, { data }: any) => done(data.at)));
console.log("go");
await clicked`);
    await cell.seen(({ type }) => type === "stream");
    void kernel.tell("comm_open", { comm_id: "k", target_name: "click", data: { at: 5 } });
    const run = await cell.done;
    assert.equal(valueOf(run), "5", errorOf(run).traceback);
  });

  it("moves a widget of the library with the page", async () => {
    const run = await kernel.execute(`import { notebook } from "fewscope";
const slider = notebook.widget({ esm: "export default {}", state: { value: 3, pixels: new Uint8Array([9]) } });
slider.on("value", (value) => console.log("moved to", value));
slider`);
    assert.equal(run.reply["status"], "ok", errorOf(run).traceback);
    const opened = run.messages.find(({ type }) => type === "comm_open");
    const id = opened?.content["comm_id"];
    assert.deepEqual([...(opened?.buffers[0] ?? [])], [9]);
    const shown = run.messages.find(({ type }) => type === "execute_result");
    const view = (shown?.content["data"] as Record<string, { model_id: string }>)[
      "application/vnd.jupyter.widget-view+json"
    ];
    assert.equal(view?.model_id, id);
    const moved = await kernel.tell("comm_msg", {
      comm_id: id,
      data: { method: "update", state: { value: 8 }, buffer_paths: [] },
    });
    const [echo] = moved.filter(({ type }) => type === "comm_msg");
    assert.deepEqual((echo?.content["data"] as Record<string, unknown>)["state"], { value: 8 });
    // What the cell's function prints is shown below that cell.
    const told = await kernel.seen(
      ({ type, parent }) => type === "stream" && parent === run.messages[0]?.parent,
    );
    assert.equal(told.content["text"], "moved to 8\n");
    const set = await kernel.execute("slider.set({ value: 2 }); slider.get('value')");
    const update = set.messages.find(({ type }) => type === "comm_msg")?.content["data"];
    assert.deepEqual(update, { method: "update", state: { value: 2 }, buffer_paths: [] });
    assert.equal(valueOf(set), "2");
  });
});
