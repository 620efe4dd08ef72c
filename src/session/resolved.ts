import { defined } from "../core";
import type { Item } from "./items";
import { classOf, likeliest, type Verdict } from "./model";
import type { Session } from "./openSession";
import type { Answer } from "./state";

/** Everything that is known of an item in the end. */
export interface Resolved {
  readonly item: Item;
  /** Id of the class that an expert gave; the model's word never stands here. */
  readonly label?: string;
  readonly answer?: Answer;
  /** Whether experts gave it different classes and nobody has decided; it has no class then. */
  readonly disputed: boolean;
  /** Id of the class that the model finds likeliest. */
  readonly prediction?: string;
  readonly probability?: number;
  readonly verdict?: Verdict;
  readonly audit: boolean;
  /** The class in the end: the expert's, else the model's where it promises; undefined where neither says. */
  readonly class?: string;
  /** Who says so. */
  readonly source: "expert" | "model" | "nobody";
}

/** What stands of each item that was not removed. */
export function resolveItems(session: Session): Resolved[] {
  const { state, model } = session;
  return session.items.flatMap((item, i): Resolved[] => {
    if (state.removed.has(item.id)) return [];
    const answer = state.answers.get(item.id);
    const disputed = state.disputed.has(item.id);
    const label = disputed ? undefined : classOf(state, item.id);
    const k = model?.classes.length ?? 0;
    const known = model !== undefined && (i + 1) * k <= model.probabilities.length;
    const best = known ? likeliest(model.probabilities, i, k) : -1;
    const prediction = known ? model.classes[best] : undefined;
    const verdict = known ? model.verdicts[i] : undefined;
    const told = label ?? (verdict === "told" && !disputed ? prediction : undefined);
    return [
      {
        item,
        ...defined({ label, answer, prediction }),
        ...(known ? { probability: model.probabilities[i * k + best] } : {}),
        ...defined({ verdict }),
        disputed,
        audit: session.isAudit(item.id),
        ...defined({ class: told }),
        source: label !== undefined ? "expert" : told !== undefined ? "model" : "nobody",
      },
    ];
  });
}

/** The name of a class as it stands; the id where it has none. */
export function className({ state }: Session, id: string | undefined): string {
  if (id === undefined) return "";
  const found = state.resolve(id);
  return state.classes.find((known) => known.id === found)?.name ?? found;
}
