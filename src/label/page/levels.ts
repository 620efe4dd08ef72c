import type { ItemInfo } from "./api.js";
import { h, type View } from "./preact.js";
import type { Store } from "./store.js";

/** Darkest and brightest value, which stay from image to image. */
export function LevelSliders({
  store,
  item,
}: {
  readonly store: Store;
  readonly item: ItemInfo;
}): View {
  const levels = store.levelsOf(item);
  const field = (name: "low" | "high", text: string): View =>
    h(
      "label",
      null,
      `${text} `,
      h("input", {
        type: "number",
        step: "any",
        value: Number(levels[name].toPrecision(4)),
        onChange: (event: Event) => {
          const value = Number((event.target as HTMLInputElement).value);
          if (Number.isFinite(value)) store.setLevels({ ...levels, [name]: value }, item);
        },
      }),
      ` ${store.facts.unit}`,
    );
  const scaled = (factor: number): void => {
    const middle = (levels.low + levels.high) / 2;
    const half = ((levels.high - levels.low) / 2) * factor;
    store.setLevels({ low: middle - half, high: middle + half }, item);
  };
  return h(
    "div",
    { class: "levels", role: "group", "aria-label": "Shades" },
    field("low", "black at"),
    field("high", "white at"),
    h("button", { onClick: () => scaled(0.8) }, "more contrast"),
    h("button", { onClick: () => scaled(1.25) }, "less contrast"),
    h("button", { onClick: () => store.setLevels(undefined, item) }, "as measured"),
  );
}
