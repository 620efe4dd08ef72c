export { serve, type LabelServer, type ServeOptions } from "./serve";
