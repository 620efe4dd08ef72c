export { card, type CatalogCard, type CatalogFile } from "./card";
export { list, type CatalogEntry } from "./list";
export { load, type LoadOptions } from "./load";
export { open, type ImageSource } from "./open";
export { setSha256 } from "./simulated";
