import { get, imageOf, login, textOf, type Facts, type State } from "./api.js";
import { ExpertsView } from "./expertsView.js";
import { ExportView } from "./exportView.js";
import { GalleryView } from "./galleryView.js";
import { isTyping, LabelView } from "./labelView.js";
import { h, render, type View } from "./preact.js";
import { ScanView } from "./scanView.js";
import { Side } from "./side.js";
import { Keeper, type Store } from "./store.js";

const tabs = [
  ["label", "Label"],
  ["gallery", "Gallery"],
  ["scans", "Scans"],
  ["experts", "Experts"],
  ["export", "Export"],
] as const;

let tab: string = "label";

function App({ store }: { readonly store: Store }): View {
  const undo = (kind: "undo" | "redo"): void => store.act({ kind });
  return h(
    "div",
    { class: "page" },
    h(
      "header",
      null,
      h("h1", null, "fewscope"),
      h(
        "nav",
        { "aria-label": "Views" },
        tabs.map(([id, name]) =>
          h(
            "button",
            {
              key: id,
              "aria-current": tab === id ? "page" : undefined,
              onClick: () => {
                tab = id;
                redraw();
              },
            },
            name,
          ),
        ),
      ),
      h("button", { onClick: () => undo("undo"), disabled: !store.state.canUndo }, "undo"),
      h("button", { onClick: () => undo("redo"), disabled: !store.state.canRedo }, "redo"),
      h(
        "label",
        { class: "who" },
        "by ",
        h("input", {
          value: store.by,
          maxLength: 100,
          onChange: (event: Event) => store.setBy((event.target as HTMLInputElement).value),
        }),
      ),
    ),
    h(
      "p",
      { class: store.message === "" ? "message none" : "message", role: "alert" },
      store.message,
    ),
    h(
      "main",
      null,
      tab === "label"
        ? h(LabelView, { store })
        : tab === "gallery"
          ? h(GalleryView, { store })
          : tab === "scans"
            ? h(ScanView, { store })
            : tab === "experts"
              ? h(ExpertsView, { store })
              : h(ExportView, { store }),
    ),
    h(Side, { store, view: tab }),
  );
}

let keeper: Keeper | undefined;
let drawing = false;

function redraw(): void {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    const place = document.getElementById("app");
    if (place !== null && keeper !== undefined) render(h(App, { store: keeper.store }), place);
  });
}

async function start(): Promise<void> {
  await login();
  const facts = await get<Facts>("/api/session");
  const by = localStorage.getItem("fewscope-by") ?? "expert";
  const state = await get<State>(`/api/state?by=${encodeURIComponent(by)}`);
  keeper = new Keeper(facts, state, redraw);
  const size = facts.shape.reduce((a, b) => a * b, 1);
  // Some of each scan.
  const counts = new Map<number, number>();
  const some = [...state.items.entries()].filter(([, { scan }]) => {
    const count = counts.get(scan) ?? 0;
    counts.set(scan, count + 1);
    return count < Math.max(8, Math.ceil(200 / (facts.scans.length || 1)));
  });
  const values = await Promise.all(some.map(([i, { id }]) => imageOf(id, i, size)));
  keeper.measure(some.map(([, { scan }], at) => ({ scan, values: values[at] })));
  const place = document.getElementById("app");
  if (place !== null) place.replaceChildren();
  await keeper.load();
  // Another window, or another expert, may have gone on.
  window.addEventListener("focus", () => void keeper?.load());
  // The address of a program that was started anew differs in its secret alone, for which no browser loads a page again.
  window.addEventListener("hashchange", () => {
    login()
      .then(() => keeper?.load())
      .catch((error: unknown) => keeper?.store.say(textOf(error)));
  });
  window.addEventListener("beforeunload", (event) => {
    if (keeper?.busy === true) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || isTyping(event)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) keeper?.store.act({ kind: "undo" });
    else if (key === "y" || (key === "z" && event.shiftKey)) keeper?.store.act({ kind: "redo" });
    else return;
    event.preventDefault();
  });
  redraw();
}

start().catch((error: unknown) => {
  const place = document.getElementById("app");
  const text = document.createElement("p");
  text.className = "empty";
  text.textContent = textOf(error);
  place?.replaceChildren(text);
});
