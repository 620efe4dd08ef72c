import type { Rng } from "./rng";
import type { Known } from "./settings";
import type { Tensor, Tensor2D, Tensor4D, Variable } from "./backend";

/** Class index of an image whose label is hidden or unknown. */
export const UNLABELLED = -1;

/** One measured image: SI units, row 0 at the top of the surface, column 0 at the left. Immutable. */
export interface Scan {
  readonly name: string;
  /** For example Z trace, Z retrace, current trace. */
  readonly channels: readonly Channel[];
  /** Pixels along the fast axis. */
  readonly width: number;
  /** Pixels along the slow axis. */
  readonly height: number;
  /** Frame size in metres, so pixels need not be square. */
  readonly sizeMetres: readonly [x: number, y: number];
  /** Rows really measured; the others are NaN. */
  readonly completedRows: number;
  readonly scanDirection: "up" | "down" | "unknown";
  /** Seconds for one line, trace only. */
  readonly lineSeconds?: number;
  /** Sample bias in volts. */
  readonly biasVolts?: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** Every step applied, with its parameters. */
  readonly history: readonly string[];
}

/** One quantity of a scan, row-major, in its SI unit. */
export interface Channel {
  readonly name: string;
  readonly unit: string;
  readonly direction: "forward" | "backward";
  readonly data: Float64Array;
}

/** Where the pixels are: bytes, 16-bit or float in memory, or a file read in slices. They come out as float32, NHWC. */
export interface Pixels {
  /**
   * Reads the images with these indices. n -> [n*h*w*c]
   * @param to room for them, which whoever reads from memory may take instead of new memory; the result tells whether it did
   */
  read(indices: ArrayLike<number>, to?: Float32Array): Float32Array;
}

/** n images of equal size. Immutable; make changed copies with core/imageSet.ts. */
export interface ImageSet {
  readonly name: string;
  /** A million unlabelled patches need not fit in memory. */
  readonly pixels: Pixels;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** n; class index or UNLABELLED. */
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
  /** n, unique, stable between runs. */
  readonly ids: readonly string[];
  /** n; images of one source never straddle a split. */
  readonly groups: readonly string[];
  /** "byte" values lie in [0,1] after reading; a physical unit such as "pm" keeps its values. */
  readonly unit: string;
  readonly nmPerPixel?: number;
  /** What may be done to every image without another class coming out; nothing where it is left out. Ready views mirror and turn by it. */
  readonly keepsClass?: readonly Symmetry[];
  /** n; the published split of the set, where it has one. */
  readonly parts?: readonly SetPart[];
  /** n; where each image was cut from its group, so that overlap can be told. */
  readonly windows?: readonly ImageWindow[];
}

/**
 * A change of images after which a pixel grid is one again. "mirrorX": left and right change places. "mirrorY": top and bottom do. "halfTurn": by 180
 * degrees. "quarterTurns": by 90 degrees and its multiples.
 */
export type Symmetry = "mirrorX" | "mirrorY" | "halfTurn" | "quarterTurns";

/** What augmentations may go by of a set. */
export type AboutImages = Partial<Pick<ImageSet, "keepsClass" | "nmPerPixel" | "shape" | "unit">>;

/** What a set's authors meant an image for. */
export type SetPart = "train" | "test" | "unlabelled";

/** A square cut from a larger image, in pixels of that image. */
export interface ImageWindow {
  /** Centre column. */
  readonly x: number;
  /** Centre row. */
  readonly y: number;
  /** Edge length. */
  readonly size: number;
}

/** A random change of images that keeps their class: pure, with an own draw for each image. [b,h,w,c] -> [b,h',w',c] */
export interface Augmentation extends Known {
  (images: Tensor4D, rng: Rng): Tensor4D;
  /**
   * The same for the images of a set, where it goes by the set: it mirrors and turns only where that keeps their classes. Its settings stay as they are,
   * since the images are named beside them.
   */
  readonly forSet?: ((about: AboutImages) => Augmentation) | undefined;
}

/** What a long run reports after each step. */
export interface ProgressEvent {
  /** What is being done, for example "SimCLR". */
  readonly task: string;
  readonly done: number;
  readonly total: number;
  /** What `done` counts, for example "step". */
  readonly unit?: string;
  /** Numbers worth showing, for example the loss. */
  readonly values?: Readonly<Record<string, number>>;
}

