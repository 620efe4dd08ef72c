import assert from "node:assert/strict";
import { core, notebook } from "../../src";
import { inPage } from "./page";

const esm = "export default { render() {} }";

describe("notebook/widget", () => {
  it("opens a comm with the page's code and the state, and shows itself", () => {
    inPage((page) => {
      const made = notebook.widget({ esm, css: "p {}", state: { value: 3 } });
      const [{ target, data, metadata }] = page.opened;
      const { state } = data as { state: Record<string, unknown> };
      assert.equal(target, "jupyter.widget");
      assert.deepEqual(metadata, { version: "2.1.0" });
      assert.deepEqual([state["_esm"], state["_css"], state["value"]], [esm, "p {}", 3]);
      assert.deepEqual([state["_model_module"], state["_view_name"]], ["anywidget", "AnyView"]);
      made.show();
      const view = page.shown[0]["application/vnd.jupyter.widget-view+json"];
      assert.match(JSON.stringify(view), /"model_id":"[-0-9a-f]{36}"/);
      assert.match(String(page.shown[0]["text/plain"]), /while its notebook runs: \{"value":3\}/);
    });
  });

  it("takes changes of the page, and sends those of cells", () => {
    inPage((page) => {
      const made = notebook.widget({ esm, state: { value: 3, name: "a" } });
      const heard: unknown[] = [];
      const off = made.on("value", (value, before) => heard.push([value, before]));
      page.say({ method: "update", state: { value: 8 } });
      assert.equal(made.get("value"), 8);
      made.set({ value: 9, name: "a" });
      off();
      made.set({ value: 1 });
      assert.deepEqual(heard, [
        [8, 3],
        [9, 8],
      ]);
      // The first is for other pages that show the same widget.
      assert.deepEqual(
        page.sent.map(({ data }) => [data["method"], data["state"]]),
        [
          ["echo_update", { value: 8 }],
          ["update", { value: 9 }],
          ["update", { value: 1 }],
        ],
      );
      made.set({ value: 1 });
      assert.equal(page.sent.length, 3, "nothing has changed");
    });
  });

  it("carries bytes beside the state, both ways", () => {
    inPage((page) => {
      const made = notebook.widget({
        esm,
        state: { images: [{ pixels: Uint8Array.of(1, 2) }], heights: Float32Array.of(1) },
      });
      const { buffer_paths, state } = page.opened[0].data;
      assert.deepEqual(buffer_paths, [["images", 0, "pixels"], ["heights"]]);
      assert.deepEqual((state as { images: unknown }).images, [{ pixels: null }]);
      made.set({ heights: Float32Array.of(1.5) });
      assert.deepEqual(
        new Float32Array(Uint8Array.from(page.sent[0].buffers[0]).buffer),
        Float32Array.of(1.5),
      );
      page.say(
        {
          method: "update",
          state: { images: [{ pixels: null }] },
          buffer_paths: [["images", 0, "pixels"]],
        },
        [Uint8Array.of(7)],
      );
      assert.deepEqual(made.get("images"), [{ pixels: Uint8Array.of(7) }]);
    });
  });

  it("answers pages that are opened later, and messages of its own kind", () => {
    inPage((page) => {
      const made = notebook.widget({ esm, state: { value: 3 } });
      made.set({ value: 4 });
      page.say({ method: "request_state" });
      assert.equal((page.sent.at(-1)?.data["state"] as { value: number }).value, 4);
      const [all] = page.ask("jupyter.widget.control", { method: "request_states" });
      const states = Object.values(
        all.data["states"] as Record<string, { state: { value: number } }>,
      );
      assert.ok(states.some(({ state }) => state.value === 4));
      const heard: unknown[] = [];
      made.onMessage((message) => heard.push(message));
      page.say({ method: "custom", content: { click: 1 } });
      assert.deepEqual(heard, [{ click: 1 }]);
      made.send({ blink: true });
      assert.deepEqual(page.sent.at(-1)?.data, { method: "custom", content: { blink: true } });
      made.close();
      assert.deepEqual(page.sent.at(-1)?.data, { closed: true });
    });
  });

  it("shows its still form where nobody can move it", () => {
    inPage((page) => {
      const still = (state: { value: number }): notebook.Bundle => ({
        "text/html": `<b>${state.value}</b>`,
      });
      notebook.widget({ esm, state: { value: 3 }, still }).show();
      assert.deepEqual(Object.keys(page.shown[0]).sort(), ["text/html", "text/plain"]);
      assert.equal(page.shown[0]["text/html"], "<b>3</b>");
    }, false);
  });

  it("keeps its state outside a notebook too, and refuses names that are the widget's own", () => {
    const made = notebook.widget({ esm, state: { value: 3 } });
    made.set({ value: 5 });
    assert.equal(made.get("value"), 5);
    assert.throws(() => notebook.widget({ esm, state: { _esm: "" } }), core.InputError);
  });
});

describe("notebook/ask", () => {
  it("refuses a question that nobody can answer", async () => {
    await assert.rejects(notebook.ask("name?"), core.InputError);
  });
});
