import { get, send, type Asked, type Facts, type ItemInfo, type State } from "./api.js";
import { builtIn, type Levels } from "./draw.js";

/** What the page knows and what it can do. */
export interface Store {
  readonly facts: Facts;
  readonly state: State;
  readonly by: string;
  readonly levels: Levels | undefined;
  /** Key of each answer: a class id, "skip" or "unsure". */
  readonly keys: ReadonlyMap<string, string>;
  readonly message: string;
  readonly queue: readonly Asked[];
  /** Items by id. */
  readonly index: ReadonlyMap<string, number>;
  item(id: string): ItemInfo | undefined;
  setBy(name: string): void;
  setLevels(levels: Levels | undefined): void;
  setKey(answer: string, key: string): void;
  say(text: string): void;
  /** Answers items: with a class id, "skip" or "unsure". */
  answer(items: readonly string[], answer: string, how: Readonly<Record<string, unknown>>): void;
  act(action: Readonly<Record<string, unknown>>): void;
  takeFromQueue(): void;
}

/** A name that nobody else gives. */
export function fresh(): string {
  return crypto.randomUUID();
}

/** Keeps what the page knows, and tells whoever draws when it changes. */
export class Keeper {
  private state: State;
  private by = localStorage.getItem("fewscope-by") ?? "expert";
  private levels: Levels | undefined;
  private rebound: Record<string, string>;
  private message = "";
  private queue: Asked[] = [];
  private index = new Map<string, number>();
  private unsent: unknown[] = [];
  private sending = false;
  private loading = false;
  private filling = false;

  constructor(
    private readonly facts: Facts,
    state: State,
    private readonly changed: () => void,
  ) {
    this.state = state;
    this.rebound = JSON.parse(localStorage.getItem("fewscope-keys") ?? "{}") as Record<
      string,
      string
    >;
    this.reindex();
  }

  /** What views draw from. */
  get store(): Store {
    return {
      facts: this.facts,
      state: this.state,
      by: this.by,
      levels: this.levels,
      keys: this.keys(),
      message: this.message,
      queue: this.queue,
      index: this.index,
      item: (id) => {
        const at = this.index.get(id);
        return at === undefined ? undefined : this.state.items[at];
      },
      setBy: (name) => {
        this.by = name.trim() === "" ? "expert" : name.trim().slice(0, 100);
        localStorage.setItem("fewscope-by", this.by);
        this.queue = [];
        void this.load();
      },
      setLevels: (levels) => {
        this.levels = levels;
        this.changed();
      },
      setKey: (answer, key) => {
        this.rebound = { ...this.rebound, [answer]: key };
        localStorage.setItem("fewscope-keys", JSON.stringify(this.rebound));
        this.changed();
      },
      say: (text) => this.say(text),
      answer: (items, answer, how) => this.answer(items, answer, how),
      act: (action) => this.act(action),
      takeFromQueue: () => {
        this.queue = this.queue.slice(1);
        this.fill();
        this.changed();
      },
    };
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
    this.unsent.push({ uuid: fresh(), by: this.by, action });
    this.changed();
    void this.sendAll();
  }

  /** Sends what was done, in order; what fails on the way is sent again, and counts once. */
  private async sendAll(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      while (this.unsent.length > 0) {
        const events = this.unsent.slice(0, 100);
        try {
          await send("/api/events", { events });
          this.message = "";
        } catch (error) {
          if (error instanceof TypeError) {
            this.say(
              `${this.unsent.length} not kept yet: the program does not answer. Trying again.`,
            );
            await new Promise((resolve) => setTimeout(resolve, 1000));
            continue;
          }
          this.say(error instanceof Error ? error.message : String(error));
        }
        this.unsent = this.unsent.slice(events.length);
      }
    } finally {
      this.sending = false;
    }
    await this.load();
    await this.load(true);
  }

  /** Whether something is on its way; a page that is left then asks first. */
  get busy(): boolean {
    return this.unsent.length > 0;
  }

  /** Asks the server for how things stand. */
  async load(wait = false): Promise<void> {
    if (this.loading && !wait) return;
    this.loading = true;
    try {
      const by = encodeURIComponent(this.by);
      const state = await get<State>(`/api/state?by=${by}${wait ? "&wait=yes" : ""}`);
      // What was done meanwhile is not in this answer.
      if (this.unsent.length === 0) {
        this.state = state;
        this.reindex();
      }
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
    } finally {
      this.loading = false;
    }
    this.fill();
    this.changed();
  }

  private reindex(): void {
    this.index = new Map(this.state.items.map(({ id }, i) => [id, i]));
  }

  /** Asks for more before the last one is answered. */
  private fill(): void {
    if (this.queue.length > 3 || this.filling) return;
    this.filling = true;
    void get<Asked[]>(`/api/next?count=10&by=${encodeURIComponent(this.by)}`)
      .then((more) => {
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
        this.changed();
      });
  }
}
