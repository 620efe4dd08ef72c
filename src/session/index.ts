export {
  openSession,
  type Asked,
  type LabelledNeighbour,
  type Session,
  type SessionOptions,
} from "./openSession";
export { collect, collectImages, type CollectOptions, type PreparedScan } from "./collect";
export type { Collection, FeaturePlace, Item, SessionScan } from "./items";
export { type Action, type EventRequest, type How, type SessionEvent } from "./events";
export { openEventLog, type EventLog } from "./eventLog";
export {
  builtInClasses,
  foldEvents,
  type AddedFeature,
  type Answer,
  type Opinions,
  type SessionClass,
  type SessionState,
} from "./state";
export { classOf, likeliest, type Model, type ModelChange, type Verdict } from "./model";
export { gainRange, type GainRange } from "./gainRange";
export { exportSession, sessionImages } from "./exportSession";
export { importLabels } from "./importLabels";
export { densities, type Density } from "./densities";
export { agreements, agreementSentence, type ExpertAgreement } from "./agreements";
export { accuracySentence, gainSentence, promiseSentence } from "./sentences";
export { className, resolveItems, type Resolved } from "./resolved";
export {
  reduceRows,
  simulateLabelling,
  type LabellingPoint,
  type LabellingTask,
  type SimulateLabellingOptions,
} from "./simulateLabelling";
