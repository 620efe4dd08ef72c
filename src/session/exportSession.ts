import * as path from "node:path";
import { defined, imageSet, writeFileAtomically, type Channel, type ImageSet } from "../core";
import { writeGwy, writeNpzImages } from "../formats";
import { csvTable } from "./csv";
import { densities } from "./densities";
import type { Item } from "./items";
import type { Session } from "./openSession";
import { className, resolveItems, type Resolved } from "./resolved";
import { readEventsThatStand } from "./standing";

/**
 * Writes all that a session found: `features.csv` (one row a feature, the expert's label and the model's word in columns of their own), `labels-raw.csv` (every
 * event), a `.gwy` of each scan with the classified features as mask and their classes as channels, `coco.json`, `label-studio.json`, `images.npz`
 * and `densities.csv`. Only an expert's labels are labels in them.
 * @returns the files written
 * @throws InputError if the folder cannot be written
 */
export function exportSession(session: Session, folder: string): string[] {
  const resolved = resolveItems(session);
  const written: string[] = [];
  const write = (name: string, content: string | Uint8Array): void => {
    const file = path.join(folder, name);
    writeFileAtomically(file, content);
    written.push(file);
  };
  write("features.csv", featureTable(session, resolved));
  write("labels-raw.csv", rawTable(session));
  write("images.npz", writeNpzImages(sessionImages(session)));
  write("label-studio.json", labelStudio(session, resolved));
  if (session.scans.length > 0) {
    write("coco.json", coco(session, resolved));
    write("densities.csv", densityTable(session));
    const names = new Set<string>();
    session.scans.forEach((_, s) =>
      write(`${freeName(session.scans[s].name, names)}.gwy`, classified(session, resolved, s)),
    );
  }
  return written;
}

/** The images of a session with the labels that experts gave, for a study. */
export function sessionImages(session: Session): ImageSet {
  const kept = [...session.items.keys()].filter(
    (i) => !session.state.removed.has(session.items[i].id),
  );
  const { classes } = session.state;
  const resolved = new Map(resolveItems(session).map((one) => [one.item.id, one]));
  const { shape, unit, nmPerPixel } = session.images;
  return imageSet({
    name: session.images.name,
    pixels: session.read(kept),
    shape,
    ids: kept.map((i) => session.items[i].id),
    groups: kept.map((i) => groupOf(session, i)),
    labels: kept.map((i) => {
      const label = resolved.get(session.items[i].id)?.label;
      return classes.findIndex(({ id }) => id === label);
    }),
    classNames: classes.map(({ name }) => name),
    unit,
    ...defined({ nmPerPixel }),
  });
}

function groupOf({ items, scans, images }: Session, i: number): string {
  const { scan } = items[i];
  return scan >= 0 ? scans[scan].name : images.groups[i];
}

const short = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Number(value.toPrecision(7));

function featureTable(session: Session, resolved: readonly Resolved[]): string {
  const { unit } = session.images;
  const factor = unit === "pm" ? 1e12 : 1;
  const header = [
    "id,scan,file,x_nm,y_nm,box_width_nm,box_height_nm,area_nm2",
    unit === "pm" ? "height_pm" : "value",
    "polarity,score,label,answer,by,seconds,prediction,probability,verdict,audit,class,source,model,experts,disputed",
  ].join(",");
  const rows = resolved.map((one) => {
    const { item, answer, label } = one;
    const place = item.place;
    const scan = item.scan < 0 ? undefined : session.scans[item.scan];
    const measured = place === undefined || place.areaNm2 === 0 ? undefined : place;
    return [
      item.id,
      scan?.name,
      scan?.file,
      short(place?.xNm),
      short(place?.yNm),
      short(measured?.widthNm),
      short(measured?.heightNm),
      short(measured?.areaNm2),
      short(measured === undefined ? undefined : measured.height * factor),
      measured?.polarity,
      short(measured?.score),
      className(session, label),
      answer?.kind,
      answer?.by,
      short(answer?.how.activeMs === undefined ? undefined : answer.how.activeMs / 1000),
      className(session, one.prediction),
      short(one.probability),
      one.verdict,
      one.audit,
      className(session, one.class),
      one.source,
      session.model?.version,
      session.state.opinions.get(item.id)?.size ?? (answer === undefined ? 0 : 1),
      one.disputed,
    ];
  });
  return csvTable(header.split(","), rows);
}

