import { cohenKappa, type Agreement } from "../metrics";
import type { Session } from "./openSession";
import { className } from "./resolved";

/** How far two experts agree on features that both were asked at random, neither seeing the other's answer. */
export interface ExpertAgreement extends Agreement {
  readonly experts: readonly [string, string];
  /** Ids of the classes that either gave, in the session's order. */
  readonly classes: readonly string[];
  /** Features by the class that the first gave and the class that the second gave. */
  readonly counts: readonly (readonly number[])[];
}

/** Shared features from which kappa's interval says something. */
const enough = 50;

/** The agreement of each two experts that share a feature. Only what was drawn at random counts: what was chosen is odd, and what was disputed is disputed. */
export function agreements(session: Session): ExpertAgreement[] {
  const { state } = session;
  const shared = [...state.opinions].filter(
    ([id]) => session.isAudit(id) && !state.removed.has(id),
  );
  const names = [...new Set(shared.flatMap(([, of]) => [...of.keys()]))].sort();
  const order = state.classes.map(({ id }) => id);
  return names.flatMap((first, a) =>
    names.slice(a + 1).flatMap((second): ExpertAgreement[] => {
      const pairs = shared.flatMap(([, of]) => {
        const [x, y] = [of.get(first)?.class, of.get(second)?.class];
        return x === undefined || y === undefined
          ? []
          : [[state.resolve(x), state.resolve(y)] as const];
      });
      if (pairs.length === 0) return [];
      const classes = order.filter((id) => pairs.some((pair) => pair.includes(id)));
      const counts = classes.map((x) =>
        classes.map((y) => pairs.filter((pair) => pair[0] === x && pair[1] === y).length),
      );
      return [{ ...cohenKappa(counts), experts: [first, second], classes, counts }];
    }),
  );
}

/** The agreement in words, with what most often divides the experts. */
export function agreementSentence(session: Session, agreement: ExpertAgreement): string {
  const { experts, n, observed, kappa, low, high, classes, counts } = agreement;
  const same = Math.round(observed * n);
  const beyond = Number.isNaN(kappa)
    ? "always the same one class, of which chance alone makes as much"
    : `kappa ${kappa.toFixed(2)}, between ${low.toFixed(2)} and ${high.toFixed(2)} (95 % confidence)`;
  const more = n < enough ? ` ${enough - n} more make it worth something.` : "";
  return `${experts[0]} and ${experts[1]} give ${same} of ${n} random features the same class: ${beyond}.${more}${divides(session, classes, counts)}`;
}

function divides(
  session: Session,
  classes: readonly string[],
  counts: readonly (readonly number[])[],
): string {
  const pairs = classes.flatMap((x, a) =>
    classes
      .slice(a + 1)
      .map((y, b) => ({ x, y, times: counts[a][a + 1 + b] + counts[a + 1 + b][a] })),
  );
  const worst = pairs.reduce((most, pair) => (pair.times > most.times ? pair : most), { x: "", y: "", times: 0 }); // prettier-ignore
  if (worst.times === 0) return "";
  return ` Most often ${className(session, worst.x)} against ${className(session, worst.y)}: ${worst.times}.`;
}
