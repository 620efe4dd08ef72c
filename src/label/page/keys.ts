import { useLayoutEffect } from "./preact.js";

/**
 * Hears keys wherever the focus is. Who listens is changed together with what is seen, not a frame later: a quick key would
 * otherwise answer what stood there before.
 */
export function useKeys(press: (event: KeyboardEvent) => void): void {
  useLayoutEffect(() => {
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
}
