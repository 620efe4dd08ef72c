import { kernelHost } from "./host";

/** How outputs are cleared. */
export interface ClearOptions {
  /** Only when something new is shown, so that the page does not flicker. @default false */
  readonly wait?: boolean;
}

/** Clears what the running cell has shown so far. Outside a notebook it does nothing. */
export function clear({ wait = false }: ClearOptions = {}): void {
  kernelHost()?.clear(wait);
}
