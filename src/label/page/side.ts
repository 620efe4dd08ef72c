import { builtIn, colourOf, paint } from "./draw.js";
import { h, useState, type View } from "./preact.js";
import { fresh, type Store } from "./store.js";

/** Classes with their keys, and how well all this is known. */
export function Side({ store, view }: { readonly store: Store; readonly view: string }): View {
  const { state } = store;
  const [name, setName] = useState("");
  const own = state.classes.filter(({ id }) => !builtIn.includes(id));
  const others = state.classes.filter(({ id }) => builtIn.includes(id));
  const add = (event: Event): void => {
    event.preventDefault();
    if (name.trim() === "") return;
    store.act({ kind: "add class", class: fresh(), name: name.trim() });
    setName("");
    (document.activeElement as HTMLElement | null)?.blur();
  };
  return h(
    "aside",
    { "aria-label": "Classes and progress" },
    h("h2", null, "Classes"),
    own.length === 0
      ? h("p", { class: "hint" }, "Name what you see: one class for each kind.")
      : null,
    h(
      "ul",
      { class: "classes" },
      [...own, ...others].map(({ id, name: text }) =>
        h(ClassLine, { store, id, name: text, view, key: id }),
      ),
      h(OtherLine, { store, id: "unsure", name: "unsure", view }),
      h(OtherLine, { store, id: "skip", name: "skip", view }),
    ),
    h(
      "form",
      { onSubmit: add, class: "add" },
      h("input", {
        value: name,
        maxLength: 200,
        placeholder: "new class",
        "aria-label": "Name of a new class",
        onInput: (event: Event) => setName((event.target as HTMLInputElement).value),
      }),
      h("button", null, "add"),
    ),
    h(Progress, { store }),
  );
}

/** An answer that may be given, and the view that it is given in. */
interface AnswerProps {
  readonly store: Store;
  readonly id: string;
  readonly name: string;
  readonly view: string;
}

function ClassLine({ store, id, name, view }: AnswerProps): View {
  const [editing, setEditing] = useState(false);
  const items = store.state.items.filter(({ removed }) => removed !== true);
  const labelled = items.filter((item) => item.kind === "label" && item.class === id).length;
  const told = items.filter(
    (item) => item.kind === undefined && item.verdict === 2 && item.prediction === id,
  ).length;
  const isOwn = !builtIn.includes(id);
  return h(
    "li",
    null,
    h(AnswerButton, { store, id, name, view }),
    h(
      "span",
      { class: "counts", title: "your labels, and what the model tells" },
      `${labelled}${told > 0 ? ` + ${told}` : ""}`,
    ),
    h(KeyButton, { store, id, name }),
    isOwn
      ? h(
          "button",
          {
            class: "quiet",
            onClick: () => setEditing(!editing),
            "aria-expanded": editing ? "true" : "false",
            "aria-label": `Change ${name}`,
          },
          "…",
        )
      : h("span", null),
    editing ? h(ClassEditor, { store, id, name, done: () => setEditing(false) }) : null,
  );
}

function ClassEditor({
  store,
  id,
  name,
  done,
}: {
  readonly store: Store;
  readonly id: string;
  readonly name: string;
  readonly done: () => void;
}): View {
  const [text, setText] = useState(name);
  return h(
    "div",
    { class: "editor" },
    h("input", {
      value: text,
      maxLength: 200,
      "aria-label": `New name of ${name}`,
      onInput: (event: Event) => setText((event.target as HTMLInputElement).value),
    }),
    h(
      "button",
      {
        onClick: () => {
          if (text.trim() !== "" && text !== name)
            store.act({ kind: "rename class", class: id, name: text.trim() });
          done();
        },
      },
      "rename",
    ),
    h(
      "select",
      {
        "aria-label": `Merge ${name} into`,
        onChange: (event: Event) => {
          const into = (event.target as HTMLSelectElement).value;
          if (into !== "") store.act({ kind: "merge class", class: id, into });
          done();
        },
      },
      h("option", { value: "" }, "merge into ..."),
      store.state.classes
        .filter((other) => other.id !== id)
        .map((other) => h("option", { value: other.id, key: other.id }, other.name)),
    ),
  );
}

function OtherLine({
  store,
  id,
  name,
  view,
}: {
  readonly store: Store;
  readonly id: "unsure" | "skip";
  readonly name: string;
  readonly view: string;
}): View {
  const count = store.state.items.filter(({ kind }) => kind === id).length;
  return h(
    "li",
    null,
    h(AnswerButton, { store, id, name, view }),
    h("span", { class: "counts" }, String(count)),
    h(KeyButton, { store, id, name }),
    h("span", null),
  );
}

/** Does what the key does, for who has no keyboard at hand. */
function AnswerButton({ store, id, name, view }: AnswerProps): View {
  const key = store.keys.get(id) ?? "";
  return h(
    "button",
    {
      class: "answer",
      disabled: view === "export",
      "data-colour":
        id === "unsure" || id === "skip" ? "#9aa3ad" : colourOf(id, store.state.classes),
      ref: paint,
      title: name,
      onClick: () => document.dispatchEvent(new KeyboardEvent("keydown", { key })),
    },
    name,
  );
}

/** Shows a key; pressed, it takes the next one instead. */
function KeyButton({
  store,
  id,
  name,
}: {
  readonly store: Store;
  readonly id: string;
  readonly name: string;
}): View {
  const [waiting, setWaiting] = useState(false);
  return h(
    "button",
    {
      class: "key",
      "aria-label": waiting
        ? "Press the new key"
        : `Key of ${name}: ${store.keys.get(id) ?? "none"}; press to change`,
      onClick: () => setWaiting(true),
      onBlur: () => setWaiting(false),
      onKeyDown: (event: KeyboardEvent) => {
        if (!waiting || event.key === "Tab") return;
        event.preventDefault();
        event.stopPropagation();
        setWaiting(false);
        if (event.key.length !== 1 || event.key === " ") return;
        const taken = [...store.keys].find(([other, key]) => key === event.key && other !== id);
        if (taken === undefined) store.setKey(id, event.key);
        else store.say(`The key ${event.key} is taken.`);
      },
    },
    waiting ? "?" : (store.keys.get(id) ?? "–"),
  );
}

function Progress({ store }: { readonly store: Store }): View {
  const items = store.state.items.filter(({ removed }) => removed !== true);
  const count = (test: (item: (typeof items)[number]) => boolean): number =>
    items.filter(test).length;
  const labelled = count(({ kind }) => kind === "label");
  const open = (verdict: number): number =>
    count((item) => item.kind === undefined && item.verdict === verdict);
  const { model } = store.state;
  const lines = [
    `${labelled} of ${items.length} labelled`,
    model === undefined
      ? "Two classes need a label before anything is learnt."
      : `told ${open(2)}, doubtful ${open(3)}, guesses ${open(1)}, unlike anything labelled ${open(4)}`,
  ];
  return h(
    "section",
    { class: "progress", "aria-live": "polite" },
    h("h2", null, "How far, how sure"),
    lines.map((line) => h("p", { key: line }, line)),
    model?.accuracy === undefined ? null : h("p", { class: "accuracy" }, model.accuracy),
    model === undefined ? null : h("p", { class: "promise" }, model.sentence),
    model?.gain === undefined ? null : h("p", { class: "gain" }, model.gain),
  );
}
