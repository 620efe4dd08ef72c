import {
  canonicalJson,
  createRng,
  type Classify,
  type Definition,
  type Json,
  type Method,
  type Option,
  type Pretrain,
  type Rng,
} from "../../core";

/** How settings are chosen, the same way for every method. */
export interface Tuning {
  /** Settings that are compared for each method, at least 2; the first is the method as the plan has it. */
  readonly trials: number;
  /**
   * What they are compared on. "validation": some of the labelled images of a budget, which then are no others. "pool": a second pool of labelled images, beside
   * the budget. "oracle": the test images, which no honest study does. @default "validation"
   */
  readonly by?: "validation" | "pool" | "oracle";
  /** Share of a budget's labels to validate with, in (0,1). @default 0.3 */
  readonly share?: number;
  /** Budgets at which settings are chosen; others take the choice of the next smaller one, or of the smallest. @default all with at least 5 labels a class */
  readonly at?: readonly number[];
  /** Labels of each class in the second pool. @default 20 */
  readonly pool?: number;
  /** Steps of training that each method may spend on a search, in place of the same number of settings; the setting that passes them ends it. */
  readonly steps?: number;
  /** Seconds, likewise; what is chosen then goes by the machine. */
  readonly seconds?: number;
  /** Which halves of a method are searched. @default both */
  readonly halves?: readonly ("pretrain" | "classify")[];
}

/** Fewest labels of each class of which some can be spared to validate with. */
export const leastToValidate = 5;

/** Changes of the options of both halves. */
export interface Changes {
  readonly pretrain: Readonly<Record<string, unknown>>;
  readonly classify: Readonly<Record<string, unknown>>;
}

/** A method that can be made with other options. */
export interface VariableMethod extends Method {
  readonly halves?: {
    readonly [Half in "pretrain" | "classify"]: {
      readonly definition: Definition;
      /** Options that the user set; they stay. */
      readonly given: Readonly<Record<string, unknown>>;
    };
  };
  readonly vary?: (changes: Changes) => {
    readonly pretrain: Pretrain;
    readonly classify: Classify;
  };
}

/** A method with one choice of its settings. */
export interface Setting {
  readonly pretrain: Pretrain;
  readonly classify: Classify;
}

/**
 * The settings of a method that a search compares: first the method as it is, then draws from what its options say of themselves. What the user has set to
 * something other than the default stays. Fewer than asked for where there is nothing more to vary.
 */
export function settingsToTry(method: VariableMethod, tuning: Tuning, seed: number): Setting[] {
  const { halves, vary } = method;
  const settings: Setting[] = [{ pretrain: method.pretrain, classify: method.classify }];
  if (halves === undefined || vary === undefined) return settings;
  const wanted = tuning.steps === undefined && tuning.seconds === undefined ? tuning.trials : mostSettings; // prettier-ignore
  const searched = tuning.halves ?? ["pretrain", "classify"];
  const rng = createRng(seed).fork("tuning").fork(method.name);
  const seen = new Set([canonicalJson({ pretrain: {}, classify: {} })]);
  // Small spaces repeat themselves; a few more draws than wanted find what there is.
  for (let i = 1; settings.length < wanted && i < 4 * wanted; i++) {
    const own = rng.fork(`setting ${i}`);
    const changes: Changes = {
      pretrain: searched.includes("pretrain") ? draw(halves.pretrain, own.fork("pretrain")) : {},
      classify: searched.includes("classify") ? draw(halves.classify, own.fork("classify")) : {},
    };
    const key = canonicalJson(changes);
    if (seen.has(key)) continue;
    seen.add(key);
    settings.push(vary(changes));
  }
  return settings;
}

/** Settings at most where steps or seconds end a search. */
const mostSettings = 64;

function draw(
  { definition, given }: NonNullable<VariableMethod["halves"]>["pretrain"],
  rng: Rng,
): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(definition.options)) {
    if (option.search === undefined || isSet(option, name, given[name])) continue;
    changes[name] = drawValue(option, rng.fork(name));
  }
  return changes;
}

/** Whether the user has chosen another value than the default. */
function isSet(option: Option<unknown, unknown>, name: string, value: unknown): boolean {
  if (value === undefined) return false;
  const fallback = option.fallback(name);
  const told = fallback === undefined ? null : option.tell(fallback);
  return canonicalJson(option.tell(option.check(name, value))) !== canonicalJson(told);
}

function drawValue({ search }: Option<unknown, unknown>, rng: Rng): Json {
  if (search === undefined) return null;
  if ("among" in search) return search.among[rng.integer(search.among.length)];
  const [low, high] = search.log.map(Math.log);
  // Two digits are enough, and read well in a table.
  return Number(Math.exp(rng.between(low, high)).toPrecision(2));
}
