// What a host of compiled components needs: `helpers`, the value for `__moon`, and `mount`.
export { helpers } from "./helpers.mjs";
export { mount } from "./mount.mjs";