function rawTable(session: Session): string {
  const stands = readEventsThatStand(session.events);
  const header =
    "seq,uuid,at,by,kind,item,class,name,blind,reason,active_ms,shown_at,answered_at,low,high,shown_prediction,model,stands";
  const rows = session.events.flatMap((event) => {
    const { seq, uuid, at, by, action, model } = event;
    const items = "items" in action ? action.items : ["item" in action ? action.item : undefined];
    const how = "how" in action ? action.how : undefined;
    return items.map((item) => [
      seq,
      uuid,
      at,
      by,
      action.kind,
      item,
      "class" in action ? action.class : undefined,
      "name" in action ? action.name : undefined,
      how?.blind,
      how?.reason,
      how?.activeMs,
      how?.shownAt,
      how?.answeredAt,
      how?.low,
      how?.high,
      how?.shownPrediction,
      model,
      stands.has(uuid),
    ]);
  });
  return csvTable(header.split(","), rows);
}

function densityTable(session: Session): string {
  const header =
    "scan,area_nm2,class,by_expert,by_model,undecided_on_area,per_nm2,poisson_low_95,poisson_high_95";
  const rows = densities(session).map((one) => [
    one.scan,
    short(one.areaNm2),
    one.class,
    one.byExpert,
    one.byModel,
    one.undecided,
    short(one.perNm2),
    short(one.low),
    short(one.high),
  ]);
  return csvTable(header.split(","), rows);
}

/**
 * A scan with its classified features as a mask and two more channels of class numbers, from 1: "class" is what an expert said or the model promises, "guess" the likeliest class
 * of every feature.
 */
function classified(session: Session, resolved: readonly Resolved[], s: number): Uint8Array {
  const { scan, name } = session.scans[s];
  const { classes } = session.state;
  const numberOf = (id: string | undefined): number =>
    id === "nothing" ? 0 : 1 + classes.findIndex((known) => known.id === id);
  const own = resolved.filter(({ item }) => item.scan === s);
  const mask = painted(session, s, new Map(own.map((one) => [one.item.id, numberOf(one.class)])));
  const guess = painted(
    session,
    s,
    new Map(own.map((one) => [one.item.id, numberOf(one.class ?? one.prediction)])),
  );
  const legend = classes.map(({ name: word }, c) => [`fewscope class ${c + 1}`, word] as const);
  const channel = (title: string, data: Float64Array): Channel => ({
    name: title,
    unit: "",
    direction: "forward",
    data,
  });
  return writeGwy(
    {
      ...scan,
      name,
      channels: [...scan.channels, channel("class", mask), channel("guess", guess)],
      metadata: { ...scan.metadata, ...Object.fromEntries(legend) },
    },
    { mask },
  );
}

/** Numbers of features where they lie on a scan; 0 for the surface. */
function painted(session: Session, s: number, numbers: ReadonlyMap<string, number>): Float64Array {
  const { mask } = session.scans[s];
  const added = new Set(session.state.added.map(({ item }) => item));
  const here = session.items.filter((item) => item.scan === s);
  // Found features stand in the mask in the order of the items of their scan.
  const found = here.filter(({ id }) => !added.has(id)).map(({ id }) => numbers.get(id) ?? 0);
  const out = Float64Array.from(mask, (feature) => (feature > 0 ? (found[feature - 1] ?? 0) : 0));
  for (const item of here) {
    const value = numbers.get(item.id) ?? 0;
    if (added.has(item.id) && value > 0) paintDisc(out, session, item, value);
  }
  return out;
}

