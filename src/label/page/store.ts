import {
  get,
  send,
  ServerError,
  textOf,
  type Asked,
  type Facts,
  type ItemInfo,
  type State,
} from "./api.js";
import { builtIn, levelsOf, type Levels } from "./draw.js";
import { Unsent } from "./unsent.js";

/** What the page knows and what it can do. */
export interface Store {
  readonly facts: Facts;
  readonly state: State;
  readonly by: string;
  /** Values in the first and last shade for an item: the same for all, unless scans differ so much that some would be grey all over. */
  levelsOf(item: ItemInfo | undefined): Levels;
  /** Key of each answer: a class id, "skip" or "unsure". */
  readonly keys: ReadonlyMap<string, string>;
  readonly message: string;
  readonly queue: readonly Asked[];
  /** Whether the server was asked what comes next and has not answered. */
  readonly isAsking: boolean;
  /** Items by id. */
  readonly index: ReadonlyMap<string, number>;
  item(id: string): ItemInfo | undefined;
  setBy(name: string): void;
  /** For all items that share the shades of this one; as measured if there are none. */
  setLevels(levels: Levels | undefined, item: ItemInfo | undefined): void;
  setKey(answer: string, key: string): void;
  say(text: string): void;
  /** Answers items: with a class id, "skip" or "unsure". */
  answer(items: readonly string[], answer: string, how: Readonly<Record<string, unknown>>): void;
  /** Says what a feature is that experts disagree about. */
  decide(item: string, answer: string, how: Readonly<Record<string, unknown>>): void;
  act(action: Readonly<Record<string, unknown>>): void;
  takeFromQueue(): void;
}

/** A name that nobody else gives. */
export function fresh(): string {
  return crypto.randomUUID();
}

/** Stands for all scans. */
const everywhere = -2;

/** Keeps what the page knows, and tells whoever draws when it changes. */
export class Keeper {
  private state: State;
  private by = localStorage.getItem("fewscope-by") ?? "expert";
  private measured: ReadonlyMap<number, Levels> = new Map();
  private readonly levels = new Map<number, Levels>();
  private rebound: Record<string, string>;
  private message = "";
  private queue: Asked[] = [];
  private index = new Map<string, number>();
  private readonly unsent: Unsent;
  private sending = false;
  /** Whom the state was told to: what somebody else may see hides other answers. */
  private toldTo: string;
  private loading = 0;
  private filling = false;

  constructor(
    private readonly facts: Facts,
    state: State,
    private readonly changed: () => void,
  ) {
    this.state = state;
    this.toldTo = this.by;
    this.rebound = JSON.parse(localStorage.getItem("fewscope-keys") ?? "{}") as Record<
      string,
      string
    >;
    this.reindex();
    this.unsent = new Unsent(facts.folder);
    if (this.busy) void this.sendAll();
  }

  /** What views draw from. */
  get store(): Store {
    return {
      facts: this.facts,
      state: this.state,
      by: this.by,
      levelsOf: (item) => {
        const of = this.shared(item);
        return this.levels.get(of) ?? this.measured.get(of) ?? { low: -100, high: 100 };
      },
      keys: this.keys(),
      message: this.message,
      queue: this.queue,
      isAsking: this.loading > 0 || this.filling,
      index: this.index,
      item: (id) => {
        const at = this.index.get(id);
        return at === undefined ? undefined : this.state.items[at];
      },
      setBy: (name) => {
        this.by = name.trim() === "" ? "expert" : name.trim().slice(0, 100);
        localStorage.setItem("fewscope-by", this.by);
        // What stands there was asked of somebody else.
        this.queue = [];
        void this.load();
        this.changed();
      },
      setLevels: (levels, item) => {
        if (levels === undefined) this.levels.delete(this.shared(item));
        else this.levels.set(this.shared(item), levels);
        this.changed();
      },
      setKey: (answer, key) => {
        this.rebound = { ...this.rebound, [answer]: key };
        localStorage.setItem("fewscope-keys", JSON.stringify(this.rebound));
        this.changed();
      },
      say: (text) => this.say(text),
      answer: (items, answer, how) => this.answer(items, answer, how),
      decide: (item, answer, how) => {
        const { disputed } = this.state;
        this.state = { ...this.state, disputed: disputed.filter(({ id }) => id !== item) };
        this.act({ kind: "adjudicate", items: [item], class: answer, how });
      },
      act: (action) => this.act(action),
      takeFromQueue: () => {
        this.queue = this.queue.slice(1);
        this.fill();
        this.changed();
      },
    };
  }

