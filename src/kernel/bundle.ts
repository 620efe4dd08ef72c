import { inspect } from "node:util";

/** One output in several forms, by MIME type; bytes are sent as base64. */
export type Bundle = Readonly<Record<string, unknown>>;

/** A value can say itself how it is shown, as in other JavaScript kernels. */
const displayMethod = Symbol.for("Jupyter.display");

/** The forms in which a value is shown. */
export async function bundleOf(value: unknown): Promise<Bundle> {
  if (typeof value === "object" && value !== null && displayMethod in value) {
    const method = (value as Record<symbol, unknown>)[displayMethod];
    const shown: unknown = typeof method === "function" ? await method.call(value) : undefined;
    if (typeof shown === "object" && shown !== null) return shown as Bundle;
  }
  return { "text/plain": inspect(value) };
}

/** The forms as a message holds them. */
export function encodeBundle(bundle: Bundle): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(bundle).map(([type, value]) => [
      type,
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    ]),
  );
}
