import { send, textOf } from "./api.js";
import { h, useState, type View } from "./preact.js";
import type { Store } from "./store.js";

/** Writes what was found. */
export function ExportView({ store }: { readonly store: Store }): View {
  const [written, setWritten] = useState<{ folder: string; files: readonly string[] } | undefined>(
    undefined,
  );
  const [busy, setBusy] = useState(false);
  const write = (): void => {
    setBusy(true);
    send<{ folder: string; files: readonly string[] }>("/api/export", {})
      .then(setWritten)
      .catch((error: unknown) => store.say(textOf(error)))
      .finally(() => setBusy(false));
  };
  const open = store.state.items.filter(
    (item) => item.removed !== true && item.kind !== "label" && item.verdict !== 2,
  ).length;
  return h(
    "div",
    { class: "export" },
    h("h2", null, "Export"),
    h(
      "p",
      null,
      "Tables (CSV), masks and classes (.gwy), boxes (COCO), tasks (Label Studio), images for a study (NPZ) and densities with their intervals. Only what you labelled is called a label in them; what the model says stands beside it.",
    ),
    open > 0
      ? h(
          "p",
          null,
          `${open} features have neither your label nor a promise of the model; they are listed, and belong to no class.`,
        )
      : null,
    h(
      "button",
      { class: "primary", onClick: write, disabled: busy },
      busy ? "writing ..." : "Write all files",
    ),
    written === undefined
      ? null
      : h(
          "div",
          { role: "status" },
          h("p", null, `Written to ${written.folder}:`),
          h(
            "ul",
            null,
            written.files.map((name) => h("li", { key: name }, name)),
          ),
        ),
  );
}
