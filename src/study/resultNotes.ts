import { fewestDraws } from "../metrics";
import type { Plan } from "./plan";
import type { TrialRecord } from "./store/record";

/** What a reader of the figure must know of the results, in sentences. */
export function resultNotes(plan: Plan, results: readonly TrialRecord[]): string[] {
  return [...drawNotes(plan), ...testSizes(results), ...warnings(results), ...tuningNotes(plan, results), ...(plan.notes ?? [])]; // prettier-ignore
}

/** Says how many images were tested on, where that differs between trials. */
function testSizes(results: readonly TrialRecord[]): string[] {
  const sizes = new Map<number, number[]>();
  for (const { labelsPerClass, nTest } of results)
    sizes.set(labelsPerClass, [...(sizes.get(labelsPerClass) ?? []), nTest]);
  if (new Set([...sizes.values()].flat()).size <= 1) return [];
  const told = [...sizes].map(([labels, counts]) => {
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    return `${least === most ? least : `${least} to ${most}`} with ${labels}`;
  });
  return [`Test images by labels a class: ${told.join(", ")}.`];
}

/** Tells once for each method that its encoder has collapsed. */
function warnings(results: readonly TrialRecord[]): string[] {
  const collapsed = results.filter((result) => result.collapse?.warning !== undefined);
  return [...new Set(collapsed.map(({ method }) => method))].map(
    (method) => `${method}: the encoder has collapsed.`,
  );
}

/** How settings were chosen, and which budgets took the choice of another. */
function tuningNotes({ tuning }: Plan, results: readonly TrialRecord[]): string[] {
  if (tuning === undefined) return ["No setting was searched: every method as the plan has it."];
  const choices = results.flatMap(({ tuning: choice }) => (choice === undefined ? [] : [choice]));
  if (choices.length === 0) return ["No method had anything to search."];
  const counts = choices.map(({ settings }) => settings.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const limit = tuning.steps ?? tuning.seconds;
  const effort =
    limit === undefined
      ? `${least === most ? most : `${least} to ${most}`} settings of each method`
      : `settings of each method for ${limit} ${tuning.steps === undefined ? "seconds" : "steps"} (${least} to ${most})`;
  const taken = new Map<number, number>();
  for (const { labelsPerClass, tuning: choice } of results)
    if (choice !== undefined && choice.labelsPerClass !== labelsPerClass)
      taken.set(labelsPerClass, choice.labelsPerClass);
  const others = [...taken].map(([labels, from]) => `${labels} that of ${from}`);
  const pool = choices[0].images;
  const fewer = new Set(results.filter(({ labelsRead }) => labelsRead < pool).map((one) => one.labelsPerClass)); // prettier-ignore
  const larger =
    tuning.by === "pool" && fewer.size > 0
      ? [`The second pool has ${pool} labels, more than the budgets ${[...fewer].join(", ")} have.`]
      : [];
  return [
    ...larger,
    `Tuning: ${effort} were compared on ${choices[0].by}.`,
    ...(others.length === 0
      ? []
      : [`Budgets that took the choice of another, in labels a class: ${others.join(", ")}.`]),
  ];
}

/** What the intervals hold: the first line of the figure. */
function drawNotes({ draws, pretrainings = 1 }: Plan): string[] {
  const drawn = `${draws} label ${draws === 1 ? "draw" : "draws"}`;
  const trained = `${pretrainings} ${pretrainings === 1 ? "pretraining" : "pretrainings"}`;
  const independent = pretrainings === 1 ? draws : Math.min(draws, pretrainings);
  const left = pretrainings === 1 ? ", which leave out what another pretraining would change" : "";
  const band =
    independent >= fewestDraws
      ? `; intervals: 95 %, Student's t over the draws${left}`
      : draws === 1
        ? ""
        : "; too few for intervals";
  return [`${drawn}, shared by all methods; ${trained}${band}.`];
}
