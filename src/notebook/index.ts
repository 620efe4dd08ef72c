export { ask, type AskOptions } from "./ask";
export { clear, type ClearOptions } from "./clear";
export { dataFrame } from "./dataFrame";
export {
  kernelHost,
  type Bundle,
  type Comm,
  type CommMessage,
  type Comms,
  type KernelHost,
} from "./host";
export { images } from "./images";
export { label, type Labelling, type LabelOptions } from "./label";
export { progress } from "./progress";
export { show, useTheme, type ShowOptions } from "./show";
export { summariseImages, type ClassSummary } from "./summariseImages";
export { table, type Cell, type DataFrameLike, type Row, type TableOptions } from "./table";
export { views, type ViewsOptions } from "./views";
export { widget, type Widget, type WidgetOptions } from "./widget";
