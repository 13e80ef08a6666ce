export { goSort } from "../units/index.ts";