  /** Works out shades from some images: each scan's own where the widest are four times the narrowest. */
  measure(images: readonly { readonly scan: number; readonly values: Float32Array }[]): void {
    const join = (some: typeof images): Levels =>
      levelsOf(Float32Array.from(some.flatMap(({ values }) => [...values])));
    const scans = [...new Set(images.map(({ scan }) => scan))];
    const each = new Map(
      scans.map((scan) => [scan, join(images.filter((one) => one.scan === scan))]),
    );
    const widths = [...each.values()].map(({ low, high }) => high - low);
    const differ = Math.max(...widths) > 4 * Math.min(...widths);
    this.measured = differ ? each : new Map([[everywhere, join(images)]]);
  }

  /** Whose shades an item has. */
  private shared(item: ItemInfo | undefined): number {
    const scan = item?.scan ?? everywhere;
    return this.measured.has(scan) ? scan : everywhere;
  }

  private say(text: string): void {
    this.message = text;
    this.changed();
  }

  /** 1 to 9 for own classes in order, letters for the others, unless they were changed. */
  private keys(): ReadonlyMap<string, string> {
    const own = this.state.classes.filter(({ id }) => !builtIn.includes(id));
    const plain: [string, string][] = [
      ...own.slice(0, 9).map(({ id }, i): [string, string] => [id, String(i + 1)]),
      ["nothing", "n"],
      ["artefact", "a"],
      ["unknown", "u"],
      ["unsure", "q"],
      ["skip", "s"],
    ];
    return new Map([...plain, ...Object.entries(this.rebound)]);
  }

  private answer(
    items: readonly string[],
    answer: string,
    how: Readonly<Record<string, unknown>>,
  ): void {
    if (items.length === 0) return;
    const isClass = answer !== "skip" && answer !== "unsure";
    const action = isClass
      ? { kind: "label", items, class: answer, how }
      : { kind: answer, items, how };
    // Shown at once; the server's word follows.
    const marks = new Set(items);
    this.state = {
      ...this.state,
      canUndo: true,
      items: this.state.items.map((item) => {
        if (!marks.has(item.id)) return item;
        const { class: before, ...rest } = item;
        void before;
        return isClass ? { ...rest, kind: "label", class: answer } : { ...rest, kind: answer };
      }),
    };
    this.act(action);
  }

  private act(action: Readonly<Record<string, unknown>>): void {
    this.unsent.add({ uuid: fresh(), by: this.by, action });
    this.changed();
    void this.sendAll();
  }

  /** Sends what was done, in order, until the server has it; only what it calls wrong is given up, and told. */
  private async sendAll(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    let most = 100;
    let waited = false;
    while (this.busy) {
      const events = this.unsent.first(most);
      try {
        await send("/api/events", { events });
        this.unsent.drop(events.length);
        if (waited) this.message = "";
        waited = false;
      } catch (error) {
        const why = textOf(error);
        if (error instanceof ServerError && error.status === 400) {
          // One of them is wrong; alone it is told which.
          if (events.length > 1) most = 1;
          else {
            this.unsent.drop(1);
            this.say(why);
          }
          continue;
        }
        const reason = error instanceof ServerError ? why : "The program does not answer.";
        this.say(`${this.unsent.length} not kept yet. ${reason} Trying again.`);
        waited = true;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    this.sending = false;
    await this.load();
    await this.load(true);
  }

  /** Whether something is on its way; a page that is left then asks first. */
  get busy(): boolean {
    return this.unsent.length > 0;
  }

  /** Asks the server for how things stand. */
  async load(wait = false): Promise<void> {
    const { by } = this;
    this.loading++;
    try {
      const asker = encodeURIComponent(by);
      const state = await get<State>(`/api/state?by=${asker}${wait ? "&wait=yes" : ""}`);
      // What was done meanwhile is not in this answer, and an answer to somebody else tells what this one must not see.
      const isNewer = by !== this.toldTo || state.seq >= this.state.seq;
      if (this.unsent.length === 0 && by === this.by && isNewer) {
        this.state = state;
        this.toldTo = by;
        this.reindex();
      }
    } catch (error) {
      this.message = textOf(error);
    } finally {
      this.loading--;
    }
    this.fill();
    this.changed();
  }

  private reindex(): void {
    this.index = new Map(this.state.items.map(({ id }, i) => [id, i]));
  }

  /** Asks for more before the last one is answered. */
  private fill(): void {
    const { by } = this;
    if (this.queue.length > 3 || this.filling || by !== this.toldTo) return;
    this.filling = true;
    void get<Asked[]>(`/api/next?count=10&by=${encodeURIComponent(by)}`)
      .then((more) => {
        if (by !== this.by) return;
        const known = new Set(this.queue.map(({ item }) => item));
        const open = more.filter(({ item }) => {
          const at = this.index.get(item);
          return !known.has(item) && at !== undefined && this.state.items[at].kind === undefined;
        });
        this.queue = [...this.queue, ...open];
      })
      .catch(() => undefined)
      .finally(() => {
        this.filling = false;
        if (by !== this.by) this.fill();
        this.changed();
      });
  }
}
