import { get, type Neighbour } from "./api.js";
import { colourOf, paint } from "./draw.js";
import { FeatureImage } from "./image.js";
import { className } from "./labelView.js";
import { Fragment, h, useEffect, useState, type View } from "./preact.js";
import type { Store } from "./store.js";

/** The labelled features that one is most like: who made the model say so. */
export function Why({ store, id }: { readonly store: Store; readonly id: string }): View {
  const [found, setFound] = useState<readonly Neighbour[]>([]);
  const version = store.state.model?.version;
  useEffect(() => {
    let wanted = true;
    const address = `/api/nearest?item=${encodeURIComponent(id)}&by=${encodeURIComponent(store.by)}`; // prettier-ignore
    void get<readonly Neighbour[]>(address)
      .then((list) => {
        if (wanted) setFound(list);
      })
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [id, version]);
  if (found.length === 0) return h(Fragment, null);
  const item = store.item(id);
  const told = className(store, item?.kind === "label" ? item.class : item?.prediction);
  return h(
    "aside",
    { class: "why", "aria-label": "Labelled features that it is most like" },
    h("figure", null, h(FeatureImage, { store, id, key: id }), h("figcaption", null, told === undefined ? "this" : `${told}?`)), // prettier-ignore
    h("p", null, "is most like these that were labelled:"),
    found.map((one) =>
      h(
        "figure",
        { key: one.item },
        h(FeatureImage, { store, id: one.item, key: one.item }),
        h("figcaption", { class: "word", "data-colour": colourOf(one.class, store.state.classes), ref: paint }, className(store, one.class) ?? ""), // prettier-ignore
        h("small", null, `${one.distance.toPrecision(2)} away${one.sameScan ? ", same scan" : ""}`),
        one.push === undefined ? null : h("small", null, `pulls ${one.push.by.toFixed(2)} to ${className(store, one.push.towards) ?? ""}`), // prettier-ignore
      ),
    ),
  );
}
