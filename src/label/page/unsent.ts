/**
 * What was done and is not on the disk yet. The browser keeps it too, so that a page that is opened after the program or the page itself broke off sends it; what
 * is sent twice counts once.
 */
export class Unsent {
  private readonly prefix: string;
  private readonly own: string;
  private events: unknown[] = [];

  constructor(folder: string) {
    this.prefix = `fewscope-unsent ${folder} `;
    this.own = this.prefix + crypto.randomUUID();
    const left = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
    for (const key of left)
      this.events.push(...(JSON.parse(localStorage.getItem(key) ?? "[]") as unknown[]));
    this.keep();
    for (const key of left) localStorage.removeItem(key);
  }

  get length(): number {
    return this.events.length;
  }

  first(count: number): readonly unknown[] {
    return this.events.slice(0, count);
  }

  add(event: unknown): void {
    this.events.push(event);
    this.keep();
  }

  /** Forgets the first ones, which the server has. */
  drop(count: number): void {
    this.events = this.events.slice(count);
    this.keep();
  }

  private keep(): void {
    try {
      if (this.events.length === 0) localStorage.removeItem(this.own);
      else localStorage.setItem(this.own, JSON.stringify(this.events));
    } catch {
      // A full store of the browser: they are still here, and sent as long as the page stays.
    }
  }
}
