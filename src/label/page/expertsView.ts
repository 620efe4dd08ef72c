import { colourOf, paint } from "./draw.js";
import { FeatureImage } from "./image.js";
import { useKeys } from "./keys.js";
import { className, isTyping, Surroundings } from "./labelView.js";
import { h, type View } from "./preact.js";
import type { Store } from "./store.js";

/** How far experts agree, and what they disagree about, one after the other, without saying who said what. */
export function ExpertsView({ store }: { readonly store: Store }): View {
  const { agreements, awaited, disputed } = store.state;
  const current = disputed.at(0);
  const decide = (answer: string): void => {
    if (current === undefined || answer === "unsure" || answer === "skip") return;
    const levels = store.levelsOf(store.item(current.id));
    store.decide(current.id, answer, {
      blind: false,
      reason: "dispute",
      answeredAt: new Date().toISOString(),
      low: levels.low,
      high: levels.high,
    });
  };
  useKeys((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const answer = [...store.keys].find(([, key]) => key === event.key)?.[0];
    if (answer === undefined || event.repeat) return;
    decide(answer);
    event.preventDefault();
  });
  return h(
    "div",
    { class: "experts" },
    h("h2", null, "How far experts agree"),
    agreements.length === 0
      ? h(
          "p",
          null,
          "Nobody shares a feature yet. A second person opens this page, writes another name at the top and is asked first, without seeing any answer, what was drawn at random for the first.",
        )
      : agreements.map((text) => h("p", { key: text }, text)),
    awaited > 0
      ? h("p", { class: "hint" }, `${awaited} features wait for your own answer, under Label.`)
      : null,
    h("h2", null, `Decide: ${disputed.length} left`),
    current === undefined
      ? h("p", null, "No feature has two different classes.")
      : h(Dispute, { store, id: current.id, classes: current.classes, decide }),
  );
}

function Dispute({
  store,
  id,
  classes,
  decide,
}: {
  readonly store: Store;
  readonly id: string;
  readonly classes: readonly string[];
  readonly decide: (answer: string) => void;
}): View {
  const item = store.item(id);
  const names = classes.map((known) => className(store, known) ?? known);
  return h(
    "div",
    { class: "dispute", "data-item": id },
    h(
      "div",
      { class: "pictures" },
      h("figure", null, h("div", { class: "big" }, h(FeatureImage, { store, id, key: id }))),
      item === undefined || item.scan < 0
        ? null
        : h("figure", null, h(Surroundings, { store, id, key: id })),
    ),
    h("p", { "aria-live": "polite" }, `Experts say: ${names.join(" or ")}. What is it?`),
    h(
      "div",
      { class: "bar" },
      classes.map((known, at) =>
        h(
          "button",
          {
            key: known,
            class: "answer",
            "data-colour": colourOf(known, store.state.classes),
            ref: paint,
            onClick: () => decide(known),
          },
          `${names[at]} (${store.keys.get(known) ?? "–"})`,
        ),
      ),
    ),
    h("p", { class: "hint" }, "The key of any class decides; Ctrl+Z takes it back."),
  );
}
