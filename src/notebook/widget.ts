import { AsyncResource } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { InputError } from "../core";
import { kernelHost, present, type Bundle, type Comm, type CommMessage } from "./host";
import { answerForAll } from "./widgetControl";
import { packState, unpackState } from "./widgetState";

/** What a widget is made of. */
export interface WidgetOptions<State extends object> {
  /**
   * The text of an ES module for the page, of the kind that anywidget takes: `export default { render({ model, el }) {} }`. It
   * reads with `model.get(name)`, writes with `model.set(name, value); model.save_changes()`, and hears with
   * `model.on("change:name", ...)`.
   * @see https://anywidget.dev/en/afm/
   */
  readonly esm: string;
  /** Style sheet of the page. @default none */
  readonly css?: string;
  /** What the page and the cells share: plain JSON, and typed arrays, which the page gets as DataView. */
  readonly state: State;
  /** What stands in its place where nobody can move it: other forms by MIME type, for example a picture. @default the state as text */
  readonly still?: (state: Readonly<State>) => Bundle;
}

/** A part of a page whose state cells share. As the last expression of a cell it is shown. */
export interface Widget<State extends object> {
  get<Name extends keyof State>(name: Name): State[Name];
  /** Changes parts of the state, on the page too. */
  set(changes: Partial<State>): void;
  /** Calls a function whenever a part changes, by a cell or on the page. Gives a function that ends this. */
  on<Name extends keyof State>(
    name: Name,
    handler: (value: State[Name], before: State[Name]) => void,
  ): () => void;
  /** Sends the page a message beside the state: `model.on("msg:custom", ...)` hears it. */
  send(message: object, buffers?: readonly Uint8Array[]): void;
  /** Hears messages that the page sends with `model.send(...)`. */
  onMessage(handler: (message: unknown, buffers: readonly Uint8Array[]) => void): void;
  /** Shows it below the cell that calls this. */
  show(): void;
  /** Takes it off the page. */
  close(): void;
}

/**
 * Makes a widget: a part of the page, drawn by code in the page, that moves with the cells both ways while the notebook runs.
 * JupyterLab needs anywidget for it, which `npm run lab` brings. Where a program runs the notebook, as nbconvert does, and
 * outside a notebook, its still form is shown.
 * @throws InputError if a name of the state begins with "_", which are the widget's own
 * @see https://anywidget.dev
 */
export function widget<State extends object>(options: WidgetOptions<State>): Widget<State> {
  const { esm, css = "", state, still = asText } = options;
  checkNames(Object.keys(state));
  const id = randomUUID();
  const current = { ...state } as Record<string, unknown>;
  const handlers = new Map<string, Set<(value: never, before: never) => void>>();
  let heard: (message: unknown, buffers: readonly Uint8Array[]) => void = () => undefined;

  const change = (changes: Readonly<Record<string, unknown>>): Record<string, unknown> => {
    const news = Object.entries(changes).filter(
      ([name, value]) => !Object.is(current[name], value),
    );
    for (const [name, value] of news) {
      const before = current[name];
      current[name] = value;
      for (const handler of handlers.get(name) ?? []) handler(value as never, before as never);
    }
    return Object.fromEntries(news);
  };
  const whole = (): Record<string, unknown> => ({ ...modelState(id, esm, css), ...current });
  const comm = openComm(id, whole);

  const hear = ({ data, buffers }: CommMessage): void => {
    if (data["method"] === "request_state") tell("update", whole());
    else if (data["method"] === "custom") heard(data["content"], buffers);
    else if (data["method"] === "update") {
      const paths = data["buffer_paths"] as readonly (readonly (string | number)[])[] | undefined;
      const changes = unpackState(data["state"] as Record<string, unknown>, paths, buffers);
      // Other pages that show it hear of it too.
      tell("echo_update", changes);
      change(changes);
    }
  };
  const tell = (method: "update" | "echo_update", changes: Record<string, unknown>): void => {
    const { buffers, ...packed } = packState(changes);
    comm?.send({ method, ...packed }, { buffers });
  };
  comm?.onMessage(hear);

  const bundle = (): Bundle & { "text/plain": string } => {
    const shown = current as State;
    const form = { ...asText(shown), ...still(shown) } as Bundle & { "text/plain": string };
    const isAlive = comm !== undefined && kernelHost()?.interactive === true;
    return isAlive
      ? { [viewType]: { version_major: 2, version_minor: 0, model_id: id }, ...form }
      : form;
  };
  const made: Widget<State> = {
    get: (name) => current[name as string] as never,
    set: (changes) => {
      checkNames(Object.keys(changes));
      const news = change(changes);
      if (Object.keys(news).length > 0) tell("update", news);
    },
    on: (name, handler) => {
      const all = handlers.get(name as string) ?? new Set();
      const own = ofThisCell(handler);
      handlers.set(name as string, all.add(own));
      return () => void all.delete(own);
    },
    send: (content, buffers = []) => comm?.send({ method: "custom", content }, { buffers }),
    onMessage: (handler) => {
      heard = ofThisCell(handler);
    },
    show: () => present(bundle()),
    close: () => comm?.close(),
  };
  return Object.assign(made, { [Symbol.for("Jupyter.display")]: bundle });
}

/** What a function prints when the page calls it, or the error that it throws, is shown below the cell that gave it. */
function ofThisCell<Values extends unknown[]>(
  handler: (...values: Values) => void,
): (...values: Values) => void {
  return AsyncResource.bind((...values: Values) => {
    try {
      handler(...values);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  });
}

const viewType = "application/vnd.jupyter.widget-view+json";

/** What the front end's model of the kind anywidget knows of itself. */
const modelState = (id: string, esm: string, css: string): Record<string, unknown> => ({
  _model_module: "anywidget",
  _model_name: "AnyModel",
  _model_module_version: ">=0.9.0",
  _view_module: "anywidget",
  _view_name: "AnyView",
  _view_module_version: ">=0.9.0",
  _view_count: null,
  _dom_classes: [],
  _anywidget_id: `fewscope.${id}`,
  _esm: esm,
  _css: css,
});

function openComm(id: string, state: () => Record<string, unknown>): Comm | undefined {
  const host = kernelHost();
  if (host === undefined) return undefined;
  answerForAll(host.comms, id, state);
  const { buffers, ...packed } = packState(state());
  return host.comms.open("jupyter.widget", packed, {
    id,
    buffers,
    metadata: { version: "2.1.0" },
  });
}

const asText = (state: object): { "text/plain": string } => ({
  "text/plain": `A widget, which moves while its notebook runs: ${JSON.stringify(packState(state as Record<string, unknown>).state)}`,
});

function checkNames(names: readonly string[]): void {
  const wrong = names.find((name) => name.startsWith("_"));
  if (wrong === undefined) return;
  throw new InputError({
    got: `a widget's state with the name "${wrong}"`,
    expected: 'names that do not begin with "_"',
    todo: "Choose another name.",
  });
}
