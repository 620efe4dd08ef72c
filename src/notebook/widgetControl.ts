import type { Comms } from "./host";
import { packState } from "./widgetState";

/** The states of all widgets, by their id. */
const states = new Map<string, () => Record<string, unknown>>();
let listening: Comms | undefined;

/**
 * Tells the states of all widgets to a page that asks for them, as one does that is opened while the kernel runs.
 * @see https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md
 */
export function answerForAll(comms: Comms, id: string, state: () => Record<string, unknown>): void {
  states.set(id, state);
  if (listening === comms) return;
  listening = comms;
  comms.onOpen("jupyter.widget.control", (comm) =>
    comm.onMessage(({ data }) => {
      if (data["method"] !== "request_states") return;
      const all = Object.fromEntries([...states].map(([each, own]) => [each, model(own())]));
      const { state: packed, buffer_paths, buffers } = packState(all);
      comm.send({ method: "update_states", states: packed, buffer_paths }, { buffers });
    }),
  );
}

const model = (state: Record<string, unknown>): Record<string, unknown> => ({
  model_name: state["_model_name"],
  model_module: state["_model_module"],
  model_module_version: state["_model_module_version"],
  state,
});
