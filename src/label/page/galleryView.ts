import type { ItemInfo } from "./api.js";
import { colourOf, paint } from "./draw.js";
import { FeatureImage } from "./image.js";
import { className, isTyping } from "./labelView.js";
import { h, useState, type View } from "./preact.js";
import { useKeys } from "./keys.js";
import { Why } from "./why.js";
import type { Store } from "./store.js";

const page = 120;

/** Which features are shown. What measures and has no answer yet is never among them. */
const filters: readonly (readonly [string, (item: ItemInfo) => boolean])[] = [
  ["not labelled", (item) => item.kind === undefined],
  ["doubtful", (item) => item.kind === undefined && (item.verdict === 3 || item.verdict === 1)],
  ["unlike anything labelled", (item) => item.kind === undefined && item.verdict === 4],
  ["told by the model", (item) => item.kind === undefined && item.verdict === 2],
  ["labelled", (item) => item.kind === "label"],
  ["unsure or skipped", (item) => item.kind === "unsure" || item.kind === "skip"],
  ["all", () => true],
];

/** Many at once: by doubt or by class, to be chosen and labelled together. */
export function GalleryView({ store }: { readonly store: Store }): View {
  const [filter, setFilter] = useState(
    store.state.model === undefined ? "not labelled" : "doubtful",
  );
  const [only, setOnly] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [last, setLast] = useState(0);
  const [focus, setFocus] = useState(0);
  const [count, setCount] = useState(page);
  const [shownBefore, setShownBefore] = useState<readonly string[] | undefined>(undefined);
  const accept = filters.find(([name]) => name === filter)?.[1] ?? (() => true);
  const classOf = (item: ItemInfo): string | undefined =>
    item.kind === "label" ? item.class : item.prediction;
  const current = store.state.items
    .filter((item) => item.removed !== true && !(item.audit === true && item.kind === undefined))
    .filter((item) => accept(item) && (only === "" || classOf(item) === only));
  const doubt = (item: ItemInfo): number => item.probability ?? 0;
  current.sort((a, b) => doubt(a) - doubt(b) || (a.id < b.id ? -1 : 1));
  // What was chosen or labelled stays where it is until another view is asked for.
  const ids = shownBefore ?? current.map(({ id }) => id);
  const shown = ids.slice(0, count).flatMap((id) => {
    const item = store.item(id);
    return item === undefined ? [] : [item];
  });
  const refresh = (): void => {
    setShownBefore(undefined);
    setChosen(new Set());
    setCount(page);
  };
  const why = chosen.size === 0 ? undefined : shown.at(last)?.id;
  const choose = (at: number, range: boolean, add: boolean): void => {
    setShownBefore(ids);
    const next = new Set(add || range ? chosen : []);
    if (range) {
      const [from, to] = [Math.min(at, last), Math.max(at, last)];
      for (let i = from; i <= to; i++) next.add(shown[i].id);
    } else if (chosen.has(shown[at].id)) next.delete(shown[at].id);
    else next.add(shown[at].id);
    setChosen(next);
    setLast(at);
    setFocus(at);
  };
  const give = (answer: string): void => {
    if (chosen.size === 0) {
      store.say("Choose features first: click them, or press Space.");
      return;
    }
    store.answer([...chosen], answer, {
      blind: false,
      reason: "gallery",
      answeredAt: new Date().toISOString(),
      ...store.levelsOf(store.item([...chosen][0])),
    });
    setChosen(new Set());
  };
  useKeys((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) {
      const next = Math.max(0, Math.min(shown.length - 1, focus + step));
      setFocus(next);
      document.getElementById(`tile-${next}`)?.focus();
    } else {
      const answer = [...store.keys].find(([, key]) => key === event.key)?.[0];
      if (answer === undefined || event.repeat) return;
      give(answer);
    }
    event.preventDefault();
  });
  return h(
    "div",
    { class: "gallery" },
    h(
      "div",
      { class: "bar" },
      h(
        "label",
        null,
        "Show ",
        h(
          "select",
          {
            value: filter,
            onChange: (event: Event) => {
              setFilter((event.target as HTMLSelectElement).value);
              refresh();
            },
          },
          filters.map(([name]) => h("option", { value: name, key: name }, name)),
        ),
      ),
      h(
        "label",
        null,
        "of class ",
        h(
          "select",
          {
            value: only,
            onChange: (event: Event) => {
              setOnly((event.target as HTMLSelectElement).value);
              refresh();
            },
          },
          h("option", { value: "" }, "any"),
          store.state.classes.map(({ id, name }) => h("option", { value: id, key: id }, name)),
        ),
      ),
      h("button", { onClick: refresh }, "sort again"),
      h(
        "button",
        {
          onClick: () => {
            setShownBefore(ids);
            setChosen(new Set(shown.map(({ id }) => id)));
          },
        },
        "choose all shown",
      ),
      h("span", { "aria-live": "polite" }, `${chosen.size} chosen of ${ids.length}`),
    ),
    shown.length === 0
      ? h("p", { class: "empty" }, "None of these.")
      : h(
          "div",
          {
            class: "tiles",
            role: "listbox",
            "aria-multiselectable": "true",
            "aria-label": "Features",
          },
          shown.map((item, at) =>
            h(Tile, {
              store,
              item,
              at,
              chosen: chosen.has(item.id),
              focused: at === Math.min(focus, shown.length - 1),
              choose,
              key: item.id,
            }),
          ),
        ),
    why !== undefined && store.state.model !== undefined ? h(Why, { store, id: why }) : null,
    count < ids.length
      ? h("button", { class: "more", onClick: () => setCount(count + page) }, "show more")
      : null,
  );
}

const verdicts = ["", "guess", "told", "doubtful", "unlike"];

function Tile(props: {
  readonly store: Store;
  readonly item: ItemInfo;
  readonly at: number;
  readonly chosen: boolean;
  readonly focused: boolean;
  readonly choose: (at: number, range: boolean, add: boolean) => void;
}): View {
  const { store, item, at, chosen, focused, choose } = props;
  const isLabel = item.kind === "label";
  const id = isLabel ? item.class : item.prediction;
  const name = className(store, id) ?? "";
  const text = isLabel ? name : (item.kind ?? (name === "" ? "" : `${name}?`));
  return h(
    "div",
    {
      id: `tile-${at}`,
      class: `tile${chosen ? " chosen" : ""}${isLabel ? " labelled" : ""}`,
      role: "option",
      "aria-selected": chosen ? "true" : "false",
      "aria-label": `${text === "" ? "no label" : text}${isLabel ? ", labelled" : `, ${verdicts[item.verdict]}`}`,
      tabIndex: focused ? 0 : -1,
      onClick: (event: MouseEvent) => choose(at, event.shiftKey, true),
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key !== " " && event.key !== "Enter") return;
        event.preventDefault();
        event.stopPropagation();
        choose(at, event.shiftKey, true);
      },
    },
    h(FeatureImage, { store, id: item.id }),
    h(
      "span",
      { class: "word", "data-colour": colourOf(id, store.state.classes), ref: paint },
      text,
    ),
  );
}
