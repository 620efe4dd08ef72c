/** What the labelling widget runs in the page. Plain DOM: nothing is loaded. */
export const labelEsm = `export default {
  render({ model, el }) {
    const make = (tag, set, ...inside) => {
      const made = Object.assign(document.createElement(tag), set);
      made.append(...inside);
      return made;
    };
    // Said and not on the disk yet, by its uuid; their items are not shown again.
    const unkept = new Map();
    let shown, since = 0, active = 0;
    const place = make("div", { className: "fewscope-label", tabIndex: 0 });
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", "Labels");
    // The notebook has keys of its own, which stand back here.
    place.dataset.lmSuppressShortcuts = "true";
    const picture = make("img", { alt: "" });
    const caption = make("p", { className: "fewscope-quiet" });
    const answers = make("div", { className: "fewscope-answers" });
    const name = make("input", { placeholder: "new class", maxLength: 200 });
    name.setAttribute("aria-label", "Name of a new class");
    const undo = make("button", { textContent: "undo (z)", onclick: () => say({ kind: "undo" }) });
    const lines = make("p", { className: "fewscope-quiet" });
    lines.setAttribute("aria-live", "polite");
    const alarm = make("p", { className: "fewscope-alarm" });
    alarm.setAttribute("role", "alert");
    const form = make("form", {}, name, make("button", { textContent: "add" }));
    form.onsubmit = (event) => {
      event.preventDefault();
      if (name.value.trim() !== "") say({ kind: "add class", class: crypto.randomUUID(), name: name.value.trim() });
      name.value = "";
      place.focus();
    };
    place.append(
      make("div", {}, picture, caption),
      make("div", {}, answers, form, undo, lines, alarm),
    );
    el.append(place);

    const say = (action) => {
      const uuid = crypto.randomUUID();
      unkept.set(uuid, action.items ?? []);
      model.send({ event: { uuid, action } });
      draw();
    };
    const give = (id) => {
      if (shown === undefined) return;
      const now = performance.now();
      const ms = active + (document.hidden ? 0 : now - since);
      const how = {
        blind: true, reason: shown.reason, shownAt: shown.at, answeredAt: new Date().toISOString(),
        activeMs: Math.min(60000, Math.round(ms)),
      };
      const items = [shown.item];
      say(id === "skip" || id === "unsure" ? { kind: id, items, how } : { kind: "label", class: id, items, how });
    };
    const draw = () => {
      const waiting = new Set([...unkept.values()].flat());
      const next = model.get("queue").find(({ item }) => !waiting.has(item));
      if (next?.item !== shown?.item) {
        shown = next === undefined ? undefined : { ...next, at: new Date().toISOString() };
        since = performance.now();
        active = 0;
      }
      picture.hidden = shown === undefined;
      if (shown !== undefined) picture.src = shown.picture;
      place.dataset.item = shown?.item ?? "";
      caption.textContent = shown?.item ?? (unkept.size > 0 ? "" : "Nothing more to ask.");
      answers.replaceChildren(
        ...model.get("answers").map(({ id, name, key, count }) =>
          make("button", { onclick: () => { give(id); place.focus(); } },
            make("kbd", { textContent: key }), " " + name + " ", make("small", { textContent: count }))),
      );
      undo.disabled = !model.get("canUndo");
      lines.textContent = model.get("text");
      alarm.textContent = model.get("message");
    };
    const hide = () => {
      const now = performance.now();
      if (document.hidden) active += now - since;
      since = now;
    };
    place.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.target === name || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const found = model.get("answers").find(({ key }) => key === event.key);
      if (found !== undefined) give(found.id);
      else if (event.key === "z") say({ kind: "undo" });
      else if (event.key === "Z") say({ kind: "redo" });
      else return;
      event.preventDefault();
    });
    const hear = ({ done }) => {
      unkept.delete(done);
      draw();
    };
    // What is not on the disk after a while may never be: the kernel is gone or busy.
    const watch = setInterval(() => {
      const late = unkept.size > 0 && unkept.size === watch.before;
      watch.before = unkept.size;
      if (late) alarm.textContent = unkept.size + " not kept yet: the kernel does not answer.";
    }, 3000);
    document.addEventListener("visibilitychange", hide);
    model.on("msg:custom", hear);
    for (const part of ["queue", "answers", "canUndo", "text", "message"]) model.on("change:" + part, draw);
    draw();
    place.focus();
    return () => {
      clearInterval(watch);
      document.removeEventListener("visibilitychange", hide);
      model.off("msg:custom", hear);
      model.off(null, draw);
    };
  },
};`;

/** How it looks. */
export const labelCss = `
.fewscope-label { display: flex; flex-wrap: wrap; gap: 1.5em; padding: .6em; font: 14px sans-serif; color: #1f2933; background: #f7f8f9; }
.fewscope-label:focus { outline: 3px solid #0072b2; }
.fewscope-label img { width: 256px; height: 256px; object-fit: contain; image-rendering: pixelated; }
.fewscope-label > div:last-child { flex: 1 1 16em; }
.fewscope-answers { display: flex; flex-wrap: wrap; gap: .4em; margin-bottom: .6em; }
.fewscope-label button, .fewscope-label input { font: inherit; color: inherit; background: #fff; border: 1px solid #9aa5b1; border-radius: 4px; padding: .25em .6em; }
.fewscope-label button:disabled { color: #6b7280; }
.fewscope-label kbd { font-family: monospace; font-weight: bold; background: none; color: inherit; border: 0; box-shadow: none; padding: 0; }
.fewscope-label form { display: inline-flex; gap: .4em; margin: 0 .6em .6em 0; }
.fewscope-label p { margin: .4em 0; }
.fewscope-quiet { color: #52606d; }
.fewscope-alarm { color: #8a3a00; }
`;