/** What a long run gets from its caller: a listener, a way to stop, and a place to keep its checkpoint. */
export interface Progress {
  readonly report?: (event: ProgressEvent) => void;
  /** Hears a word that is worth a line of its own. */
  readonly note?: (text: string) => void;
  /** Checked at every step; a stopped run throws its reason and can be resumed from the checkpoint. */
  readonly signal?: AbortSignal;
  /** File in which the run keeps its checkpoint; a run that finds one there resumes from it. */
  readonly checkpoint?: string;
  /** Seconds between two checkpoints; they change no result. @default 30 */
  readonly checkpointSeconds?: number;
  /** What tells the images and labels of this run from those of others, for its checkpoint. @default a hash of them */
  readonly identity?: string;
  /** Called once at the end of a training with what is worth keeping, for example the loss of each step. */
  readonly keep?: ((name: string, values: Float32Array) => void) | undefined;
}

/** Weights and the function over them, for those who train. */
export interface Network {
  /** What rebuilds this network without its weights: plain JSON. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** All weights and running statistics, by stable name, in a stable order. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Length of what `apply` gives for one image. */
  readonly dim: number;
  /** Runs the network; `training` uses batch statistics and updates the running ones. [b,h,w,c] -> [b,d] */
  apply(images: Tensor4D, training: boolean): Tensor2D;
  dispose(): void;
}

/** Turns images into vectors. */
export interface Encoder {
  readonly dim: number;
  /** Frozen embedding, evaluation mode. [b,h,w,c] -> [b,d] */
  embed(images: Tensor4D): Tensor2D;
  /** Whether an embedding is nothing but the image's values, which then need not go through a tensor. @default false */
  readonly asTheyAre?: boolean;
  /** The network behind it, where there is one; fine-tuning needs it. */
  readonly network?: Network;
  /** The last weights of the training, where this encoder has their moving average; for those who compare. It is freed with this one. */
  readonly last?: Encoder;
  /** An independent copy, with own weights. */
  clone(): Encoder;
  /** Writes the encoder, so that it can be read again. */
  save(file: string): Promise<void>;
  dispose(): void;
}

/** Learns an encoder from images whose labels are all hidden. */
export interface Pretrain extends Known {
  (images: ImageSet, rng: Rng, on?: Progress): Promise<Encoder>;
}

/** Tells classes. */
export interface Classifier {
  /** Class probabilities, row-major. n images -> [n*classes], rows sum to 1. */
  predict(images: ImageSet): Promise<Float32Array>;
  /** The same by the last weights of the training, where `predict` uses their moving average; for those who compare. */
  readonly predictByLast?: (images: ImageSet) => Promise<Float32Array>;
  dispose(): void;
}

/** Rows of features; -1 for rows without a label. */
export interface LabelledRows {
  /** Row-major, [n*d]. */
  readonly features: Float32Array;
  /** n; class index or UNLABELLED. */
  readonly labels: Int32Array;
  /** Length of a row, d. */
  readonly dim: number;
  readonly classNames: readonly string[];
}

/** Class probabilities of rows of features, row-major. [n*d] -> [n*classes], rows sum to 1 */
export type PredictRows = (features: Float32Array) => Float32Array;

/** Learns to tell classes by features alone; rows without a label it may use as such. */
export type FitRows = (rows: LabelledRows, rng: Rng, on?: Progress) => Promise<PredictRows>;

/** Learns a classifier from the labelled images of `train`; those with label -1 it may use unlabelled. */
export interface Classify extends Known {
  (encoder: Encoder, train: ImageSet, rng: Rng, on?: Progress): Promise<Classifier>;
  /** What learns from embeddings, where nothing else is needed: a study then embeds each image once for all its trials. */
  readonly fit?: FitRows;
}

/** A technique: what it learns without labels, and what it learns from n labels. */
export interface Method {
  readonly name: string;
  readonly pretrain: Pretrain;
  readonly classify: Classify;
}

/**
 * How a budget counts labels: of each class; in all, as evenly over the classes as can be; or in all, drawn as they come, so that rare classes may get
 * none.
 */
export type LabelCounting = "perClass" | "total" | "asTheyCome";

/** One cell of a study. */
export interface Trial {
  readonly dataset: string;
  readonly method: string;
  /** Labels of each class, or in all where `counting` says so; 0 stands for all labels of the pool. */
  readonly labelsPerClass: number;
  /** How labels are counted. @default "perClass" */
  readonly counting?: LabelCounting;
  /** Which draw of labelled images, from 0. */
  readonly draw: number;
  readonly seed: number;
}

/** A finished trial. */
export interface Result extends Trial {
  readonly accuracy: number;
  /** Mean recall of the classes present in the test images. */
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  readonly nTest: number;
  /** Distinct labels that any step of the trial could read. */
  readonly labelsRead: number;
}

/** Plain plotly JSON. */
export interface Figure {
  readonly data: readonly object[];
  readonly layout: object;
}

/** A list of named tensors, for those who save or step them. */
export type NamedTensors = ReadonlyMap<string, Tensor>;
