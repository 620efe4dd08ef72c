export { kernelHost, type Bundle, type KernelHost } from "./host";
export { images } from "./images";
export { progress } from "./progress";
export { show, type ShowOptions } from "./show";
export { table, type Cell, type DataFrameLike, type Row, type TableOptions } from "./table";
