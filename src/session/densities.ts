import { poissonInterval } from "../metrics";
import type { Session } from "./openSession";
import { className, resolveItems } from "./resolved";

/** How many of a class lie on an area. */
export interface Density {
  /** Name of the scan; "all" for all of them. */
  readonly scan: string;
  readonly areaNm2: number;
  readonly class: string;
  /** Labelled by an expert. */
  readonly byExpert: number;
  /** Told by the model. */
  readonly byModel: number;
  /** Features of no class yet on the same area: doubtful, unlike what is known, or without a promise. */
  readonly undecided: number;
  readonly perNm2: number;
  /** 95 % Poisson interval of the count, over the area: how the count would scatter, not how the model errs. */
  readonly low: number;
  readonly high: number;
}

/** Counts per measured area of each class on each scan, and on all; "nothing there" and artefacts are no defects and left out. */
export function densities(session: Session): Density[] {
  const resolved = resolveItems(session);
  const areas = session.scans.map(({ scan }) => measuredNm2(scan));
  const classes = session.state.classes.filter(({ id }) => id !== "nothing" && id !== "artefact");
  const rows: Density[] = [];
  const add = (name: string, scans: readonly number[]): void => {
    const areaNm2 = scans.reduce((sum, s) => sum + areas[s], 0);
    const here = resolved.filter(({ item }) => scans.includes(item.scan));
    const undecided = here.filter(({ source }) => source === "nobody").length;
    for (const { id } of classes) {
      const own = here.filter((one) => one.class !== undefined && one.class === id);
      const byExpert = own.filter(({ source }) => source === "expert").length;
      const { low, high } = poissonInterval(own.length);
      rows.push({
        scan: name,
        areaNm2,
        class: className(session, id),
        byExpert,
        byModel: own.length - byExpert,
        undecided,
        perNm2: own.length / areaNm2,
        low: low / areaNm2,
        high: high / areaNm2,
      });
    }
  };
  session.scans.forEach(({ name }, s) => add(name, [s]));
  if (session.scans.length > 1) add("all", [...session.scans.keys()]);
  return rows;
}

/** The area of the pixels that were measured. */
function measuredNm2({
  channels,
  width,
  height,
  sizeMetres,
}: Session["scans"][number]["scan"]): number {
  const [{ data }] = channels;
  let count = 0;
  for (const value of data) if (Number.isFinite(value)) count++;
  return (count / (width * height)) * sizeMetres[0] * sizeMetres[1] * 1e18;
}
