/** A class as the server has it. */
export interface ClassInfo {
  readonly id: string;
  readonly name: string;
}

/** A feature as it stands. */
export interface ItemInfo {
  readonly id: string;
  readonly scan: number;
  readonly x?: number;
  readonly y?: number;
  readonly w?: number;
  readonly h?: number;
  readonly removed?: boolean;
  readonly audit?: boolean;
  readonly kind?: "label" | "skip" | "unsure";
  readonly class?: string;
  readonly seq?: number;
  readonly prediction?: string;
  readonly probability?: number;
  /** 0 none, 1 guess, 2 told, 3 doubtful, 4 unlike. */
  readonly verdict: number;
}

/** Everything that changes. */
export interface State {
  readonly seq: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly classes: readonly ClassInfo[];
  readonly items: readonly ItemInfo[];
  /** What experts gave different classes. */
  readonly disputed: readonly { readonly id: string; readonly classes: readonly string[] }[];
  /** How far each two experts agree, in words. */
  readonly agreements: readonly string[];
  /** Features that another expert answered and this one is asked too. */
  readonly awaited: number;
  readonly model?: {
    readonly version: number;
    readonly trainedOn: number;
    readonly missing: number;
    readonly calibrated: number;
    readonly accuracy?: string;
    readonly sentence: string;
    readonly gain?: string;
  };
}

/** A scan to look at. */
export interface ScanInfo {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly sizeNm: readonly [number, number];
  readonly biasVolts?: number;
  readonly channels: readonly { readonly name: string; readonly unit: string }[];
}

/** Everything that does not. */
export interface Facts {
  readonly folder: string;
  readonly shape: readonly [number, number, number];
  readonly unit: string;
  readonly nmPerPixel?: number;
  readonly scans: readonly ScanInfo[];
}

/** Something to answer, and why. */
export interface Asked {
  readonly item: string;
  readonly reason: string;
}

/** A labelled feature that another is like. */
export interface Neighbour {
  readonly item: string;
  readonly class: string;
  readonly distance: number;
  readonly sameScan: boolean;
  /** How far its label pulls the model's answer, and towards which class. */
  readonly push?: { readonly towards: string; readonly by: number };
}

/** Trades the secret of the address for a cookie, and takes it out of the address. */
export async function login(): Promise<void> {
  const token = location.hash.slice(1);
  if (token === "") return;
  await send("/api/login", { token });
  history.replaceState(null, "", location.pathname);
}

/** What a server says that does not do what it was asked. */
export class ServerError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** What an error says. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A JSON answer. @throws ServerError with the server's words */
export async function get<T>(address: string): Promise<T> {
  return await answer<T>(await fetch(address, { credentials: "same-origin" }));
}

/** Sends JSON. @throws ServerError with the server's words */
export async function send<T>(address: string, body: unknown): Promise<T> {
  return await answer<T>(
    await fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

async function answer<T>(response: Response): Promise<T> {
  const body = (await response.json().catch(() => ({}))) as { error?: string };
  if (response.ok) return body as T;
  if (response.status === 401)
    throw new ServerError(
      401,
      "This page is not let in. Open the address that the terminal shows.",
    );
  throw new ServerError(response.status, body.error ?? `The server says ${response.status}.`);
}

const images = new Map<string, Promise<Float32Array>>();

/** The image of an item; fetched once. Those asked for at the same time are fetched together. */
export function imageOf(item: string, index: number, size: number): Promise<Float32Array> {
  const known = images.get(item);
  if (known !== undefined) return known;
  const made = new Promise<Float32Array>((resolve, reject) => {
    waiting.push({ index, resolve, reject });
    if (waiting.length === 1) queueMicrotask(() => void fetchWaiting(size));
  });
  images.set(item, made);
  made.catch(() => images.delete(item));
  return made;
}

interface Waiting {
  readonly index: number;
  readonly resolve: (image: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

let waiting: Waiting[] = [];

async function fetchWaiting(size: number): Promise<void> {
  const all = waiting;
  waiting = [];
  for (let from = 0; from < all.length; from += 200) {
    const some = all.slice(from, from + 200);
    try {
      const values = await floats(`/api/images?i=${some.map(({ index }) => index).join(",")}`);
      some.forEach(({ resolve }, at) => resolve(values.subarray(at * size, (at + 1) * size)));
    } catch (error) {
      some.forEach(({ reject }) => reject(error));
    }
  }
}

/** Numbers as they are measured. */
export async function floats(address: string): Promise<Float32Array> {
  const response = await fetch(address, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`The server says ${response.status}.`);
  return new Float32Array(await response.arrayBuffer());
}

const scans = new Map<string, Promise<Float32Array>>();

/** A channel of a scan; fetched once. */
export function scanOf(scan: number, channel: number): Promise<Float32Array> {
  const key = `${scan}/${channel}`;
  const found = scans.get(key) ?? floats(`/api/scan/${key}`);
  scans.set(key, found);
  return found;
}
