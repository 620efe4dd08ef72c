import {
  accuracySentence,
  agreements,
  agreementSentence,
  gainSentence,
  likeliest,
  promiseSentence,
  type Session,
  type Verdict,
} from "../session";

/** Verdicts as numbers, in this order; 0 stands for none. */
const verdictNumbers: Readonly<Record<Verdict, number>> = {
  guess: 1,
  told: 2,
  doubtful: 3,
  unlike: 4,
};

/** What does not change while somebody labels: scans and how images are to be drawn. */
export function sessionFacts({ scans, images, folder }: Session): object {
  return {
    folder,
    shape: images.shape,
    unit: images.unit,
    nmPerPixel: images.nmPerPixel,
    scans: scans.map(({ name, scan }) => ({
      name,
      width: scan.width,
      height: scan.height,
      sizeNm: scan.sizeMetres.map((metres) => metres * 1e9),
      biasVolts: scan.biasVolts,
      channels: scan.channels.map((channel) => ({
        name: `${channel.name} ${channel.direction}`,
        unit: channel.unit === "m" ? "pm" : channel.unit,
      })),
    })),
  };
}

/** The classes that experts gave an item. */
function wordsOf({ state }: Session, id: string): Set<string> {
  const all = [...(state.opinions.get(id)?.values() ?? [])];
  return new Set(all.flatMap((one) => (one.class === undefined ? [] : [state.resolve(one.class)])));
}

/** Everything that does: items, answers, and what the model says. What measures and has no answer yet keeps its prediction to itself, and what this expert is to answer too keeps the other's answer. */
export function sessionState(session: Session, by: string): object {
  const { items, state, model, events } = session;
  const k = model?.classes.length ?? 0;
  const known = (i: number): boolean =>
    model !== undefined && (i + 1) * k <= model.probabilities.length;
  const awaited = new Set(session.secondOpinions(by));
  return {
    seq: events.length,
    canUndo: state.undoable(by) !== undefined,
    canRedo: state.redoable(by) !== undefined,
    classes: state.classes,
    items: items.map((item, i) => {
      const { id, scan, place } = item;
      const answer = awaited.has(id) ? undefined : state.answers.get(id);
      const hidden = session.isAudit(id) && answer === undefined;
      const told = known(i) && !hidden ? model : undefined;
      const best = told === undefined ? -1 : likeliest(told.probabilities, i, k);
      return {
        id,
        scan,
        x: place?.xNm,
        y: place?.yNm,
        w: place?.widthNm,
        h: place?.heightNm,
        removed: state.removed.has(id) || undefined,
        audit: session.isAudit(id) || undefined,
        kind: answer?.kind,
        class: answer?.class === undefined ? undefined : state.resolve(answer.class),
        seq: answer?.seq,
        prediction: told?.classes[best],
        probability: told?.probabilities[i * k + best],
        verdict: told === undefined ? 0 : verdictNumbers[told.verdicts[i]],
      };
    }),
    // Without names, and in the order of the classes, so that nobody is believed for who they are.
    disputed: [...state.disputed]
      .filter((id) => !awaited.has(id) && !state.removed.has(id))
      .map((id) => ({
        id,
        classes: state.classes
          .map((known) => known.id)
          .filter((known) => wordsOf(session, id).has(known)),
      })),
    agreements: agreements(session).map((one) => agreementSentence(session, one)),
    awaited: awaited.size,
    model:
      model === undefined
        ? undefined
        : {
            version: model.version,
            trainedOn: model.trainedOn,
            missing: model.conformal.missing,
            calibrated: model.conformal.n,
            accuracy: accuracySentence(session),
            sentence: promiseSentence(session),
            gain: gainSentence(session),
          },
  };
}
