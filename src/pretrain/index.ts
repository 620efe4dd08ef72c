export { none, type NoneOptions } from "./none";
export { pixels, type PixelsOptions } from "./pixels";
export { simclr, type SimclrOptions } from "./simclr";
