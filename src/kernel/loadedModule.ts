import { types } from "node:util";

/** A module that is there, whichever way it was written. */
export interface LoadedModule {
  /** What the module exports under a name now; imported names are live. */
  get(name: string): unknown;
  /** All that it exports, as `import * as` gives it. */
  readonly namespace: object;
  /** What `require` gives. */
  readonly required: unknown;
  /** The names of its exports, but for `default`. */
  names(): string[];
}

const namespaces = new WeakMap<object, object>();

/** Makes what code imports out of what node or the kernel has loaded. */
export function loadedModule(required: unknown): LoadedModule {
  if (types.isModuleNamespaceObject(required)) {
    const namespace = required as Record<string, unknown>;
    return {
      get: (name) => namespace[name],
      namespace,
      required: asCommonJs(namespace),
      names: () => namesOf(namespace),
    };
  }
  const value = (isObject(required) ? required : {}) as Record<string, unknown>;
  // What a compiler made of an ES module says so, and has a default of its own.
  const isCompiled = value["__esModule"] === true;
  return {
    get: (name) => (name === "default" && !isCompiled ? required : value[name]),
    namespace: isCompiled ? value : namespaceOf(value, required),
    required,
    names: () => namesOf(value),
  };
}

const isObject = (value: unknown): boolean =>
  (typeof value === "object" && value !== null) || typeof value === "function";

const namesOf = (value: object): string[] =>
  Object.keys(value).filter((name) => name !== "default" && name !== "__esModule");

/** The same object each time, with the module itself as its default. */
function namespaceOf(value: Record<string, unknown>, required: unknown): object {
  const known = namespaces.get(value);
  if (known !== undefined) return known;
  const namespace: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(value))
    if (name !== "default")
      Object.defineProperty(namespace, name, { enumerable: true, get: () => value[name] });
  Object.defineProperty(namespace, "default", { enumerable: true, value: required });
  namespaces.set(value, namespace);
  return namespace;
}

/** An ES module as compiled code expects it from `require`. */
function asCommonJs(namespace: Record<string, unknown>): unknown {
  if (namespace["__esModule"] === true) return namespace;
  const known = namespaces.get(namespace);
  if (known !== undefined) return known;
  const made = {};
  Object.defineProperty(made, "__esModule", { value: true });
  for (const name of Object.keys(namespace))
    Object.defineProperty(made, name, { enumerable: true, get: () => namespace[name] });
  namespaces.set(namespace, made);
  return made;
}
