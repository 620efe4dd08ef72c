/** What a name stands for, one for all cells: whoever reads or writes `$` reads or writes the same variable. */
export interface Binding {
  /** The value; reading it before there is one fails as it does in any module. */
  $: unknown;
  /** Takes the first value of a new declaration. */
  set first(value: unknown);
  /** Takes the value of a new constant. */
  set constant(value: unknown);
}

/** The names at the top of all cells. */
export interface Scope {
  /** The binding of a name, made where there is none. */
  readonly binding: (name: string) => Binding;
  /** The same for a name that no cell has declared so far: it means what is global, until a cell declares it. */
  readonly global: (name: string, get: () => unknown, set: (value: unknown) => void) => Binding;
  /** Makes a name a variable of `var`: it keeps what it holds. */
  readonly hoist: (name: string) => void;
  /** Makes a name stand for something else's value, as imported names do. */
  link(name: string, get: () => unknown): void;
  /** Whether a cell has given the name a value. */
  readonly has: (name: string) => boolean;
  /** Names that got a value of a new declaration since this was last asked. */
  takeReached(): ReadonlySet<string>;
}

export function createScope(): Scope {
  const bindings = new Map<string, Binding>();
  /** Names that only stand for what is global. */
  const globals = new Set<string>();
  let reached = new Set<string>();

  class CellBinding implements Binding {
    declare $: unknown;
    readonly #name: string;
    constructor(name: string) {
      this.#name = name;
    }
    set first(value: unknown) {
      this.#declare({ value, writable: true });
    }
    set constant(value: unknown) {
      this.#declare({ value, writable: false });
    }
    #declare(value: PropertyDescriptor): void {
      globals.delete(this.#name);
      reached.add(this.#name);
      Object.defineProperty(this, "$", { ...value, enumerable: true, configurable: true });
    }
    missing(): never {
      throw new ReferenceError(`Cannot access '${this.#name}' before initialization`);
    }
  }
  // Beneath a value, so that it is met where there is none.
  const missing = function (this: CellBinding): never {
    return this.missing();
  };
  Object.defineProperty(CellBinding.prototype, "$", { get: missing, set: missing });

  const binding = (name: string): Binding => {
    const known = bindings.get(name);
    if (known !== undefined) return known;
    const made = new CellBinding(name);
    bindings.set(name, made);
    return made;
  };
  const own = (name: string): PropertyDescriptor | undefined =>
    Object.getOwnPropertyDescriptor(bindings.get(name) ?? {}, "$");

  return {
    binding,
    global: (name, get, set) => {
      const made = binding(name);
      if (own(name) !== undefined) return made;
      globals.add(name);
      Object.defineProperty(made, "$", { get, set, enumerable: true, configurable: true });
      return made;
    },
    hoist: (name) => {
      const made = binding(name);
      const isGlobal = globals.has(name);
      if (!isGlobal && own(name)?.writable === true) reached.add(name);
      else made.first = isGlobal || own(name) === undefined ? undefined : made.$;
    },
    link: (name, get) => {
      const made = binding(name);
      globals.delete(name);
      reached.add(name);
      Object.defineProperty(made, "$", { get, enumerable: true, configurable: true });
    },
    has: (name) => own(name) !== undefined && !globals.has(name),
    takeReached: () => {
      const taken = reached;
      reached = new Set();
      return taken;
    },
  };
}
