export { dataFrame } from "./dataFrame";
export { kernelHost, type Bundle, type KernelHost } from "./host";
export { images } from "./images";
export { progress } from "./progress";
export { show, type ShowOptions } from "./show";
export { summariseImages, type ClassSummary } from "./summariseImages";
export { table, type Cell, type DataFrameLike, type Row, type TableOptions } from "./table";
export { views, type ViewsOptions } from "./views";