/** A disc of half a nanometre for what somebody pointed at, since its outline is not known. */
function paintDisc(numbers: Float64Array, session: Session, item: Item, value: number): void {
  const { scan } = session.scans[item.scan];
  const { place } = item;
  if (place === undefined) return;
  const nm = [0, 1].map((a) => (scan.sizeMetres[a] * 1e9) / (a === 0 ? scan.width : scan.height));
  const [x, y] = [place.xNm / nm[0], place.yNm / nm[1]];
  const [rx, ry] = nm.map((size) => Math.max(0.5, 0.5 / size));
  for (let row = Math.max(0, Math.floor(y - ry)); row < Math.min(scan.height, y + ry); row++)
    for (
      let column = Math.max(0, Math.floor(x - rx));
      column < Math.min(scan.width, x + rx);
      column++
    )
      if (Math.hypot((column + 0.5 - x) / rx, (row + 0.5 - y) / ry) <= 1)
        numbers[row * scan.width + column] = value;
}

/** Scans as images, an expert's labels as boxes in pixels from the top left; classes in order, also empty ones. */
function coco(session: Session, resolved: readonly Resolved[]): string {
  const categories = session.state.classes.map(({ name }, c) => ({ id: c + 1, name }));
  const images = session.scans.map(({ name, file, hash, scan }, s) => ({
    id: s + 1,
    file_name: name,
    width: scan.width,
    height: scan.height,
    file: path.basename(file),
    sha256: hash,
    nm_per_pixel: [0, 1].map(
      (a) => (scan.sizeMetres[a] * 1e9) / (a === 0 ? scan.width : scan.height),
    ),
  }));
  const annotations = resolved.flatMap((one, i) => {
    const { item, label, answer } = one;
    const category = session.state.classes.findIndex(({ id }) => id === label);
    if (category < 0 || item.place === undefined) return [];
    const box = boxOf(session, one);
    return [
      {
        id: i + 1,
        image_id: item.scan + 1,
        category_id: category + 1,
        bbox: box,
        area: box[2] * box[3],
        iscrowd: 0,
        attributes: { id: item.id, by: answer?.by },
      },
    ];
  });
  return `${JSON.stringify({ images, categories, annotations }, undefined, 1)}\n`;
}

function boxOf(session: Session, { item }: Resolved): number[] {
  const { scan } = session.scans[item.scan];
  const [across, down] = scan.sizeMetres.map((metres) => metres * 1e9);
  const { xNm = 0, yNm = 0, widthNm = 0, heightNm = 0 } = item.place ?? {};
  const [w, h] = [widthNm || 1, heightNm || 1];
  const px = (nm: number, length: number, pixels: number): number =>
    Number(((nm / length) * pixels).toFixed(3));
  return [
    px(xNm - w / 2, across, scan.width),
    px(yNm - h / 2, down, scan.height),
    px(w, across, scan.width),
    px(h, down, scan.height),
  ];
}

/** One task a feature, the expert's label as annotation, the model's word as prediction. */
function labelStudio(session: Session, resolved: readonly Resolved[]): string {
  const result = (name: string): object[] => [
    { from_name: "class", to_name: "image", type: "choices", value: { choices: [name] } },
  ];
  const tasks = resolved.map(({ item, label, answer, prediction, probability }, i) => ({
    id: i + 1,
    data: { image: item.id, x_nm: item.place?.xNm, y_nm: item.place?.yNm },
    annotations:
      answer === undefined
        ? []
        : [
            {
              completed_by: { email: answer.by },
              was_cancelled: label === undefined,
              lead_time: (answer.how.activeMs ?? 0) / 1000,
              result: label === undefined ? [] : result(className(session, label)),
            },
          ],
    predictions:
      prediction === undefined
        ? []
        : [
            {
              model_version: String(session.model?.version ?? 0),
              score: probability,
              result: result(className(session, prediction)),
            },
          ],
  }));
  return `${JSON.stringify(tasks, undefined, 1)}\n`;
}

/** A name that a file can be called, and no other of this export is. */
function freeName(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^\p{L}\p{N}._()+-]+/gu, "-").replace(/^\.+/, "") || "scan";
  let own = plain;
  for (let n = 2; taken.has(own.toLowerCase()); n++) own = `${plain} (${n})`;
  taken.add(own.toLowerCase());
  return own;
}
