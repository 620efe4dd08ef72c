import type * as Core from "preact";
import type * as Hooks from "preact/hooks";

// Loaded before this module, as plain scripts from the same place.
const loaded = globalThis as unknown as {
  readonly preact: typeof Core;
  readonly preactHooks: typeof Hooks;
};

/** Preact and its hooks. */
export const { h, render, Fragment } = loaded.preact;
export const { useEffect, useLayoutEffect, useRef, useState } = loaded.preactHooks;
/** What a view gives. */
export type View = Core.JSX.Element;
