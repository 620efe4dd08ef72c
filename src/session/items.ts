import type { ImageSet, Scan } from "../core";

/** Where a feature lies on its scan, and what is measured of it. Heights in m. */
export interface FeaturePlace {
  readonly xNm: number;
  readonly yNm: number;
  readonly widthNm: number;
  readonly heightNm: number;
  readonly areaNm2: number;
  readonly height: number;
  readonly polarity: "bright" | "dark";
  readonly score: number;
}

/** Something to be classified. */
export interface Item {
  /** Unique and the same each time the session is opened. */
  readonly id: string;
  /** Which scan it lies on; -1 for an image of a set. */
  readonly scan: number;
  readonly place?: FeaturePlace;
}

/** A scan as it is shown and searched: levelled, one channel first, others of the frame behind it. */
export interface SessionScan {
  readonly name: string;
  readonly file: string;
  /** SHA-256 of the file. */
  readonly hash: string;
  readonly scan: Scan;
  /** Number of the feature, from 1, of each pixel; 0 for the surface. */
  readonly mask: Int32Array;
}

/** What a session is about, before anybody said anything. */
export interface Collection {
  readonly scans: readonly SessionScan[];
  readonly items: readonly Item[];
  /** One image for each item, in their order. */
  readonly images: ImageSet;
  /**
   * Cuts the image of a place that somebody pointed at. -> [h*w*c]
   * @throws InputError if the place is not on the scan
   */
  readonly cut: (scan: number, xNm: number, yNm: number) => Float32Array;
}
